#!/bin/sh
# make fuzz: runs each harness (or the one that is named) for some seconds under libFuzzer and AddressSanitizer.
# usage: Tests/fuzz/run.sh SECONDS [HARNESS]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
only=${2:-}
build=.build-fuzz

# libFuzzer without its main function: the driver chooses the harness.
runtime=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
library=$(ls "$runtime"/clang/lib/*/libclang_rt.fuzzer_no_main-"$(uname -m)".a "$runtime"/clang/lib/*/libclang_rt.fuzzer_no_main.a \
    2> /dev/null | head -n 1)
if test -z "$library"; then
    echo "This toolchain has no libFuzzer for $(uname -s) on $(uname -m)." >&2
    exit 1
fi

echo "Building the harnesses into $build."
DANMAKU_FUZZER=$library swift build -c release --product danmaku-fuzz --scratch-path "$build" \
    --sanitize=address -Xswiftc -enable-testing -Xswiftc -use-ld=lld
# The backtracer of the Swift runtime takes minutes over a process of AddressSanitizer; libFuzzer prints its own trace.
export SWIFT_BACKTRACE=enable=no

names=$only
if test -z "$names"; then
    names=$(ls Tests/fuzz/corpus)
fi
results=$build/results.txt
: > "$results"
failed=0
for name in $names; do
    found=$build/corpus/$name
    crashes=Tests/fuzz/crashes/$name
    log=$build/$name.log
    mkdir -p "$found" "$crashes"
    echo "Running $name for $seconds seconds; its log is $log."
    status=0
    # New inputs go to the first folder; failing ones to `crashes`, where `make test` finds them.
    "$build/release/danmaku-fuzz" "$name" "$found" "Tests/fuzz/corpus/$name" \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$crashes/" > "$log" 2>&1 < /dev/null || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    cover=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    outcome="nothing found"
    if test "$status" -ne 0; then
        failed=1
        outcome=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
        outcome="FAILED: ${outcome:-see $log}"
        grep -m 1 -E 'Fatal error|^SUMMARY|ERROR: ' "$log" >&2 || true
    fi
    printf '%-14s %12s runs %8s/s %7s edges  %s\n' "$name" "${runs:--}" "${rate:--}" "${cover:--}" "$outcome" >> "$results"
done
cat "$results"
exit "$failed"
