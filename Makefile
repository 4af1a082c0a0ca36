# Carbon Fee Ledger. `make` lists what there is.
SHELL := /bin/sh
PY := .venv/bin/python
UV_VERSION := 0.13.9
WORKERS ?= 2
PYTEST_ARGS ?=
SERVE ?= 1
PORT ?=
SIZE ?= small
KILLS ?= 200
SEED ?= 1
WORLDS ?= 200
POSTS ?= 10000
REQUESTS ?= 100000
MUTATION_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo tamper test lint axe bench chaos openapi storm fuzz mutation sweet-spot-worlds

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.synced ## Install the locked dependencies into .venv

demo: .venv/.synced ## Settle the demo company and serve it (SERVE=0: don't serve; PORT=8100)
	@$(PY) manage.py demo $(if $(PORT),--port $(PORT)) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/.synced ## All tests (WORKERS=2, PYTEST_ARGS='-k seal')
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

lint: .venv/.synced ## Style, types, import rules, migrations, the API's contract
	@echo "ruff …" && $(PY) -m ruff check . && $(PY) -m ruff format --check .
	@echo "mypy …" && $(PY) -m mypy
	@echo "import rules …" && .venv/bin/lint-imports
	@echo "migrations …" && $(PY) manage.py makemigrations --check --dry-run
	@echo "system checks …" && $(PY) manage.py check --fail-level WARNING
	@echo "openapi.yaml …" && mkdir -p var && \
		$(PY) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml && \
		{ diff -u tests/contract/openapi.yaml var/openapi.yaml || { \
			echo "The API no longer matches tests/contract/openapi.yaml." ; \
			echo "If the change is meant, renew the contract with: make openapi" ; exit 1 ; } ; }
	@echo "All clean."

axe: .venv/.synced ## Every page in all ways, by axe: light, dark, English, Korean, desk, phone (ONLY='portal')
	@CFL_EVERY_LOOK=1 CFL_ONLY_PAGES='$(ONLY)' $(PY) -m pytest -q -n $(WORKERS) tests/journeys/test_every_page.py tests/journeys/test_people_at_work.py \
		tests/addresses/test_queries.py $(PYTEST_ARGS)

tamper: .venv/.synced ## Tamper with closed books at random; all is found (COUNT=1000, SEED=1)
	@TAMPER_COUNT=$(or $(COUNT),1000) TAMPER_SEED=$(or $(SEED),1) $(PY) -m pytest -q tests/promises/test_random_tampering.py

bench: .venv/.synced ## Measure beside floor and peer (SIZE=small|medium|full BENCH_ARGS='--only settle')
	@$(PY) manage.py bench --size $(SIZE) $(BENCH_ARGS)

storm: .venv/.synced ## Send identical POSTs, 200 at a time, with one Idempotency-Key (POSTS=10000)
	@CFL_STORM_POSTS=$(POSTS) $(PY) -m pytest -q tests/promises/test_storm.py $(PYTEST_ARGS)

fuzz: .venv/.synced ## Random requests at the API, by its contract, for each role (REQUESTS=100000 SEED=1)
	@CFL_FUZZ_REQUESTS=$(REQUESTS) CFL_FUZZ_SEED=$(SEED) $(PY) -m pytest -q tests/contract/test_fuzz.py $(PYTEST_ARGS)

mutation: .venv/.synced ## Every small change of the code of money; tests must notice (MUTATION_ARGS='--only settle_5')
	@$(PY) -m tests.mutation --workers $(WORKERS) $(MUTATION_ARGS)

sweet-spot-worlds: .venv/.synced ## How often the sweet spot is right in seeded companies (WORLDS=200 SEED=1)
	@OMP_NUM_THREADS=1 $(PY) -m tests.pricing.sweet_spot --worlds $(WORLDS) --seed $(SEED)

chaos: .venv/.synced ## Settle while everything is killed (KILLS=200 SEED=1), and try every promise harder
	@CFL_THOROUGH=1 $(PY) -m pytest -q -n $(WORKERS) tests/promises/test_killed_at_every_statement.py \
		tests/promises/test_message_storms.py tests/promises/test_books_on_paper.py
	@$(PY) -m tests.chaos --kills $(KILLS) --seed $(SEED)

openapi: .venv/.synced ## Renew tests/contract/openapi.yaml
	@mkdir -p tests/contract
	$(PY) manage.py spectacular --validate --fail-on-warn --file tests/contract/openapi.yaml

.venv/bin/python:
	@for name in python3.13 python3.12 python3.11 python3; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found=$$name; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or newer is needed; none was found. On Debian: apt-get install python3" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found can't make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version) …"; \
	$$found -m venv .venv

.venv/.synced: pyproject.toml uv.lock | .venv/bin/python
	@echo "Installing the locked dependencies …"
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --locked --quiet --python $(PY)
	@touch $@
