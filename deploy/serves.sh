# Sourced by check-install.sh and check-package.sh: starts an installed server and takes comments through it.
#
# The caller sets WORK, a folder of its own, and defines fail MESSAGE. It calls stop_server at its end.

SERVER=
stop_server() {
    if [ -n "$SERVER" ]; then kill -KILL "$SERVER" 2> /dev/null || true; fi
    SERVER=
}

# serves COMMAND…: the command serves the pages, scores a comment with the model, pushes comments by POST and TCP to a stream,
# and drains. It must log as JSON; free ports are set by environment variables.
serves() {
    local ready http ingest stream result ack status=0
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SWIFT_BACKTRACE=enable=no DANMAKU_HTTP_PORT=0 DANMAKU_INGEST_PORT=0 \
        "$@" 2> "$WORK/log" & SERVER=$!
    for _ in $(seq 200); do
        ready=$(grep -m 1 '"message":"Ready\."' "$WORK/log" || true)
        [ -n "$ready" ] && break
        kill -0 "$SERVER" 2> /dev/null || break
        sleep 0.05
    done
    [ -n "$ready" ] || { cat "$WORK/log"; fail "the server does not start"; }
    http=$(sed -E 's/.*"http":"(http:[^"]+)\/".*/\1/' <<< "$ready")
    ingest=$(sed -E 's/.*"ingest":"[^":]*:([0-9]+)".*/\1/' <<< "$ready")

    curl -sf "$http/" > "$WORK/page" && grep -q '<script' "$WORK/page" || fail "there is no page"
    curl -sf "$http/danmaku-stream.js" > "$WORK/script" && [ -s "$WORK/script" ] || fail "the page has no script"
    timeout 5 curl -sN "$http/v1/rooms/lounge/events?detail=full" > "$WORK/stream" & stream=$!
    for _ in $(seq 100); do grep -q '^event: snapshot' "$WORK/stream" && break; sleep 0.05; done
    result=$(curl -sf "$http/v1/rooms/lounge/comments?wait=scored" -H 'Content-Type: application/json' \
        -d '{"text":"主播太强了"}')
    case $result in *'"label":"positive"'*) ;; *) fail "a comment by POST was answered $result" ;; esac
    case $result in *'"source":'*) fail "the model did not score: $result" ;; esac
    exec 3<> "/dev/tcp/127.0.0.1/$ingest"
    printf '%s\n' '{"hello":{"ack":true}}' '{"room":"lounge","text":"by TCP"}' >&3
    read -r -t 5 ack <&3 || ack=
    case $ack in *'"ack"'*) ;; *) fail "a comment by TCP was answered $ack" ;; esac
    exec 3>&-
    for _ in $(seq 80); do grep -q 'by TCP' "$WORK/stream" && break; sleep 0.05; done
    grep -q '主播太强了' "$WORK/stream" && grep -q 'by TCP' "$WORK/stream" || fail "the stream does not have both comments"
    kill -TERM "$SERVER"
    wait "$SERVER" || status=$?
    SERVER=
    wait "$stream" || true
    [ "$status" -eq 0 ] || fail "the drain ended with status $status"
    grep -q '^event: bye' "$WORK/stream" || fail "the stream did not get bye"
}
