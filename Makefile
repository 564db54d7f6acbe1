# Everything longer than a line lives in resources/setup/bootstrap.py, which runs on Windows and macOS too.
# Arguments for the program or for pytest: make run ARGS="--no-gui", make test ARGS="tests/storage -x".
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BOOTSTRAP = @$(PYTHON) resources/setup/bootstrap.py

.DEFAULT_GOAL := run
.PHONY: run test lint bench screens translations app requirements setup

run:          ## set up what is missing, then start the program
	$(BOOTSTRAP) run $(ARGS)

test:         ## set up what is missing, then lint, types, contracts and all tests
	$(BOOTSTRAP) test $(ARGS)

lint:         ## ruff, mypy and the import contracts alone
	$(BOOTSTRAP) lint

bench:        ## the measurements of tests/bench; never part of the tests
	$(BOOTSTRAP) bench $(ARGS)

screens:      ## pictures of the window in its main states
	$(BOOTSTRAP) screens $(ARGS)

translations: ## collect visible strings, keep their Korean, compile; ARGS="--fill FILE.json" takes more
	$(BOOTSTRAP) translations $(ARGS)

app:          ## a folder that runs without Python
	$(BOOTSTRAP) app $(ARGS)

requirements: ## resolve resources/setup/*.in again and write the hashed files
	$(BOOTSTRAP) requirements $(ARGS)

setup:        ## the development environment alone
	$(BOOTSTRAP) setup
