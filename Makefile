# Two commands are enough: `make dev` and `make test`. Each sets up everything it needs, and may be repeated.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: dev test check train bench clean

dev: .venv/local
	@$(BIN)/nutri dev $(ARGS)

test: .venv/all
	$(BIN)/pytest --cov --cov-report=term $(ARGS)

check: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

train: .venv/all
	$(BIN)/nutri train $(ARGS)

bench: .venv/all
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf .venv .nutri .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/local: .venv/bin/python pyproject.toml requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.txt -e '.[local]'
	@touch $@

.venv/all: .venv/local
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.txt -e '.[dev,train]'
	@touch $@
