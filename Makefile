# Deskgraph. `make help` lists what can be done.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install explorer run test check lock sdl conformance bench bench-mirror drill

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(STAMP) ## make .venv with everything pinned in the lock

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Deskgraph needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(STAMP)

EXPLORER := web/explorer/dist/graphiql.js
EXPLORER_SOURCES := $(addprefix web/explorer/,package.json package-lock.json build.mjs main.jsx examples.js page.css)

explorer: $(EXPLORER) ## build GraphiQL from its npm packages, once

$(EXPLORER): $(STAMP) $(EXPLORER_SOURCES)
	@echo "Building GraphiQL (once) ..."
	@$(BIN)/python -m web.explorer.build
	@if [ -f $@ ]; then touch $@; fi

run: $(STAMP) explorer ## start: your helpdesks if they are configured, else the demo
	@exec $(BIN)/python server.py serve --or-demo

test: $(STAMP) ## the whole test suite; needs no server (PostgreSQL's part is skipped where there is none)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## ruff, mypy --strict, the schema text
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python server.py sdl --check

sdl: $(STAMP) ## write schema/schema.graphql anew
	@$(BIN)/python server.py sdl

conformance: $(STAMP) explorer ## public suites and other people's clients against a running server (needs npm)
	@$(BIN)/python tests/conformance/run.py

bench-mirror: $(STAMP) ## build the generated mirror of ROWS tickets for the storage figures, once, outside the repository
	@$(BIN)/python -m tests.benchmarks.storage.build

bench: $(STAMP) ## ratios against named floors, measured side by side
	@$(BIN)/python -m tests.benchmarks

drill: $(STAMP) ## kill a sync -9 at every named step and at random, on both databases, and compare (minutes)
	@$(BIN)/python -m pytest -q -m drill tests/drills

lock: $(STAMP) ## pin dependencies anew
	@$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe --extra dev -o requirements-dev.lock pyproject.toml
