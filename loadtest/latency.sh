#!/usr/bin/env bash
# Received to published at 20,000 comments a second, with the default flush rate and with 200 a second.
#
#   loadtest/latency.sh [COMMENTS_A_SECOND] [SECONDS]
#
# Ten full subscribers check every seq; none may be skipped.

source "$(dirname "$0")/common.sh"
RATE=${1:-20000}
SECONDS_MEASURED=${2:-15}
build
FILE=$(recording zh_bili_knowledge.tsv)
machine
status=0
for flush in 20 200; do
    echo "--- $RATE comments/s, fanout.flush-rate $flush, 10 full subscribers"
    start_server --set "fanout.flush-rate=$flush"
    start_verify verify --room load-1 --subscribers 10 --no-skips --timeout $((SECONDS_MEASURED + 60))
    "$LOAD" ingest --to "$INGEST" --http "$HTTP" --server-pid "$SERVER_PID" --file "$FILE" \
        --rate "$RATE" --rooms 1 --connections 2 --warm-up 2 --duration "$SECONDS_MEASURED" || status=1
    wait "$VERIFY_PID" || status=1
    grep -v -E '^(ready|subscriber [2-9]|subscriber 10)' "$WORK/verify"
    stop_server
done
exit $status
