# Two commands: «make demo» and «make test». Everything they need is installed below .venv.
# Nothing here asks a question.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check checks format bench faults walks letters screenshots clean FORCE
MAKEFLAGS += --no-print-directory

# A Python that runs (shims may stand there and answer 127), is 3.11 or newer and can make environments.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; \
	for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done)
READY = @if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed, and was not found." >&2; exit 1; fi; \
	$(PYTHON) -m stack bootstrap
VENV := .venv/bin/python
STACK := $(VENV) -m stack
# The tests that write each letter.
LETTERS := $(addprefix tests/,measures/test_mails.py measures/appeals/test_mails.py convocations/test_mails.py convocations/test_following.py \
	convocations/test_late_call_backs.py convocations/test_told_not_to_come.py convocations/requests/test_mails.py \
	messaging/threads/test_mails.py messaging/posting/test_ways.py)
WALKED := $(addprefix tests/,convocations/test_due_process.py measures/procedure/test_due_process.py measures/appeals/test_walk.py)
TESTS := $(STACK) run --tests --with-clamav --


help: ## this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: ## the whole product on this machine (PORT=8001, RESET=1)
	$(READY) demo
	@$(STACK) demo

test: ## the tests (ARGS="tests/core -k word")
	$(READY) tests
	@$(TESTS) $(VENV) -m pytest -n auto --dist loadgroup $(ARGS)

check: ## format, lint, types, import order, migrations
	$(READY) tests
	@$(STACK) run --tests -- $(MAKE) --keep-going checks

format: ## format the code and the templates
	$(READY) tests
	$(VENV) -m ruff check --fix-only --quiet .
	$(VENV) -m ruff format .
	$(VENV) -m djlint --reformat --quiet templates || true

bench: ## the figures of the docs (SCALE=small|full)
	$(READY) tests
	@$(STACK) run --keep bench --pg max_connections=200 -- $(VENV) -m bench --scale $(or $(SCALE),small) $(ARGS)

faults: ## kill everything at random, check that nothing is lost (KILLS=200)
	$(READY) tests
	@KILLS=$(or $(KILLS),30) $(TESTS) $(VENV) -m pytest tests/faults $(ARGS)

walks: ## random walks against the law after each step (WALKS=450: 20,000 steps of each kind)
	$(READY) tests
	@WALKS=$(or $(WALKS),450) $(TESTS) $(VENV) -m pytest -n auto $(WALKED) $(ARGS)

letters: ## the golden texts of letters, written anew
	$(READY) tests
	@rm -rf tests/messaging/letters
	@GOLDEN=write $(TESTS) $(VENV) -m pytest -n auto --dist loadgroup $(LETTERS) $(ARGS)

screenshots: ## the pictures of the README
	$(READY) tests
	@RESET=1 $(STACK) demo --name screenshots -- $(VENV) docs/screenshots.py

clean: ## remove the environment, the demo's data and every cache
	@$(if $(PYTHON),$(PYTHON),python3) -m stack clean

# --- the parts of «check», run with a database beside them ---------------------
checks: check-format check-lint check-templates check-types check-imports check-migrations
check-format: FORCE
	$(VENV) -m ruff format --check .
check-lint: FORCE
	$(VENV) -m ruff check .
check-templates: FORCE
	$(VENV) -m djlint --check --lint templates
check-types: FORCE
	$(VENV) -m mypy .
check-imports: FORCE
	$(VENV) -c 'import sys; from importlinter.cli import lint_imports_command as c; sys.argv = ["lint-imports"]; c()'
check-migrations: FORCE
	$(VENV) manage.py makemigrations --check --dry-run
