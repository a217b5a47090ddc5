#!/usr/bin/env bash
# Comments a second accepted and scored over TCP in steady state, and the server's CPU for each.
#
#   loadtest/throughput.sh [SECONDS]
#
# Three runs, each with a fresh server: a recording over 8 rooms, the same into one room (one shard does everything),
# and the recording without ids (no look-up for repeats). No subscribers: the figure is about what comes in.

source "$(dirname "$0")/common.sh"
SECONDS_MEASURED=${1:-10}
build
FILE=$(recording zh_bili_knowledge.tsv)
machine
status=0
run() {
    echo "--- $1"
    shift
    start_server
    "$LOAD" ingest --to "$INGEST" --http "$HTTP" --server-pid "$SERVER_PID" --file "$FILE" \
        --warm-up 3 --duration "$SECONDS_MEASURED" "$@" || status=1
    stop_server
}
run "8 rooms, 4 connections" --rooms 8 --connections 4
run "1 room, 1 connection" --rooms 1 --connections 1
run "8 rooms, 4 connections, without ids" --rooms 8 --connections 4 --no-ids
exit $status
