#!/usr/bin/env bash
# Runs parts of `make test` and `make check`, each to its end, and prints how long each took: Tests/parts.sh PART…
#
#   lint      the format of the sources
#   unit      the systemd unit: systemd knows every line, its exposure is low     (deploy/check-service.sh)
#   debug     the debug build, with every warning an error
#   suite     every test
#   release   the release build of all programs
#   costs     instructions and allocations per comment, with limits               (loadtest/costs.sh)
#   install   an installation in an empty folder, and a server there        (deploy/check-install.sh)
#   proxies   nginx, Caddy and HAProxy in front of a server                       (deploy/check.sh)
#   package   the Debian package in a fresh Debian 12                             (deploy/check-package.sh)
#   fuzz      every fuzzing harness, 60 seconds each                              (make fuzz)
#   races     every test under ThreadSanitizer                                    (make check-races)
#
# Exit status 77 of a part means that it was skipped; it prints why. If a build fails, the parts after it are not run.
set -uo pipefail
cd "$(dirname "$0")/.."
MAKE="${MAKE:-make} --no-print-directory"
began=$SECONDS
table=
failed=0

part() {
    local name=$1 start=$SECONDS status=0 outcome
    shift
    printf '\n== %s\n' "$name"
    "$@" || status=$?
    case $status in
        0) outcome=ok ;;
        77) outcome=skipped ;;
        *) outcome=FAILED; failed=1 ;;
    esac
    table+=$(printf '%-8s %5d s  %s' "$name" $((SECONDS - start)) "$outcome")$'\n'
    return $status
}

finish() {
    printf '\n%s%-8s %5d s\n' "$table" total $((SECONDS - began))
    exit "$failed"
}

for name in "$@"; do
    case $name in
        lint | suite) part "$name" $MAKE "$name" ;;
        unit) part unit deploy/check-service.sh ;;
        debug | release) part "$name" $MAKE "$name" || finish ;;
        costs) part costs loadtest/costs.sh ;;
        install) part install deploy/check-install.sh ;;
        proxies) part proxies deploy/check.sh ;;
        package) part dist $MAKE dist || finish; part package deploy/check-package.sh ;;
        fuzz) part fuzz $MAKE fuzz ;;
        races) part races $MAKE check-races ;;
        *) echo "$0: there is no part $name" >&2; exit 2 ;;
    esac
done
finish
