#!/bin/sh
# Installs a built program with its page, model and service unit: deploy/install.sh PROGRAM DESTDIR PREFIX
#
# The program looks for pages and model in ../share/danmaku-sentiment, so the whole tree can be moved.
set -eu
program=$1
prefix=$3
root=$2$prefix
cd "$(dirname "$0")/.."
share=$root/share/danmaku-sentiment

install -d "$root/bin" "$share/Models" "$share/Samples" "$root/lib/systemd/system" "$root/share/doc/danmaku-sentiment"
install -m 755 "$program" "$root/bin/danmaku.new"
strip "$root/bin/danmaku.new"
# By renaming: a running server keeps its old program and model.
mv -f "$root/bin/danmaku.new" "$root/bin/danmaku"
install -m 644 Models/default.dkm "$share/Models/default.dkm.new"
mv -f "$share/Models/default.dkm.new" "$share/Models/default.dkm"
(cd web-static && find . -type d -exec install -d "$share/web-static/{}" \; \
    && find . -type f -exec install -m 644 {} "$share/web-static/{}" \;)
install -m 644 Samples/*.xml "$share/Samples/"
sed "s|^ExecStart=[^ ]*|ExecStart=$prefix/bin/danmaku|" deploy/danmaku.service > "$root/lib/systemd/system/danmaku.service"
chmod 644 "$root/lib/systemd/system/danmaku.service"
install -m 644 LICENSE README.md "$root/share/doc/danmaku-sentiment/"

echo "Installed $root/bin/danmaku ($(stat -c %s "$program") bytes, $(stat -c %s "$root/bin/danmaku") stripped), its pages, model and service unit."
