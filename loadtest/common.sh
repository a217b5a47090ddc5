# Sourced by the load scripts: a release build, a server of its own on free ports, and its end. Loopback only.
#
#   BIN     where the built programs are          (default: .build/release)
#   DATA    recordings of t_ms<TAB>text lines     (default: ../shared/data/raw)

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${BIN:-$ROOT/.build/release}
DATA=${DATA:-$ROOT/../shared/data/raw}
DANMAKU=$BIN/danmaku
LOAD=$BIN/LoadGenerator
WORK=$(mktemp -d)
SERVER_PID=
PIDS=()

cleanup() {
    local pid
    for pid in ${PIDS[@]+"${PIDS[@]}"}; do
        kill -KILL "$pid" 2> /dev/null || true
    done
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
    echo "$0: $*" >&2
    exit 2
}

# Builds the programs if one of them is missing.
build() {
    if [ ! -x "$DANMAKU" ] || [ ! -x "$LOAD" ] || [ ! -x "$BIN/CommentCosts" ]; then
        make --no-print-directory -C "$ROOT" release
    fi
}

# A recording, or the end of the script: the figures are about real comments.
recording() {
    [ -r "$DATA/$1" ] || die "needs $DATA/$1 (set DATA to where the recordings are)"
    echo "$DATA/$1"
}

# start_server [arguments of serve]: sets SERVER_PID, HTTP and INGEST.
start_server() {
    SERVER_LOG=$WORK/server.log
    "$DANMAKU" serve --http-port 0 --ingest-port 0 --log-format json "$@" > "$SERVER_LOG" 2>&1 &
    SERVER_PID=$!
    PIDS+=("$SERVER_PID")
    local ready=
    for _ in $(seq 200); do
        ready=$(grep -s -m1 '"message":"Ready\."' "$SERVER_LOG" || true)
        [ -n "$ready" ] && break
        kill -0 "$SERVER_PID" 2> /dev/null || break
        sleep 0.05
    done
    if [ -z "$ready" ]; then
        cat "$SERVER_LOG" >&2
        die "the server did not get ready"
    fi
    HTTP=$(sed -E 's/.*"http":"(http:\/\/)?([^"/]+).*/\2/' <<< "$ready")
    INGEST=$(sed -E 's/.*"ingest":"(tcp:\/\/)?([^"/]+).*/\2/' <<< "$ready")
}

# stop_server: drains it and says with which status it ended.
stop_server() {
    kill -TERM "$SERVER_PID"
    local status=0
    wait "$SERVER_PID" || status=$?
    [ "$status" -eq 0 ] || die "the server ended with status $status"
    SERVER_PID=
}

# rss PID: resident MiB.
rss() {
    awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"
}

# now_ms: milliseconds.
now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# start_verify NAME arguments…: runs `LoadGenerator verify` and waits until its subscribers have joined; sets VERIFY_PID.
start_verify() {
    local out=$WORK/$1
    shift
    "$LOAD" verify --http "$HTTP" --server-pid "$SERVER_PID" "$@" > "$out" 2>&1 &
    VERIFY_PID=$!
    PIDS+=("$VERIFY_PID")
    for _ in $(seq 200); do
        grep -q '^ready' "$out" && return
        kill -0 "$VERIFY_PID" 2> /dev/null || break
        sleep 0.05
    done
    cat "$out" >&2
    die "the subscribers did not join"
}

machine() {
    echo "$(nproc) cores, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(uname -sr)"
}
