# `make serve` and `make test` set up everything they need with python3 (3.11 or later) alone.
PYTHON ?= python3
BIN := .venv/bin
export REGISTRY_HOME ?= data

.DEFAULT_GOAL := help
SECONDS ?= 60

.PHONY: help serve test test-slow policies lint audit fuzz schemathesis bench bench-log bench-login bench-rules quality faults soak interop openapi format lock clean

help:
	@echo "make serve    set up, load a small example catalog, answer on http://127.0.0.1:8000"
	@echo "make test     set up, run the whole suite on SQLite and PostgreSQL"
	@echo "make test-slow  the laws on 20,000 examples"
	@echo "make policies   write anew what is made from policies/: words.py, docs/policies.md"
	@echo "make fuzz SECONDS=60   files, notes, policies and prompts that nobody would write; says how many were tried"
	@echo "make schemathesis SECONDS=60   ask a running server all that its OpenAPI document allows, as each role and as nobody"
	@echo "make audit    look our requirements up in the list of known vulnerabilities (needs the network)"
	@echo "make lint     ruff, mypy --strict, import contracts"
	@echo "make bench    measure /check against an empty endpoint, side by side"
	@echo "make bench-rules  measure what judging costs: a character, 30 rules, compiling"
	@echo "make quality  score the matcher beside the usual ones on our own benchmark"
	@echo "make bench-log  append with and without the tree, bytes, verify, replay, receipts (ARGS='--size 1000000')"
	@echo "make bench-login  log in with names that exist and names that do not, side by side"
	@echo "make faults   kill the server under load 20 times, fill its disk, lock its database"
	@echo "make soak     200 rightsholders write while 64 connections check, for five minutes (ARGS='--seconds 60')"
	@echo "make interop  let other people's verifiers check our log"
	@echo "make openapi  write openapi/openapi.json anew"

.venv/.serve: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "the registry needs Python 3.11 or later: set PYTHON=python3.x")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what the registry needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.test: requirements-dev.txt .venv/.serve
	@echo "installing what its tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

serve: .venv/.serve
	@$(BIN)/registry init --example
	@$(BIN)/registry serve

test: .venv/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-slow: .venv/.test
	$(BIN)/python -m pytest -m slow

policies: .venv/.test
	$(BIN)/python tests/policies/regenerate.py

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/requirements.py

audit: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	$(BIN)/python tests/requirements.py --audit

fuzz: .venv/.test
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS)

schemathesis: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-contract.txt
	$(BIN)/python -m tests.contract.run --seconds $(SECONDS)

format: .venv/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.test
	$(BIN)/python -m tests.benchmarks.check_cost

bench-rules: .venv/.test
	$(BIN)/python -m tests.benchmarks.rules

bench-login: .venv/.test
	$(BIN)/python -m tests.benchmarks.login

faults: .venv/.test
	$(BIN)/python -m pytest tests/faults --rounds 20

soak: .venv/.test
	$(BIN)/python -m tests.benchmarks.soak $(ARGS)

quality: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-quality.txt
	$(BIN)/python -m tests.benchmarks.quality

interop: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-interop.txt
	$(BIN)/python -m pytest tests/core/decision_log -k interop -rs

bench-log: .venv/.test
	$(BIN)/python -m tests.benchmarks.log_cost $(ARGS)

openapi: .venv/.serve
	$(BIN)/registry openapi > openapi/openapi.json

lock:
	uv pip compile -q pyproject.toml --extra fast --extra postgres --group build --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -o requirements.txt
	uv pip compile -q pyproject.toml --extra fast --extra postgres --group build --group dev --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -c requirements.txt -o requirements-dev.txt
	uv pip compile -q pyproject.toml --group interop --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -c requirements-dev.txt -o requirements-interop.txt
	uv pip compile -q pyproject.toml --group contract --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -c requirements-dev.txt -o requirements-contract.txt
	uv pip compile -q pyproject.toml --group audit --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -c requirements-dev.txt -o requirements-audit.txt
	uv pip compile -q pyproject.toml --group quality --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -c requirements-dev.txt -o requirements-quality.txt

clean:
	rm -rf .venv
