#!/usr/bin/env bash
# Counts what one more comment costs the pipeline: decoding, admission, queue, model, room, log; sockets and streams are not in
# it. CommentCosts takes N comments, and 3 N in a second run; the difference is the cost of 2 N comments without start and end.
# One thread and a manual clock make the counts repeatable: callgrind counts instructions, a preloaded malloc allocations.
#
# The limits are 5 % above what was counted when they were set (12,654 instructions, 1.17 allocations).
#
#   loadtest/costs.sh                    N=20000 MAX_INSTRUCTIONS=… MAX_ALLOCATIONS=… (per comment) change the defaults
#
# Exit status: 1 if a count is above its limit, 77 if a count was left out.
source "$(dirname "$0")/common.sh"
build

N=${N:-20000}
MAX_INSTRUCTIONS=${MAX_INSTRUCTIONS:-13300}
MAX_ALLOCATIONS=${MAX_ALLOCATIONS:-1.25}
ROOMS=16

# The lines of the sample, repeated, in some rooms; every line has a name, one of eight an id.
comments() {
    sed -n -E 's/^<d [^>]*>([^<"\\]*)<\/d>$/\1/p' "$ROOT/Samples/game-night.xml" \
        | awk -v n="$1" -v rooms="$ROOMS" '{ line[NR] = $0 } END {
            for (i = 0; i < n; i++) printf "{\"room\":\"r%d\",\"name\":\"n%d\",%s\"text\":\"%s\"}\n", i % rooms, i % 97,
                i % 8 == 0 ? "\"id\":\"c" i "\"," : "", line[i % NR + 1] }'
}
comments "$N" > "$WORK/once.ndjson"
comments $((3 * N)) > "$WORK/thrice.ndjson"
# Valgrind cannot read the debug information of every Swift release.
strip -o "$WORK/costs" "$BIN/CommentCosts"
export SWIFT_DETERMINISTIC_HASHING=1

# take FILE COMMAND…: runs the program under a command and checks that it accepted every comment.
take() {
    local file=$1
    shift
    "$@" "$WORK/costs" "$ROOT/Models/default.dkm" "$file" > "$WORK/out" 2> "$WORK/err" || die "$(cat "$WORK/out" "$WORK/err")"
    [ "$(cat "$WORK/out")" = "accepted $(wc -l < "$file")" ] || die "of $(wc -l < "$file") comments: $(cat "$WORK/out")"
}

# instructions FILE: sets COUNT.
instructions() {
    take "$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null "--log-file=$WORK/callgrind"
    COUNT=$(sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$WORK/callgrind")
}

# allocations FILE: sets COUNT.
allocations() {
    take "$1" env "LD_PRELOAD=$WORK/count.so" "COUNT_FILE=$WORK/count"
    COUNT=$(cat "$WORK/count")
}

status=0
# judge NAME LIMIT: counts with the function of that name.
judge() {
    local once
    "$1" "$WORK/once.ndjson"
    once=$COUNT
    "$1" "$WORK/thrice.ndjson"
    awk -v name="$1" -v a="$once" -v b="$COUNT" -v n="$N" -v limit="$2" 'BEGIN {
        cost = (b - a) / (2 * n)
        printf "%-13s %.3f per comment (limit %s): %s\n", name, cost, limit, cost <= limit ? "ok" : "FAILED"
        exit cost > limit }' || status=1
}

leave_out() {
    echo "$1, left out"
    [ "$status" -ne 0 ] || status=77
}

if CC=$(command -v cc || command -v clang); then
    "$CC" -shared -fPIC -O1 -o "$WORK/count.so" "$ROOT/loadtest/count-allocations.c" -ldl
    judge allocations "$MAX_ALLOCATIONS"
else
    leave_out "allocations: no C compiler is installed"
fi
if command -v valgrind > "$WORK/which"; then
    judge instructions "$MAX_INSTRUCTIONS"
else
    leave_out "instructions: valgrind is not installed"
fi
exit $status
