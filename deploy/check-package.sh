#!/usr/bin/env bash
# Installs the Debian package into a fresh Debian 12 without Swift and checks that
#   - the program starts, finds its libraries and prints its version
#   - systemd knows every line of the unit, and the unit's command serves pages, POST, TCP and streams, and drains
#   - a purge leaves nothing behind
#
#   deploy/check-package.sh [package]          needs root and debootstrap; the Debian is kept in .build/debian-12.tar
#
# Exit status 77: it was left out.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "package: $*, left out"; exit 77; }
PACKAGE=${1:-$(ls -t dist/danmaku-sentiment_*.deb 2> /dev/null | head -n 1)}
[ -n "$PACKAGE" ] || skip "there is no dist/*.deb (make dist)"
[ "$(id -u)" -eq 0 ] || skip "a chroot needs root"
command -v curl > /dev/null || skip "curl is not installed"
[ "$(dpkg --print-architecture)" = "$(dpkg-deb -f "$PACKAGE" Architecture)" ] || skip "the package is for another machine"
# The mounts below must not be seen by the rest of the system, nor outlive this script.
if [ -z "${DANMAKU_PRIVATE_MOUNTS:-}" ]; then
    unshare --mount true 2> /dev/null || skip "private mounts are not allowed here"
    DANMAKU_PRIVATE_MOUNTS=1 exec unshare --mount "$0" "$PACKAGE"
fi

BASE=.build/debian-12.tar
WORK=$(mktemp -d)
ROOT=$WORK/root
fail() { echo "package: $*: FAILED"; exit 1; }
source deploy/serves.sh
finish() {
    stop_server
    umount "$ROOT/proc" 2> /dev/null || true
    rm -rf --one-file-system "$WORK"
}
trap finish EXIT
chmod 755 "$WORK"
mkdir -p "$ROOT" .build
if [ ! -s "$BASE" ]; then
    command -v debootstrap > /dev/null || skip "debootstrap is not installed"
    # The mirror and proxy that apt uses here; without one, debootstrap's own default.
    MIRROR=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | grep -m 1 -E '/debian/?$' || true)
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
    export http_proxy=${http_proxy:-} https_proxy=${https_proxy:-}
    # shellcheck disable=SC2086
    if ! debootstrap --variant=minbase bookworm "$ROOT" $MIRROR > "$WORK/debootstrap.log" 2>&1; then
        tail -n 5 "$WORK/debootstrap.log"
        skip "debootstrap cannot make a Debian 12 here"
    fi
    tar -C "$ROOT" --one-file-system -cf "$BASE.new" .
    mv "$BASE.new" "$BASE"
else
    tar -C "$ROOT" -xf "$BASE"
fi
chmod 755 "$ROOT"
mount -t proc proc "$ROOT/proc" || mount --bind /proc "$ROOT/proc" || skip "/proc cannot be mounted in a chroot here"
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$ROOT" "$@"; }
files() { (cd "$ROOT" && find usr etc -not -path '*/dpkg/*' | sort); }
files > "$WORK/before"

cp "$PACKAGE" "$ROOT/tmp/danmaku.deb"
inside dpkg -i /tmp/danmaku.deb > "$WORK/dpkg.log" 2>&1 || { cat "$WORK/dpkg.log"; fail "dpkg -i"; }
! inside sh -c 'command -v swift' > /dev/null || fail "there is a Swift in the chroot"
! inside ldd /usr/bin/danmaku | grep -i -E 'not found|swift' || fail "the program needs a library that is not there"
VERSION=$(inside danmaku --version)
[ "$VERSION" = "danmaku $(dpkg-deb -f "$PACKAGE" Version)" ] || fail "danmaku --version prints $VERSION"
echo "package: $VERSION, $(stat -c %s "$PACKAGE") bytes, program $(stat -c %s "$ROOT/usr/bin/danmaku") bytes: ok"
UNIT=$ROOT/usr/lib/systemd/system/danmaku.service
deploy/check-service.sh "$UNIT" || [ $? -eq 77 ]
[ -f "$ROOT/etc/danmaku.env" ] || fail "there is no /etc/danmaku.env"

# The unit's command, as a user without rights.
COMMAND=$(sed -n 's/^ExecStart=//p' "$UNIT")
# shellcheck disable=SC2086
serves chroot --userspec=65534:65534 "$ROOT" $COMMAND
echo "package: $COMMAND: pages, model, a comment by POST and by TCP, drain: ok"

inside dpkg --purge danmaku-sentiment > "$WORK/dpkg.log" 2>&1 || { cat "$WORK/dpkg.log"; fail "dpkg --purge"; }
files > "$WORK/after"
diff "$WORK/before" "$WORK/after" || fail "a purge leaves files behind, or takes some"
echo "package: a purge leaves nothing behind: ok"
