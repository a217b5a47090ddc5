#!/usr/bin/env bash
# The HTTP routes under wrk, and with vegeta where it is installed.
#
#   loadtest/http.sh [SECONDS]

source "$(dirname "$0")/common.sh"
SECONDS_MEASURED=${1:-10}
HERE=$(dirname "$0")
command -v wrk > /dev/null || die "needs wrk (Debian: apt-get install wrk)"
build
FILE=$(recording zh_bili_knowledge.tsv)
machine
start_server
# A room with a history, so that the reading routes have something to say.
head -2000 "$FILE" | "$DANMAKU" replay - --room hall --speed max --to "$INGEST" > /dev/null

wrk_run() {
    echo "--- $1"
    shift
    wrk -t1 -c32 -d"${SECONDS_MEASURED}s" --latency "$@" | grep -E 'Latency|50%|99%|Requests/sec|Non-2xx|Socket errors' || true
}
wrk_run "GET /v1/rooms/hall" "http://$HTTP/v1/rooms/hall"
wrk_run "GET /v1/rooms" "http://$HTTP/v1/rooms"
wrk_run "GET /v1/rooms/hall/comments" "http://$HTTP/v1/rooms/hall/comments?limit=100"
wrk_run "POST /v1/rooms/hall/comments, one comment" -s "$HERE/wrk/comment.lua" "http://$HTTP"
wrk_run "POST /v1/rooms/hall/comments, 100 comments" -s "$HERE/wrk/comments.lua" "http://$HTTP"
wrk_run "POST /v1/score, 100 texts" -s "$HERE/wrk/score.lua" "http://$HTTP"
if command -v vegeta > /dev/null; then
    echo "--- vegeta, 500 requests/s"
    (cd "$HERE/vegeta" && sed "s|HOST|$HTTP|" targets.txt | vegeta attack -rate=500 -duration="${SECONDS_MEASURED}s" | vegeta report)
fi
"$LOAD" identity --http "$HTTP"
stop_server
