#!/usr/bin/env bash
# Drain under load: SIGTERM at a random moment of a replay at full speed, with ten readers of which one is stalled.
#
#   loadtest/drain.sh [RUNS]
#
# Each run: exit status 0 within the grace; every reading subscriber got `bye` and, delivered or announced by skipped,
# at least every comment that was acknowledged as accepted; the server's last log line accounts for each of them. Then: a second signal ends a draining server in < 100 ms.

source "$(dirname "$0")/common.sh"
RUNS=${1:-20}
GRACE=20
build
FILE=$(recording zh_bili_vtuber_replayorder.tsv)
failures=0
for run in $(seq "$RUNS"); do
    start_server
    start_verify verify --room replay --subscribers 9 --stalled 1 --until-closed --timeout 60
    "$DANMAKU" replay "$FILE" --room replay --loop --speed max --retry-seconds 0 --to "$INGEST" > "$WORK/replay" 2>&1 &
    replay=$!
    PIDS+=("$replay")
    sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); printf "%.3f", 0.2 + 3.8 * rand() }')"
    begin=$(now_ms)
    kill -TERM "$SERVER_PID"
    status=0
    wait "$SERVER_PID" || status=$?
    took=$(($(now_ms) - begin))
    wait "$replay" || true
    checked=0
    wait "$VERIFY_PID" || checked=$?
    accepted=$(sed -n -E 's/.* accepted ([0-9]+) .*/\1/p' "$WORK/replay" | head -1)
    accepted=${accepted:-0}
    # The least that any reader got or was told of.
    least=$(awk '/^subscriber/ { n = $4 + $6; if (!seen || n < least) { least = n; seen = 1 } } END { print least + 0 }' "$WORK/verify")
    # The server's own last words: accepted = scored + unscored + dropped + pending, and nothing is pending.
    books=$(grep '"message":"Stopped."' "$SERVER_LOG" | awk -v RS='[,{}]' -F '":"' '
        { gsub(/"/, "", $1); gsub(/"/, "", $2); value[$1] = $2 }
        END {
            ok = value["accepted"] > 0 && value["pending"] == 0
            ok = ok && value["accepted"] == value["scored"] + value["unscored"] + value["dropped"]
            printf "%d %s", value["accepted"], ok ? "balanced" : "UNBALANCED"
        }') || true
    verdict=ok
    [ "${books#* }" = balanced ] && [ "${books% *}" -ge "$accepted" ] || verdict=FAILED
    [ "$status" -eq 0 ] && [ "$took" -le $((GRACE * 1000 + 2000)) ] && [ "$checked" -eq 0 ] &&
        [ "$accepted" -gt 0 ] && [ "$least" -ge "$accepted" ] || verdict=FAILED
    echo "run $run: exit $status after $took ms; acknowledged as accepted $accepted, books $books, published to every reader $least: $verdict"
    if [ "$verdict" != ok ]; then
        failures=$((failures + 1))
        cat "$WORK/replay" "$WORK/verify" >&2
        tail -20 "$SERVER_LOG" >&2
    fi
done

# A connection that holds the drain up: it never reads its stream, and the spread of the closes takes a while.
start_server
start_verify verify --room replay --subscribers 20 --stalled 5 --until-closed --timeout 60
"$DANMAKU" replay "$FILE" --room replay --loop --speed max --retry-seconds 0 --to "$INGEST" > /dev/null 2>&1 &
PIDS+=("$!")
sleep 1
kill -TERM "$SERVER_PID"
sleep 0.02
begin=$(now_ms)
if kill -TERM "$SERVER_PID" 2> /dev/null; then
    status=0
    wait "$SERVER_PID" || status=$?
    took=$(($(now_ms) - begin))
    verdict=ok
    [ "$status" -eq 143 ] && [ "$took" -lt 100 ] || verdict=FAILED
    echo "second signal: exit $status after $took ms: $verdict"
    [ "$verdict" = ok ] || failures=$((failures + 1))
else
    echo "second signal: the server had drained within 20 ms already"
fi
kill -KILL "$VERIFY_PID" 2> /dev/null || true
wait "$VERIFY_PID" 2> /dev/null || true
[ "$failures" -eq 0 ]
