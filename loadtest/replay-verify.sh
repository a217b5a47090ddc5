#!/usr/bin/env bash
# The main job on real input: a recording replayed over TCP, ten full subscribers that check every seq.
#
#   loadtest/replay-verify.sh
#
# At full speed: delivered + announced by skipped = accepted at each subscriber. At 20,000 comments a second: nothing
# is skipped. The accounting identity holds at the end of both.

source "$(dirname "$0")/common.sh"
build
FILE=$(recording zh_bili_knowledge.tsv)
machine
status=0

echo "--- $(wc -l < "$FILE") lines at full speed"
start_server
start_verify verify --room replay --subscribers 10
"$DANMAKU" replay "$FILE" --room replay --speed max --to "$INGEST" || status=1
wait "$VERIFY_PID" || status=1
grep -v '^ready' "$WORK/verify"
"$LOAD" identity --http "$HTTP" || status=1
echo "RSS $(rss "$SERVER_PID") MiB"
stop_server

echo "--- at 20,000 comments a second"
start_server
start_verify verify --room replay --subscribers 10 --no-skips
# The recording's own times jump about; one line every 50 µs is 20,000 a second.
awk -F '\t' 'BEGIN { OFS = "\t" } { $1 = int(NR / 20); print }' "$FILE" |
    "$DANMAKU" replay - --room replay --speed 1 --to "$INGEST" || status=1
wait "$VERIFY_PID" || status=1
grep -v '^ready' "$WORK/verify"
"$LOAD" identity --http "$HTTP" || status=1
stop_server
exit $status
