# BuyRelay. `make run` shows the whole shop on this machine, `make help` lists the rest.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
CLIENTS := tests/clients
CLIENTS_VENV := .venv-clients
AXE := tests/browser/node_modules/axe-core/axe.min.js
MANAGE := $(BIN)/python manage.py
PYTEST := $(BIN)/python -m pytest
# How many test processes: one for each core. `make test WORKERS=0` runs them in one, for a debugger.
WORKERS ?= auto
# Where `make test-services` finds its servers. Each of its processes, at most eight, makes a database of its own and
# uses a Redis number of its own, counted down from this one.
TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
TEST_REDIS_URL ?= redis://127.0.0.1:6379/15
# Only `make test-services` hands them on: whatever stands in the environment, the other suites touch no server.
unexport TEST_DATABASE_URL TEST_REDIS_URL

# Values for `check --deploy`, thrown away at once: the check looks at settings, it serves nobody.
DEPLOY_ENV = DEBUG=false VAR_DIR=$${TMPDIR:-/tmp}/buyrelay-check DATABASE_URL=sqlite:///:memory: REDIS_URL= EMAIL_URL= \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())') \
	ALLOWED_HOSTS=shop.example.com BASE_URL=https://shop.example.com

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- install ------------------------------------------------------------------------------------------------------------

.PHONY: install
install: $(VENV)/.installed ## Make .venv and install what the shop runs on (again only when the pins change)

.PHONY: install-dev
install-dev: $(VENV)/.installed-dev ## The same, with what tests and checks need on top

# The first Python that is new enough; a name may exist and still not run (version managers' shims).
$(BIN)/python:
	@for name in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "BuyRelay needs Python 3.11 or newer; here is: $$(python3 --version 2>&1 || echo none)."; \
		echo "Install one, or name it: make install PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) || { rm -rf $(VENV); \
		echo "The venv could not be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing requirements-dev.txt into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# axe-core finds barriers on a page. Without npm the tests that need it are skipped, in CI they fail.
$(AXE): tests/browser/package.json tests/browser/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing tests/browser/package-lock.json"; \
		npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; \
	else \
		echo "npm is missing here (apt-get install npm): the accessibility tests are left out."; \
	fi

# --- run ----------------------------------------------------------------------------------------------------------------

.PHONY: run
run: install ## The whole shop in this terminal: web, worker, supplier emulator (PORT=, SANDBOX_PORT=)
	@$(MANAGE) start_check
	@$(MANAGE) prepare
	@$(MANAGE) seed_demo
	@$(MANAGE) setup_suppliers
	@$(MANAGE) start

# --- test and check -----------------------------------------------------------------------------------------------------

.PHONY: test
test: install-dev ## The suite on SQLite, without any server
	@$(PYTEST) -n $(WORKERS) --dist worksteal -rs -m "not browser and not services and not faults and not clients and not api"
	@echo "Left out: tests that need Chromium (make test-browser), PostgreSQL and Redis (make test-services), node and"
	@echo "other people's clients (make test-clients), requests made up from the API's document (make test-api), and those"
	@echo "that kill real processes many times (make test-faults)."
	@echo "CI runs all of them."

.PHONY: test-services
test-services: install-dev ## The suite on PostgreSQL, with Redis as cache and queue broker
	@TEST_DATABASE_URL=$(TEST_DATABASE_URL) TEST_REDIS_URL=$(TEST_REDIS_URL) \
		$(PYTEST) -n $(WORKERS) --maxprocesses 8 -rs -m "not browser and not faults and not clients and not api"

.PHONY: test-browser
test-browser: install-dev $(AXE) ## The main job and every page in Debian's Chromium, looked over by axe-core
	@$(PYTEST) -rs -m browser

.PHONY: test-faults
test-faults: install-dev ## Kills real workers between all steps of placing an order
	@$(PYTEST) -n $(WORKERS) -rs -m faults

.PHONY: test-clients
test-clients: install-dev $(CLIENTS_VENV)/.installed $(CLIENTS)/node_modules/.installed ## Unmodified clients by other people talk to the emulator
	@$(PYTEST) -rs -m clients

.PHONY: test-api
test-api: install-dev $(CLIENTS)/node_modules/.installed ## The API against its document, and an app generated from it
	@$(PYTEST) -rs -m api

# Neither belongs to the shop: a venv and a node_modules of their own, from locks with hashes.
$(CLIENTS_VENV)/.installed: $(CLIENTS)/requirements.txt | $(BIN)/python
	@echo "Installing $< into $(CLIENTS_VENV)"
	@$(BIN)/python -m venv $(CLIENTS_VENV)
	@$(CLIENTS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json $(CLIENTS)/.npmrc
	@command -v npm >/dev/null || { echo "node and npm are missing. On Debian and Ubuntu: apt-get install nodejs npm"; exit 1; }
	@echo "Installing $(CLIENTS)/package-lock.json into $(CLIENTS)/node_modules"
	@cd $(CLIENTS) && npm ci --loglevel=error
	@touch $@

.PHONY: check
check: install-dev ## Lint, types, import contracts, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	@echo "manage.py check --deploy with production settings"
	@$(DEPLOY_ENV) $(MANAGE) check --deploy --fail-level WARNING

# --- keep ---------------------------------------------------------------------------------------------------------------

.PHONY: lock
lock: install-dev ## Pin requirements*.in anew, with hashes
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.txt requirements.in
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --constraint requirements.txt \
		--output-file requirements-dev.txt requirements-dev.in
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file $(CLIENTS)/requirements.txt $(CLIENTS)/requirements.in
	cd $(CLIENTS) && npm install --package-lock-only --loglevel=error

.PHONY: messages
messages: install-dev ## Collect new texts into locale/*/LC_MESSAGES/django.po (needs gettext), then translate them there
	$(MANAGE) makemessages --all --no-wrap --add-location file --no-obsolete \
		--ignore '.venv*' --ignore var --ignore tests --ignore bench --ignore node_modules

.PHONY: clean
clean: ## Remove caches; .venv and var (the shop's data) stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -not -path './$(VENV)/*' -not -path './$(CLIENTS_VENV)/*' -prune -exec rm -rf {} +
