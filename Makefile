# make run    builds for release and starts the server with its built-in stream
# make test   checks the format and the systemd unit, then builds and runs every test
# make fuzz   runs each fuzzing harness for SECONDS seconds (or only HARNESS=lines); Tests/fuzz/README.md
# make check-races   runs every test under ThreadSanitizer
SHELL := /bin/sh
SWIFT ?= swift
# What `make run` starts the server with.
ARGS ?= --demo
# How long `make fuzz` runs each harness, and which one; all if none is named.
SECONDS ?= 60
HARNESS ?=
# More arguments for `swift test` in `make check-races`, such as --filter.
TESTS ?=

.PHONY: run test fuzz check-races setup lint format config-table

run: setup
	@echo 'Building for release: 5 to 15 minutes the first time, seconds after that. Then the server starts.'
	@$(SWIFT) build -c release --product danmaku
	@exec .build/release/danmaku serve $(ARGS)

test: setup lint
	@deploy/check-service.sh
	$(SWIFT) test --explicit-target-dependency-import-check error

fuzz: setup
	@Tests/fuzz/run.sh "$(SECONDS)" "$(HARNESS)"

check-races: setup
	@Tests/races/run.sh $(TESTS)

lint:
	$(SWIFT) format lint --strict -r Sources Tests loadtest

format:
	$(SWIFT) format -i -r Sources Tests loadtest

# Writes the table of keys between the two markers of the README.
config-table:
	$(SWIFT) build --product danmaku
	@.build/debug/danmaku config --markdown > .build/config-table.md
	@awk '/<!-- configuration: end -->/ { inside = 0 } \
	    !inside { print } \
	    /<!-- configuration: begin -->/ { inside = 1; print ""; while ((getline line < ".build/config-table.md") > 0) print line; print "" }' \
	    README.md > .build/README.md && cp .build/README.md README.md

# The two system libraries that dependencies compile against.
setup:
	@missing=''; \
	test -e /usr/include/openssl/ssl.h || missing="$$missing libssl-dev"; \
	test -e /usr/include/zlib.h || missing="$$missing zlib1g-dev"; \
	test -n "$$missing" || exit 0; \
	test "$$(uname -s)" = Linux || exit 0; \
	if ! command -v apt-get > /dev/null; then \
	    echo "Missing:$$missing (Debian's names). Install them by your system's means, then try again." >&2; exit 1; \
	elif test "$$(id -u)" -eq 0; then root=''; \
	elif command -v sudo > /dev/null && { sudo -n true 2> /dev/null || test -t 0; }; then root=sudo; \
	else \
	    echo "Missing:$$missing. Installing them needs root: apt-get install$$missing" >&2; exit 1; \
	fi; \
	echo "Installing$$missing"; \
	$$root apt-get update -qq && \
	    $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing
