#!/usr/bin/env bash
# Checks the snippets beside it: a stream's first bytes and a live comment pass each proxy at once, and a client that leaves
# is noticed behind it. Proxies that are not installed are left out.
#
#   deploy/check.sh HTTP_PORT     (of a running `danmaku serve --demo` on 127.0.0.1)
set -euo pipefail
cd "$(dirname "$0")"
PORT=$1
FRONT=18443
WORK=$(mktemp -d)
PROXY=
stop() { if [ -n "$PROXY" ]; then kill "$PROXY" 2>/dev/null || true; wait "$PROXY" 2>/dev/null || true; PROXY=; fi; }
trap 'stop; rm -rf "$WORK"' EXIT
ports() { sed -e "s/8443/$FRONT/" -e "s/127.0.0.1:8080/127.0.0.1:$PORT/" "$1"; }
subscribers() { curl -s "http://127.0.0.1:$PORT/metrics" | awk '$1 == "danmaku_subscribers" { print $2 }'; }
status=0

check() {
    for _ in $(seq 50); do curl -sf -o "$WORK/live" "http://127.0.0.1:$FRONT/health/live" && break; sleep 0.1; done
    local before seen left
    before=$(subscribers)
    timeout 3 curl -sN "http://127.0.0.1:$FRONT/v1/events?room=*&detail=full" > "$WORK/stream" || true
    seen=$(grep -c '^event: \(hello\|snapshot\|sentiment\|mood\)' "$WORK/stream" || true)
    for _ in $(seq 20); do left=$(subscribers); [ "$left" = "$before" ] && break; sleep 0.1; done
    if grep -q '^event: hello' "$WORK/stream" && grep -q '^event: sentiment' "$WORK/stream" && [ "$left" = "$before" ]; then
        echo "$1: $seen events in 3 s, the leaving was noticed: ok"
    else
        echo "$1: $seen events, subscribers before $before, after $left: FAILED"
        status=1
    fi
    stop
}

if command -v nginx > "$WORK/which"; then
    { echo "daemon off; pid $WORK/pid; error_log stderr warn; events {} http { access_log off;"
      for temp in client_body proxy fastcgi uwsgi scgi; do echo "${temp}_temp_path $WORK/$temp;"; done
      ports nginx.conf; echo "}"; } > "$WORK/nginx.conf"
    nginx -p "$WORK" -e stderr -c "$WORK/nginx.conf" & PROXY=$!
    check nginx
fi
if command -v caddy > "$WORK/which"; then
    { printf '{\n\tadmin off\n}\n'; ports Caddyfile; } > "$WORK/Caddyfile"
    HOME=$WORK caddy run --adapter caddyfile --config "$WORK/Caddyfile" 2> "$WORK/caddy.log" & PROXY=$!
    check caddy
fi
if command -v haproxy > "$WORK/which"; then
    ports haproxy.cfg > "$WORK/haproxy.cfg"
    haproxy -db -f "$WORK/haproxy.cfg" 2> "$WORK/haproxy.log" & PROXY=$!
    check haproxy
fi
exit $status
