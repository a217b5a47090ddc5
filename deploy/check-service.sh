#!/usr/bin/env bash
# Checks danmaku.service, or another unit: systemd knows every line, and the exposure is at most 2.0 of 10.
#
#   deploy/check-service.sh [unit]
#
# Exit status 77: it was left out.
set -euo pipefail
UNIT=$(realpath "${1:-$(dirname "$0")/danmaku.service}")
if ! command -v systemd-analyze > /dev/null; then
    echo "danmaku.service: systemd-analyze is not installed, left out"
    exit 77
fi
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
# `verify` looks for the program; any program will do.
sed "s|^ExecStart=[^ ]*|ExecStart=$(command -v true)|" "$UNIT" > "$WORK/danmaku.service"
if ! systemd-analyze verify "$WORK/danmaku.service" > "$WORK/verify" 2>&1 || grep -q "danmaku.service" "$WORK/verify"; then
    cat "$WORK/verify"
    echo "danmaku.service: FAILED"
    exit 1
fi
# The threshold is the exposure times ten.
if systemd-analyze security --offline=true --threshold=20 --no-pager "$WORK/danmaku.service" > "$WORK/security"; then
    echo "danmaku.service: $(tail -1 "$WORK/security" | sed 's/^[^O]*//')"
else
    grep '✗' "$WORK/security" || true
    tail -1 "$WORK/security"
    echo "danmaku.service: FAILED"
    exit 1
fi
