# make site    build the portal into site/          make serve   look at it, rebuilt when a file changes
# make test    every test                           make lint    style, types, spelling
# make budgets weigh the pages in a real browser    make bench   measure, beside others
# make lock    pin the dependencies anew

SHELL  := /bin/bash
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
RUN    := $(VENV)/.run-installed
DEV    := $(VENV)/.dev-installed
BENCH  := $(VENV)/.bench-installed
# The newest Python that will do, unless PYTHON says which.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q

# Debian and Ubuntu keep ensurepip apart from Python.
NEED_VENV = python3 lacks venv: install the package python3-venv (apt-get install python3-venv), then run make again
NEED_BROWSER = the tests need a browser: install chromium and fonts-noto-cjk (apt-get install chromium fonts-noto-cjk), then run make again

.DEFAULT_GOAL := site
.PHONY: site serve test budgets bench lint lock clean browser

site: $(RUN)
	@$(BIN)/kezhu build

serve: $(RUN)
	@$(BIN)/kezhu serve

test: $(DEV) browser
	@$(BIN)/pytest --cov --cov-branch --cov-report=term

budgets: $(DEV) browser
	@$(BIN)/pytest -q -s tests/test_budgets.py

# make bench N=1000 for a smaller catalogue; .venv/bin/python -m tests.bench.hugo 100000 for a large one beside Hugo.
bench: $(DEV) $(BENCH)
	@$(BIN)/python -m tests.bench.cells
	@$(BIN)/python -m tests.bench.checks $(or $(N),10000)
	@$(BIN)/python -m tests.bench.search --index $(or $(N),10000)
	@$(BIN)/python -m tests.bench.search
	@$(BIN)/python -m tests.bench.search_peers
	@$(BIN)/kezhu build && $(BIN)/python -m tests.bench.finder site
	@$(BIN)/python -m tests.bench.matching $(or $(N),10000)
	@$(BIN)/python -m tests.bench.hugo $(or $(N),1000 10000)

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/codespell

# Needs uv (pip install uv); make lock UPGRADE=--upgrade takes the newest versions.
lock: export PATH := $(abspath $(BIN)):$(PATH)
lock:
	@command -v uv >/dev/null || { echo "uv is needed to pin dependencies: pip install uv" >&2; exit 1; }
	@$(COMPILE) $(UPGRADE) pyproject.toml requirements/build.in -o requirements/run.lock
	@$(COMPILE) $(UPGRADE) --extra dev --extra cluster pyproject.toml requirements/build.in -o requirements/dev.lock
	@$(COMPILE) $(UPGRADE) requirements/bench.in -o requirements/bench.lock

clean:
	rm -rf site .kezhu

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it (apt-get install python3 python3-venv), then run make again" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	       && apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $$(basename $$(readlink -f $$(command -v $(PYTHON))))-venv </dev/null >/dev/null; } \
	  || { echo "$(NEED_VENV)" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; a minute or two)"
	@$(PYTHON) -m venv $(VENV)

# A stamp is newer than the lock it was installed from, so nothing is installed twice.
$(RUN): requirements/run.lock pyproject.toml | $(BIN)/python
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# jieba comes as source only: the pinned setuptools, there already, builds it, and no other is fetched for it.
$(DEV): requirements/dev.lock $(RUN) | $(BIN)/python
	@$(PIP) install --require-hashes --no-build-isolation -r requirements/dev.lock
	@touch $@

# Programs that ours is measured beside; nothing else needs them.
$(BENCH): requirements/bench.lock | $(BIN)/python
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

browser:
	@command -v chromium || command -v google-chrome || command -v chromium-browser \
	  || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium for the tests" \
	       && apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium fonts-noto-cjk </dev/null >/dev/null; } \
	  || { echo "$(NEED_BROWSER)" >&2; exit 1; }
