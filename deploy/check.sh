#!/usr/bin/env bash
# Checks the configurations in this folder with its own server, through each proxy that is installed:
#   - a stream's first bytes and a live comment pass at once, and the server notices when a client leaves
#   - two clients count as two for admission.client-rate, and no client can choose its own address
#   - no spelling of an operators' path is answered
#
#   BIN=.build/release deploy/check.sh
#
# Exit status 77: no proxy is installed, so nothing was checked.
set -euo pipefail
cd "$(dirname "$0")"
BIN=${BIN:-../.build/release}
if ! command -v nginx caddy haproxy > /dev/null; then
    echo "proxies: none of nginx, caddy and haproxy is installed (apt-get install nginx-light caddy haproxy), left out"
    exit 77
fi
case $BIN in /*) ;; *) [ -x "$BIN/danmaku" ] || BIN=../$BIN ;; esac
FRONT=18443
WORK=$(mktemp -d)
PROXY=
SERVER=
stop() { if [ -n "$PROXY" ]; then kill "$PROXY" 2>/dev/null || true; wait "$PROXY" 2>/dev/null || true; PROXY=; fi; }
finish() { stop; if [ -n "$SERVER" ]; then kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; fi; rm -rf "$WORK"; }
trap finish EXIT

# The rate is 100 comments a second; one request of 1,000 puts its client into debt for 10 s.
"$BIN/danmaku" serve --demo --http-port 0 --ingest-port 0 --log-format json --set admission.client-rate=100 \
    --set http.trusted-proxies=127.0.0.1 --set http.allowed-hosts=live.example 2> "$WORK/server.log" & SERVER=$!
PORT=
for _ in $(seq 200); do
    PORT=$(sed -n -E 's/.*"http":"http:\/\/127\.0\.0\.1:([0-9]+).*/\1/p' "$WORK/server.log")
    [ -n "$PORT" ] && break
    sleep 0.1
done
[ -n "$PORT" ] || { cat "$WORK/server.log" >&2; exit 2; }

# Loopback only, another front port, our server's port.
ports() { sed -e "s/listen 8443/listen 127.0.0.1:$FRONT/" -e "s/bind :8443/bind 127.0.0.1:$FRONT/" -e "s/^:8443/:$FRONT/" \
    -e "s/127.0.0.1:8080/127.0.0.1:$PORT/" "$1"; }
subscribers() { curl -s "http://127.0.0.1:$PORT/metrics" | awk '$1 == "danmaku_subscribers" { print $2 }'; }
# front SOURCE arguments…: the status of a request from a loopback address through the proxy, for a public name.
front() { curl -s -o "$WORK/answer" -w '%{http_code}' --path-as-is --interface "$1" -H "Host: ${NAME:-live.example}" "${@:2}"; }
post() { front "$1" -H 'Content-Type: application/json' --data-binary "@$2" "${@:3}" "http://127.0.0.1:$FRONT/v1/rooms/check/comments"; }
python3 -c 'import json; print(json.dumps([{"text": "one of many"}] * 1000))' > "$WORK/many"
echo '{"text":"one"}' > "$WORK/one"
status=0
number=0
expect() { if [ "$3" != "$2" ]; then echo "  $1: wanted $2, got $3: FAILED"; status=1; failed=1; fi; }

check() {
    for _ in $(seq 100); do curl -sf -o "$WORK/live" -H 'Host: live.example' "http://127.0.0.1:$FRONT/health/live" && break; sleep 0.1; done
    local before seen left first second
    before=$(subscribers)
    timeout 3 curl -sN "http://127.0.0.1:$FRONT/v1/events?room=*&detail=full" > "$WORK/stream" || true
    seen=$(grep -c '^event: \(hello\|snapshot\|sentiment\|mood\)' "$WORK/stream" || true)
    for _ in $(seq 50); do left=$(subscribers); [ "$left" = "$before" ] && break; sleep 0.1; done
    if grep -q '^event: hello' "$WORK/stream" && grep -q '^event: sentiment' "$WORK/stream" && [ "$left" = "$before" ]; then
        echo "$1: $seen events in 3 s, the leaving was noticed: ok"
    else
        echo "$1: $seen events, subscribers before $before, after $left: FAILED"
        status=1
    fi

    # Two clients that were not used with another proxy.
    number=$((number + 1))
    first=127.0.$number.1
    second=127.0.$number.2
    failed=0
    expect "1,000 comments of $first" 202 "$(post $first "$WORK/many")"
    expect "$first again" 429 "$(post $first "$WORK/one")"
    expect "$first with an address of its own making" 429 \
        "$(post $first "$WORK/one" -H 'X-Forwarded-For: 198.51.100.1' -H 'Forwarded: for=198.51.100.2')"
    expect "$second through the same proxy" 202 "$(post $second "$WORK/one")"
    [ "$failed" = 1 ] || echo "$1: two clients are two for admission.client-rate: ok"

    failed=0
    for path in /metrics //metrics /metrics/ /./metrics /%6detrics /metrics%2f /x/../metrics /health/memory /health//memory; do
        case $(front $second "http://127.0.0.1:$FRONT$path") in 400 | 404) ;; *) echo "  $path was answered: FAILED"; status=1; failed=1 ;; esac
    done
    expect "a page of the public name" 202 "$(post $second "$WORK/one" -H 'Origin: https://live.example')"
    expect "a foreign page" 403 "$(post $second "$WORK/one" -H 'Origin: https://evil.example')"
    expect "a foreign name" 421 "$(NAME=evil.example front $second "http://127.0.0.1:$FRONT/v1/rooms")"
    [ "$failed" = 1 ] || echo "$1: operators' paths, origins and names: ok"
    stop
}

if command -v nginx > "$WORK/which"; then
    { echo "daemon off; pid $WORK/pid; error_log stderr warn; events {} http { access_log off;"
      for temp in client_body proxy fastcgi uwsgi scgi; do echo "${temp}_temp_path $WORK/$temp;"; done
      ports nginx.conf; echo "}"; } > "$WORK/nginx.conf"
    nginx -p "$WORK" -e stderr -c "$WORK/nginx.conf" & PROXY=$!
    check nginx
else
    echo "nginx: not installed, left out"
fi
if command -v caddy > "$WORK/which"; then
    { printf '{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n'; ports Caddyfile; } > "$WORK/Caddyfile"
    HOME=$WORK caddy run --adapter caddyfile --config "$WORK/Caddyfile" 2> "$WORK/caddy.log" & PROXY=$!
    check caddy
else
    echo "caddy: not installed, left out"
fi
if command -v haproxy > "$WORK/which"; then
    ports haproxy.cfg > "$WORK/haproxy.cfg"
    haproxy -db -f "$WORK/haproxy.cfg" 2> "$WORK/haproxy.log" & PROXY=$!
    check haproxy
else
    echo "haproxy: not installed, left out"
fi
exit $status
