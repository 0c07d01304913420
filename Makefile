# Two commands do everything: `make run` and `make test`. Both set up .venv first.

PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.ready

.PHONY: run test setup lint types imports unit format lock docs clean

run: $(SETUP) ## The main job on the built-in sandbox: no network, no key, some seconds.
	$(BIN)/pipeline run enrich --sandbox

test: lint types imports unit ## Everything that CI asks.

setup: $(SETUP)

$(SETUP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(SETUP)

lint: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(SETUP)
	$(BIN)/mypy

imports: $(SETUP)
	$(BIN)/lint-imports --no-cache

unit: $(SETUP)
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

format: $(SETUP) ## Rewrite the code in the one format.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(SETUP) ## Renew the lock files (needs uv).
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build dist

docs: $(SETUP) ## Renew what the docs take from the code: commands, settings, codes, rooms, schemas, the picture.
	$(BIN)/python -m docs.generate
