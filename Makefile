# What a developer and CI run. `make test` is the whole truth; the rest are parts of it, and `make lint` what needs more tools.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# No step may hang: each has a limit in seconds. Tests are built in the dev profile, what real clients meet in release.
limit = timeout --kill-after=30
CARGO ?= cargo

.PHONY: help test setup fmt docs clippy test-sqlite test-postgres build conformance soak races pages bench fuzz lint clean-conformance

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

test: setup fmt docs clippy test-sqlite test-postgres build conformance soak races ## everything: style, tests on both databases, real clients, kills and races

setup: ## install what is missing (on Debian; elsewhere it says what to install)
	$(limit) 900 conformance/setup

fmt: ## is the code formatted?
	$(CARGO) fmt --all --check

docs: ## does the documentation name what is there?
	python3 conformance/check-docs

clippy: ## the lints, warnings are errors
	$(limit) 1500 $(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings

test-sqlite: ## the tests, on SQLite
	$(limit) 2100 env -u TEST_DATABASE_URL $(CARGO) test --workspace --all-features --locked

test-postgres: setup ## the tests again, on a PostgreSQL of their own
	$(limit) 1500 conformance/with-postgres $(CARGO) test --workspace --all-features --locked

build: ## the binary; it must have no fault points
	$(limit) 1800 conformance/build
	! grep --quiet LANYARD_FAULT_FILE target/release/lanyard

conformance: build ## real clients and outside suites against the binary
	$(limit) 1800 conformance/run

soak: build setup ## load, losses and SIGKILL for a minute on each database: is everything kept that was said?
	$(limit) 900 conformance/soak/run --seconds 45

races: build setup ## 2000 races for what may be used once; conformance/soak/run races --races 100000 for more
	$(limit) 900 conformance/soak/run races --races 2000

pages: build ## every page as a picture, in target/pages
	$(limit) 600 conformance/run pages

bench: ## Lanyard beside other servers: requests a second, latencies, memory (half an hour, on a machine that does nothing else)
	$(limit) 7200 conformance/bench/run

fuzz: ## the parsers, FUZZ_SECONDS (60) for each; stops at the first finding and says how to see it again
	conformance/fuzz/run

lint: ## what needs tools that take long to install: cargo-deny, documentation
	command -v cargo-deny >/dev/null || $(limit) 1800 $(CARGO) install --locked cargo-deny
	cargo deny --all-features check bans licenses sources
	cargo deny --all-features check advisories || echo "advisories: not checked, or not clean (see above)"
	RUSTDOCFLAGS="-D warnings" $(limit) 1500 $(CARGO) doc --workspace --no-deps --all-features --locked

clean-conformance: ## remove what the conformance run installed and left
	rm -rf conformance/node_modules target/conformance target/pages
