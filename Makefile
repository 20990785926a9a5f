# Porchlight: `make run` and `make test` do all their own set-up from a fresh clone.
SHELL := /bin/sh
PY := .venv/bin/python
LOCK := requirements/dev.lock

.PHONY: run test check setup lock clean bench demo

run: setup ## start Porchlight with a fictional case already flowing
	@PORCHLIGHT_DEMO=$${PORCHLIGHT_DEMO:-true} exec .venv/bin/porchlight serve

demo: setup ## a fictional case from poster to push to takedown, told in the terminal
	@.venv/bin/porchlight demo

test: setup ## all tests; starts its own PostgreSQL, RabbitMQ and Chromium
	$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: setup ## ruff, mypy, import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup ## all benchmarks, JSON out
	@for b in benchmarks/bench_*.py; do $(PY) -m benchmarks.$$(basename $$b .py); done

setup: .venv/.done node_modules/.done .venv/.assets var/.ready

.venv/.done: $(LOCK) pyproject.toml
	@scripts/prerequisites
	@test -x $(PY) || $${PYTHON:-python3} -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.done: package.json package-lock.json
	@scripts/prerequisites
	@npm ci --silent
	@touch $@

# outlines, the map's assets, and the places gathered from them
.venv/.assets: node_modules/.done .venv/.done scripts/build-assets.mjs $(wildcard alerts/area/*.py)
	@npm run --silent build
	@.venv/bin/porchlight places build
	@touch $@

var/.ready: .venv/.done .venv/.assets $(wildcard migrations/versions/*.py)
	@.venv/bin/porchlight init
	@mkdir -p var && touch $@

lock: ## renew the lock files
	cd requirements && ../.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url -o dev.lock dev.in
	cd requirements && ../.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url -c dev.lock -o run.lock run.in

clean: ## remove everything that was made, the data in var/ too
	rm -rf .venv node_modules var build *.egg-info service/pages/static/vendor alerts/area/atlas
