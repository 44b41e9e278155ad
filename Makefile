# Two commands on a fresh machine: make demo, make test. Nothing is asked, nothing is written outside this folder.
PYTHON ?= python3
SIZE ?= demo
SEED ?= 7
# Another company gets a home of its own: two in one warehouse would be mixed.
HOME_DIR ?= $(if $(filter demo-7,$(SIZE)-$(SEED)),var,var/$(SIZE)-$(SEED))
PORT ?= 8501
BIN := .venv/bin
# Sizes and seeds of `make defects`; "blocks" is as small as xs and written like the large sizes.
CASES ?= xs:1,xs:2,xs:3,xs:4,xs:5,demo:1,demo:2,demo:3,demo:4,demo:5,m:1,m:2,m:3,m:4,m:5,blocks:1
# Two workers: the suite is sized for two cores.
WORKERS ?= 2
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help demo dashboard test defects lint bench indicators lock clean env env-dev screenshots

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

env:
	@$(PYTHON) scripts/setup_env.py run

env-dev:
	@$(PYTHON) scripts/setup_env.py dev

demo: env ## Make the sample company, land, build, validate and publish it into var/
	@$(BIN)/halftime sample --size $(SIZE) --seed $(SEED) --out $(HOME_DIR)/sample
	@$(BIN)/halftime run --config $(HOME_DIR)/sample/halftime.yml --home $(HOME_DIR)

dashboard: env ## Serve the published build on 127.0.0.1
	@$(BIN)/halftime dashboard --home $(HOME_DIR) --port $(PORT)

test: env-dev ## Everything that proves the project, fast tests first
	@$(BIN)/python -m pytest tests/unit -n $(WORKERS) -q
	@homes=$$(mktemp -d) && trap 'rm -rf "$$homes"' EXIT && \
	$(BIN)/python -m pytest tests/integration -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --basetemp="$$homes" -q && \
	chromium=$$(scripts/find_chromium.sh) && scripts/install_node_packages.sh && \
	HALFTIME_CHROMIUM="$$chromium" HALFTIME_TEST_HOMES="$$homes" $(BIN)/python -m pytest tests/browser -n $(WORKERS) --dist loadfile -q

defects: env-dev ## Hold the warehouse to every planted defect: xs, demo and m, five seeds each (CASES=…)
	@HALFTIME_SAMPLE_CASES=$(CASES) $(BIN)/python -m pytest tests/integration/test_sample_defects.py -n 0 -q

lint: env-dev ## ruff, mypy, sqlfluff, yamllint, dbt-bouncer
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/yamllint --strict .
	@$(BIN)/sqlfluff lint --processes 2 models macros tests/dbt
	@$(BIN)/python scripts/lint_dbt.py

bench: env-dev ## Measure demo and m and write docs/benchmarks.md
	@$(BIN)/python scripts/bench.py

indicators: env ## Write docs/indicators.md from the registry, and note what definitions say
	@$(BIN)/python scripts/indicator_page.py

screenshots: env-dev ## Take the README's pictures from the published demo
	@chromium=$$(scripts/find_chromium.sh) && HALFTIME_CHROMIUM="$$chromium" HALFTIME_BROWSER_HOME=$(HOME_DIR) HALFTIME_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/browser -q

lock: ## Compile both locks again (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --excludes requirements-excludes.txt --custom-compile-command "make lock" --quiet requirements-dev.in -o requirements-dev.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --excludes requirements-excludes.txt --custom-compile-command "make lock" --quiet -c requirements-dev.lock requirements.in -o requirements.lock

clean: ## Remove the demo's homes and all caches; .venv stays
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis logs
