#!/usr/bin/env bash
# Checks the installation of `make install`: in an empty folder, the program needs no Swift, finds its files and serves.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=$(mktemp -d)
fail() { echo "install: $*: FAILED"; exit 1; }
source deploy/serves.sh
trap 'stop_server; rm -rf "$WORK"' EXIT
command -v curl > /dev/null || { echo "install: curl is not installed, left out"; exit 77; }

[ -x .build/release/danmaku ] || make --no-print-directory release
deploy/install.sh .build/release/danmaku "$WORK/root" /usr
PROGRAM=$WORK/root/usr/bin/danmaku
UNIT=$WORK/root/usr/lib/systemd/system/danmaku.service
! ldd "$PROGRAM" | grep -i -E 'swift|not found' || fail "the program needs a library that a machine without Swift lacks"
VERSION=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/danmaku/Version.swift)
[ "$("$PROGRAM" --version)" = "danmaku $VERSION" ] || fail "danmaku --version prints $("$PROGRAM" --version)"
grep -q '^ExecStart=/usr/bin/danmaku serve' "$UNIT" || fail "the unit does not start /usr/bin/danmaku"
deploy/check-service.sh "$UNIT" || [ $? -eq 77 ]
# Not in the repository: there, the program would find the files without the installation.
cd "$WORK"
serves "$PROGRAM" serve --log-format json
echo "install: version, unit, pages, model, a comment by POST and by TCP, drain: ok"
