#!/usr/bin/env bash
# Counts what scoring allocates per comment: `danmaku score` over a recording once and three times over, under a
# counting allocator; the difference is what further comments cost, start-up taken out.
#
#   loadtest/allocations.sh [recording]
source "$(dirname "$0")/common.sh"
build

FILE=$(recording "${1:-zh_bili_knowledge.tsv}")
cat > "$WORK/count.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stddef.h>

static atomic_long calls;
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { calls++; return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { calls++; return __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { calls++; return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { calls++; return __libc_memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
    calls++;
    *out = __libc_memalign(alignment, size);
    return *out == NULL ? 12 : 0;
}
__attribute__((destructor)) static void report(void) { fprintf(stderr, "allocations %ld\n", calls); }
C
CC=$(command -v cc || command -v clang) || die "needs a C compiler (clang comes with Swift)"
"$CC" -shared -fPIC -O1 -o "$WORK/count.so" "$WORK/count.c" -ldl

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
