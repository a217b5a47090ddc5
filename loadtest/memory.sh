#!/usr/bin/env bash
# Resident memory: after a replay at full speed with ten subscribers, after a second one, and with 10,000 rooms.
#
#   loadtest/memory.sh

source "$(dirname "$0")/common.sh"
build
FILE=$(recording zh_bili_knowledge.tsv)
machine
status=0

start_server
echo "at rest: $(rss "$SERVER_PID") MiB"
for pass in first second third; do
    start_verify verify --room replay --subscribers 10
    "$DANMAKU" replay "$FILE" --room replay --speed max --to "$INGEST" > /dev/null || status=1
    wait "$VERIFY_PID" || status=1
    grep FAILED "$WORK/verify" || true
    echo "after the $pass replay with 10 subscribers: $(rss "$SERVER_PID") MiB (limit 150)"
done
stop_server

start_server
"$LOAD" ingest --to "$INGEST" --http "$HTTP" --server-pid "$SERVER_PID" --file "$FILE" \
    --rooms 10000 --connections 4 --rate 50000 --warm-up 1 --duration 20 || status=1
rooms=$(curl -s "http://$HTTP/metrics" | awk '$1 == "danmaku_rooms" { print $2 }')
echo "with $rooms rooms: $(rss "$SERVER_PID") MiB (limit 300)"
curl -s "http://$HTTP/health/memory"
echo
stop_server
exit $status
