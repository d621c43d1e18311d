# SPDX-License-Identifier: Apache-2.0
# The commands of this tree. Each does only what is needed, so the second run is
# quick. On a bare Debian 12: git, make and ca-certificates are enough to begin.
.PHONY: run build web test test-long bench bench-long check accept clean
.DEFAULT_GOAL := build

build: web
	@tools/build release

web:
	@tools/setup build
	@tools/build-web

run: build
	build/kumak serve --demo

test: build
	@tools/setup test
	@tools/test

test-long: build
	@tools/setup test
	@tools/test --long

check: build
	@tools/setup test
	@tools/check

# Rewrites what the golden tests expect; review the diff.
accept:
	@tools/setup test
	@tools/build asan
	@KUMAK_ACCEPT=1 build-asan/unit-gate_golden
	@git status --short tests

bench: build
	@bench/run

# Some minutes and 2 GB of disk.
bench-long: build
	@bench/tracks --fixes 100000000 --write

clean:
	rm -rf build build-asan build-fuzz web/dist .cache tests/web/out
