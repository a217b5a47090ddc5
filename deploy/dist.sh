#!/bin/sh
# Makes dist/danmaku-sentiment-VERSION-linux-MACHINE.tar.gz and a Debian package of a built program: deploy/dist.sh PROGRAM
#
# The machine that they are installed on needs no Swift. The same program and commit give the same bytes.
set -eu
cd "$(dirname "$0")/.."
program=$1
version=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/danmaku/Version.swift)
machine=$(uname -m)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
export SOURCE_DATE_EPOCH
umask 022
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p dist

# The tarball: unpack it anywhere, or into /usr/local, which its service unit names.
name=danmaku-sentiment-$version
deploy/install.sh "$program" "$stage/tar" /usr/local > /dev/null
mv "$stage/tar/usr/local" "$stage/$name"
tarball=dist/$name-linux-$machine.tar.gz
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$stage" -cf - "$name" \
    | gzip -9n > "$tarball"

if ! command -v dpkg-deb > /dev/null; then
    echo "danmaku: $(stat -c %s "$stage/$name/bin/danmaku") bytes; $tarball; no Debian package: dpkg-deb is not installed"
    exit 0
fi
tree=$stage/deb
architecture=$(dpkg --print-architecture)
deploy/install.sh "$program" "$tree" /usr > /dev/null
install -d "$tree/DEBIAN" "$tree/etc"
install -m 644 deploy/debian/danmaku.env "$tree/etc/danmaku.env"
mv "$tree/usr/share/doc/danmaku-sentiment/LICENSE" "$tree/usr/share/doc/danmaku-sentiment/copyright"
for script in postinst prerm postrm; do
    install -m 755 "deploy/debian/$script" "$tree/DEBIAN/$script"
done
echo /etc/danmaku.env > "$tree/DEBIAN/conffiles"
# The newest symbol that the program uses of the C library is the version that it needs.
glibc=$(objdump -T "$tree/usr/bin/danmaku" | sed -n 's/.*(\{0,1\}GLIBC_\([0-9.]*\)).*/\1/p' | sort -V | tail -n 1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@GLIBC@/${glibc:-2.36}/" \
    -e "s/@SIZE@/$(du -sk "$tree/usr" | cut -f1)/" deploy/debian/control > "$tree/DEBIAN/control"
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
package=dist/danmaku-sentiment_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" > /dev/null

echo "danmaku: $(stat -c %s "$tree/usr/bin/danmaku") bytes"
for file in "$tarball" "$package"; do
    echo "$file: $(stat -c %s "$file") bytes"
done
