#!/bin/sh
# Installs the Debian packages that are missing: Scripts/setup.sh [--optional] PACKAGE[:FILE]…
#
# A package is there if its FILE exists; without a FILE, if dpkg knows it as installed. If packages cannot be installed, the
# command to install them is printed, and the exit status is 1; with --optional it is 0.
set -u
optional=
if test "${1:-}" = --optional; then
    optional=1
    shift
fi
missing=
for item in "$@"; do
    package=${item%%:*}
    case $item in
        *:*) test -e "${item#*:}" && continue ;;
        *) dpkg -s "$package" 2> /dev/null | grep -q '^Status: install ok installed' && continue ;;
    esac
    missing="$missing $package"
done
test -n "$missing" || exit 0
# Only Linux needs the packages; other systems bring the libraries with Swift.
test "$(uname -s)" = Linux || exit 0

give_up() {
    echo "Missing:$missing. $1" >&2
    test -n "$optional"
    exit
}
command -v apt-get > /dev/null || give_up "These are Debian's names; install them by your system's means."
as_root=
if test "$(id -u)" -ne 0; then
    if command -v sudo > /dev/null && { sudo -n true 2> /dev/null || { test -z "$optional" && test -t 0; }; }; then
        as_root=sudo
    else
        give_up "To install them: apt-get install$missing"
    fi
fi
echo "Installing$missing"
# shellcheck disable=SC2086
$as_root apt-get update -qq \
    && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null \
    || give_up "apt-get could not install them."
