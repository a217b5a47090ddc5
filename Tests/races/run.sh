#!/bin/sh
# make check-races: every test under ThreadSanitizer; a race fails it.
# usage: Tests/races/run.sh [arguments of swift test]
set -eu
cd "$(dirname "$0")/../.."
build=.build-tsan
log=$build/races.log
mkdir -p "$build"
# Links Tests/races/mutex.c, without which every lock that had to be waited for would be reported.
export DANMAKU_CHECK_RACES=1
# The backtracer of the Swift runtime cannot cope with the address space of ThreadSanitizer.
export SWIFT_BACKTRACE=enable=no
echo "Building and testing in $build; the log is $log."
status=0
TSAN_OPTIONS="suppressions=$PWD/Tests/races/suppressions.txt history_size=4" \
    swift test --scratch-path "$build" --sanitize=thread -Xswiftc -use-ld=lld "$@" > "$log" 2>&1 < /dev/null || status=$?
reports=$(grep -c 'WARNING: ThreadSanitizer' "$log" || true)
grep -h 'SUMMARY: ThreadSanitizer' "$log" | sort | uniq -c | sort -rn || true
grep -hE '^error:|✘|Test run with' "$log" | tail -n 20 || true
echo "ThreadSanitizer has $reports reports; swift test ended with $status."
test "$reports" -eq 0 && test "$status" -eq 0
