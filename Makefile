# Wanghuo 望火. `make help` lists what can be asked for.
.PHONY: help up check fast-tests test bench linkage story world chaos powercut fuzz nightly clean
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE := 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: ## set up everything, start the demo city, print the ready line; Ctrl-C stops all
	@$(PYTHON) tools/prepare.py --cockpit
	@exec $(BIN)/wanghuo up $(ARGS)

check: ## lint, types, import contracts, tidy and fast tests (≤ 2 min)
	@$(PYTHON) tools/prepare.py --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 -m "not engines and not city and not pages and not story" -p no:cacheprovider

test: ## everything, with its own set-up (≤ 15 min on two cores)
	@$(PYTHON) tools/test.py

bench: ## the goals table, ratios in one run
	@$(PYTHON) tools/prepare.py --dev --cockpit
	@$(BIN)/python -m benchmarks $(ARGS)

story: ## whole-process stories on a clock turned by hand
	@$(PYTHON) tools/prepare.py --dev --cockpit
	$(BIN)/pytest -q -m story -p no:cacheprovider

world: ## the seeded city, one seed a line
	@$(PYTHON) tools/prepare.py --dev
	$(BIN)/pytest -q -m city -p no:cacheprovider

linkage: ## telephones that ring at the same second; ARGS="--one --storm --cad --drill", ARGS="--kills 200"
	@$(PYTHON) tools/prepare.py --dev
	@$(BIN)/python -m benchmarks.linkage $(ARGS)

chaos: ## ≥ 200 random kills under traffic; ARGS="--kills 20" for fewer
	@$(PYTHON) tools/prepare.py --dev
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

powercut: ## ≥ 20 power cuts under traffic; ARGS="--no-fsync" shows that the test can fail
	@$(PYTHON) tools/prepare.py --dev --pages
	@$(BIN)/python -m benchmarks.powercut $(ARGS)

fuzz: ## five million mutated inputs over every codec
	@$(PYTHON) tools/prepare.py --dev
	@$(BIN)/python -m tests.fuzz_codecs --inputs 5000000

nightly: ## the ten rules with 10,000 examples each
	@$(PYTHON) tools/prepare.py --dev
	WANGHUO_HYPOTHESIS=nightly $(BIN)/pytest -q tests/alarms/test_ten_rules.py -n 2 --timeout 3600 -p no:cacheprovider

clean: ## forget the environment and the build; never the data folder
	rm -rf .venv cockpit/node_modules cockpit/dist
