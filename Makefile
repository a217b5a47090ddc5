# make run           builds for release and starts the server with its built-in stream
# make test          what a change must pass, with a table of time: format, unit, build, every test, release build, costs
#                    per comment, installation, proxies (PARTS=… for some of them; Tests/parts.sh)
# make check         what takes longer: the Debian package in a fresh Debian 12, fuzzing, races (PARTS=… for some of them)
# make install       installs program, pages, model, sample and service unit below PREFIX (after DESTDIR)
# make dist          makes a tarball and a Debian package in dist/
# make fuzz          runs each fuzzing harness for SECONDS seconds (or only HARNESS=lines); Tests/fuzz/README.md
# make check-races   runs every test under ThreadSanitizer
SHELL := /bin/sh
SWIFT ?= swift
# The program contains the Swift runtime, so it runs on machines without Swift.
RELEASE = $(SWIFT) build -c release --static-swift-stdlib --product
# What `make run` starts the server with.
ARGS ?= --demo
# Where `make install` installs; package builders set DESTDIR, which is put before PREFIX.
PREFIX ?= /usr/local
DESTDIR ?=
# How long `make fuzz` runs each harness, and which one; all if none is named.
SECONDS ?= 60
HARNESS ?=
# More arguments for `swift test`, such as --filter.
TESTS ?=
# The tools of the tests; without them, their parts are skipped. CI installs the proxies and systemd-analyze too.
TOOLS = valgrind curl python3 binutils $(if $(CI),systemd nginx-light haproxy caddy)

.PHONY: run release debug suite test check install dist fuzz check-races setup tools lint format config-table

run: setup
	@echo 'Building for release: 5 to 15 minutes the first time, seconds after that. Then the server starts.'
	@$(RELEASE) danmaku
	@exec .build/release/danmaku serve $(ARGS)

# The programs that the load scripts and the packages need.
release: setup
	@$(RELEASE) danmaku
	@$(RELEASE) LoadGenerator
	@$(RELEASE) CommentCosts

debug: setup
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error

suite:
	$(SWIFT) test --skip-build $(TESTS)

test: setup tools
	@Tests/parts.sh $(or $(PARTS),lint unit debug suite release costs install proxies)

check: setup
	@Scripts/setup.sh --optional debootstrap curl
	@Tests/parts.sh $(or $(PARTS),package fuzz races)

install: setup
	@$(RELEASE) danmaku
	@deploy/install.sh .build/release/danmaku "$(DESTDIR)" "$(PREFIX)"

dist: setup
	@$(RELEASE) danmaku
	@deploy/dist.sh .build/release/danmaku

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
	@Scripts/setup.sh libssl-dev:/usr/include/openssl/ssl.h zlib1g-dev:/usr/include/zlib.h

tools:
	@Scripts/setup.sh --optional $(TOOLS)
