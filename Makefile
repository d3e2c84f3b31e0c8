# Two commands do everything: make sandbox, make test.
PY := .venv/bin/python

.PHONY: help sandbox test format lint types unit docs bench lock

help: ## what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

sandbox: ## local Slack, local Oracle and the bot; prints the page to open
	@scripts/setup runtime
	@exec $(PY) -m sandbox

test: ## everything CI looks at
	@scripts/setup dev
	@scripts/setup browser
	@scripts/test

format: ## put the code into the one format
	@scripts/setup dev
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

docs: ## write the generated documentation anew
	@scripts/setup dev
	@$(PY) -m scripts.docs

bench: ## print the figures the README claims
	@scripts/setup dev
	@for each in bench/[a-z]*.py; do $(PY) -m bench.$$(basename $$each .py); done

lock: ## pin the newest dependencies with their hashes (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock
