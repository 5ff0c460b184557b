# Two commands: `make demo` shows the tool at work, `make test` proves it. Both set up .venv on first use.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint types contracts self unit docs
.DEFAULT_GOAL := test
.NOTPARALLEL:

.venv/.ready: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q linter rules pytest_plugin
	@touch $@

demo: .venv/.ready
	@$(BIN)/python examples/demo.py

test: lint types contracts self docs unit

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready
	$(BIN)/mypy

contracts: .venv/.ready
	$(BIN)/lint-imports

self: .venv/.ready
	$(BIN)/statefence check linter rules pytest_plugin examples/demo.py

docs: .venv/.ready
	$(BIN)/python -m statefence.docs --check

unit: .venv/.ready
	$(BIN)/python -m pytest
