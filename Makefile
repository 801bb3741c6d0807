# Two commands are enough: `make dev` and `make test`. Each sets up everything it needs, and may be repeated.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: dev test check train evaluate bench bench-nightly honesty images clean

dev: .venv/local
	@$(BIN)/nutri dev $(ARGS)

test: .venv/all
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term $(ARGS)

check: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

train: .venv/all
	$(BIN)/nutri train $(ARGS)

# the served models on people they never saw; needs what `make train` left in .nutri
evaluate: .venv/all
	$(BIN)/nutri evaluate $(ARGS)

bench: .venv/all
	$(BIN)/python -m tests.benchmarks $(ARGS)

# PEOPLE="1000 10000" measures nights of so many
bench-nightly: .venv/all
	$(BIN)/python -m tests.benchmarks.nightly $(or $(PEOPLE),1000)

# docker, podman or buildah, whichever answers; BASE=... takes another base image than AWS's
images:
	@engine=$$(for one in docker podman buildah; do $$one info >/dev/null 2>&1 && echo $$one && break; done); \
	if [ -z "$$engine" ]; then echo "make images needs docker, podman or buildah, and none of them answers" >&2; exit 1; fi; \
	build() { $$engine build -f "$$1/Dockerfile" -t "nutri-$$2" $${3:+--build-arg BASE=$$3} .; }; \
	build layers/core core $(BASE) && build layers/statistics statistics && build layers/inference inference && \
	build layers/inference complete nutri-statistics && \
	for name in features correlations predictions insights nightly; do build functions/$$name $$name || exit 1; done

honesty: .venv/all
	$(BIN)/python -m tests.benchmarks.honesty $(ARGS)

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
