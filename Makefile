# Two commands are enough: `make dev` and `make test`. Each sets up everything it needs, and may be repeated.
PYTHON ?= python3
BIN := .venv/bin
ALL := dev,train

.PHONY: dev test coverage check check-page client train evaluate bench bench-nightly simulate-night chaos honesty images clean bench-cold pin-images prove-images audit faults fuzz history mutants load client-runtimes lint-contract run-collection

dev: .venv/local
	@$(BIN)/nutri dev $(ARGS)

test: .venv/all
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

# the same, and which branches it took: a quarter slower
coverage: .venv/all
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term $(ARGS)

check: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory check-page

# the explorer's JavaScript, by the TypeScript that `make client` installs; without it only whether it parses
PAGE := functions/local/explorer
TSC := functions/local/client/node_modules/.bin/tsc
check-page:
	@if [ -x $(TSC) ]; then $(TSC) -p $(PAGE) && echo "the explorer's JavaScript is sound"; \
	elif command -v node >/dev/null; then \
	  for file in $(PAGE)/page/*.js; do node --input-type=module --check <$$file || exit 1; done; \
	  echo "the explorer's JavaScript parses; its types are checked once make client has run"; \
	else echo "the explorer's JavaScript is not checked: Node.js is not installed"; fi

train: .venv/all
	$(BIN)/nutri train $(ARGS)

# the served models on people they never saw; needs what `make train` left in .nutri
evaluate: .venv/all
	$(BIN)/nutri evaluate $(ARGS)

bench: .venv/all
	$(BIN)/python -m tests.benchmarks $(ARGS)

# what a cold start costs, function by function, in the files its image would hold
bench-cold: .venv/all
	$(BIN)/python -m tests.benchmarks.cold

# PEOPLE="1000 10000" measures nights of so many
bench-nightly: .venv/all
	$(BIN)/python -m tests.benchmarks.nightly $(or $(PEOPLE),1000)

# days of nights in virtual time, for 1 thousand to 10 million people
simulate-night: .venv/all
	$(BIN)/python -m tests.benchmarks.night_simulated

# ARGS="--release" refuses a base image without its digest, which `make pin-images` writes
images: .venv/local
	@$(BIN)/nutri images build $(ARGS)

pin-images: .venv/local
	@$(BIN)/nutri images pin

# every image on a base made of Debian's packages, run with no network, a read-only root and no rights
prove-images: .venv/all
	$(BIN)/nutri images build --standin
	unshare --net sh -c 'ip link set lo up && NUTRI_PROVE_IMAGES=1 $(BIN)/pytest tests/e2e/test_images.py $(ARGS)'

# the bill of materials of all images, and advisories known against it
audit: .venv/local
	@$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.txt -e '.[local,audit]'
	@$(BIN)/nutri images audit

# every fault of either server against every operation
faults: .venv/all
	$(BIN)/pytest -q --full tests/integration/test_fault_matrix.py $(ARGS)

# 500 generated requests and more to every operation
fuzz: .venv/all
	$(BIN)/pytest -q --full tests/integration/test_fuzz.py $(ARGS)

# three minutes of clients, a writer and random kills, judged afterwards; SECONDS=600 takes longer, SEED=7 repeats
history: .venv/all
	$(BIN)/pytest -q --full $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) tests/integration/test_history.py

# faults made in the code one at a time, and whether a test notices; ARGS="--room cache --sample 20 --seed 7"
mutants: .venv/all
	$(BIN)/python -m tests.mutants $(ARGS)

# nights killed, doubled, out of order and without their servers; SEED=7 for others
chaos: .venv/all
	$(BIN)/python -m tests.chaos $(or $(SEED),1)

# open-loop load for ten minutes, and a herd on one key; ARGS="--seconds 60 --per-second 20"
load: .venv/all
	$(BIN)/python -m tests.benchmarks.load $(ARGS)

honesty: .venv/all
	$(BIN)/python -m tests.benchmarks.honesty $(ARGS)

# the npm package for the Node backend; needs Node.js 20 or later with npm
CLIENT := functions/local/client
client: $(CLIENT)/node_modules
	cd $(CLIENT) && npm run --silent build
	@echo "$$(ls $(CLIENT)/*.tgz): npm install it in the backend"

# the contract by the rules beside its code; fetches the linter from npm's registry the first time
lint-contract:
	npx --yes @redocly/cli@2.77.0 lint --config functions/local/contract/redocly.yaml functions/openapi.json

# every request of the collection at what `make dev` runs; fetches Bruno from npm's registry the first time
run-collection:
	. .nutri/env && cd functions/collection && npx --yes @usebruno/cli@4.1.0 run --env local --env-var "baseUrl=$$GATEWAY_URL"

# the client's tests on every supported Node.js, and a call from Bun and Deno
client-runtimes: client
	cd $(CLIENT) && npm run --silent uses && test/runtimes.sh

$(CLIENT)/node_modules: $(CLIENT)/package-lock.json
	cd $(CLIENT) && npm ci --silent
	@touch $@

clean:
	rm -rf $(CLIENT)/node_modules $(CLIENT)/dist $(CLIENT)/build .venv .nutri .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# the environment is made only by a Python that is new enough, and anew where it does not work
ENOUGH := import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))
WORKS := $(shell .venv/bin/python -c '$(ENOUGH)' >/dev/null 2>&1 && [ -e .venv/bin/pip ] && echo yes)
ifneq ($(WORKS),yes)
.PHONY: .venv/bin/python
endif
.venv/bin/python:
	@found=$$($(PYTHON) -c '$(ENOUGH)' 2>&1) || { \
	  echo "Python 3.11 or later is needed, and $(PYTHON) is $$found. Name one that is: make dev PYTHON=python3.12"; \
	  exit 1; }
	@$(PYTHON) -m venv --clear .venv || { \
	  echo "The environment could not be made: on Debian and Ubuntu, apt install python3-venv"; rm -rf .venv; exit 1; }

# pip, with its latest step on a terminal, and all it said where it fails
define INSTALL
@echo "installing $(1) into .venv: a minute or two the first time"; \
$(BIN)/pip install --no-color --disable-pip-version-check -c requirements.txt -e '.[$(1)]' >.venv/pip.log 2>&1 & \
while kill -0 $$! 2>/dev/null; do \
  [ -t 1 ] && printf '\r\033[K  %s' "$$(grep -E '^ *(Collecting|Downloading|Building|Installing)' .venv/pip.log | tail -1 | cut -c1-70)"; \
  sleep 1; \
done; \
[ -t 1 ] && printf '\r\033[K'; \
wait $$! || { tail -20 .venv/pip.log; exit 1; }
@touch $@
endef

.venv/local: .venv/bin/python pyproject.toml requirements.txt
	$(call INSTALL,local)

.venv/all: .venv/local
	$(call INSTALL,$(ALL))
