#!/usr/bin/env bash
# Counts what scoring allocates per comment: `danmaku score` over a recording once and three times over, under a
# counting allocator; the difference is what further comments cost, start-up taken out.
#
#   loadtest/allocations.sh [recording]
source "$(dirname "$0")/common.sh"
build

FILE=$(recording "${1:-zh_bili_knowledge.tsv}")
CC=$(command -v cc || command -v clang) || die "needs a C compiler (clang comes with Swift)"
"$CC" -shared -fPIC -O1 -o "$WORK/count.so" "$ROOT/loadtest/count-allocations.c" -ldl

LINES=$(wc -l < "$FILE")
for i in 1 2 3; do cat "$FILE"; done > "$WORK/thrice.tsv"

allocations() {
    LD_PRELOAD=$WORK/count.so "$DANMAKU" score --format tsv --scorer "$1" < "$2" 2>&1 > /dev/null \
        | sed -n 's/^allocations //p'
}

for scorer in model lexicon; do
    once=$(allocations $scorer "$FILE")
    thrice=$(allocations $scorer "$WORK/thrice.tsv")
    awk -v s=$scorer -v a="$once" -v b="$thrice" -v n="$LINES" 'BEGIN {
        printf "%-8s %d comments: %d allocations; %d more: %d; per 1,000 comments: %.2f\n", \
            s, n, a, 2 * n, b - a, (b - a) / (2 * n) * 1000
    }'
done
