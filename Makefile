# The commands of renkou. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export RENKOU_HOME ?= $(CURDIR)/var
# Compiled once, not in every one of the many short processes, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
BENCH  := .venv-bench
ROWS   ?= 100000
SEED   ?= 1
ERRORS ?= 1.0
CUT    ?= 0.95
ONLY   ?=
RESIDENTS ?= 20000
PEOPLE ?= 2300000
RATES  ?= 1.0
NIGHTS_RUN ?= 3
CASES  ?= all=300
DAYS   ?= 400
SEEDS  ?= 201 202 203 204 205 206 207 208 209 210
NIGHTS := tests/nightly tests/readme
.PHONY: help setup lock run test test-quick check up down clean bench-setup bench-lock bench bench-febrl bench-people bench-district bench-nightly bench-residence bench-residence-nights bench-residence-days bench-residence-seeds

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.installed ## make .venv from requirements.lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v uv >/dev/null 2>&1 || $(PYTHON) -m pip install --quiet uv || $(PYTHON) -m pip install --quiet --break-system-packages uv
	@$(PYTHON) docker/setup_venv.py $(VENV)
	@touch $@

lock: ## pin all dependencies again (requirements.lock)
	uv pip compile --universal --generate-hashes --extra dev pyproject.toml -o requirements.lock

run: setup ## a sample district of 5,000 residents: three nights through the Airflow DAG, three snapshots
	@$(BIN)/renkou demo

test: setup check ## everything: style, types, all tests (whole nights beside the others, which leave a core idle)
	@mkdir -p .pytest_cache; $(BIN)/python -m pytest $(NIGHTS) > .pytest_cache/nights.log 2>&1 & nights=$$!; \
	$(BIN)/python -m pytest tests $(NIGHTS:%=--ignore=%); rest=$$?; \
	wait $$nights; whole=$$?; cat .pytest_cache/nights.log; exit $$((rest + whole))

test-quick: setup ## the part of the tests that needs no Spark, under a minute
	@$(BIN)/python -m pytest tests -m "not spark and not slow" -n 2 --dist loadfile

check: setup ## style and strict types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy

up: setup ## a local Airflow on 127.0.0.1:8080 with the DAGs loaded; prints address and login
	@$(BIN)/python -m jobs.airflow_up

down: ## stop it
	@$(BIN)/python -m jobs.airflow_up --stop

bench-setup: setup $(BENCH)/.installed ## the systems to compare with, in .venv-bench

$(BENCH)/.installed: tests/benchmark/requirements.lock
	@uv venv -q --clear --python $(BIN)/python $(BENCH)
	@VIRTUAL_ENV=$(BENCH) uv pip sync -q --require-hashes $<
	@touch $@

bench-lock: ## pin the systems to compare with again
	uv pip compile --universal --generate-hashes --group bench -q -o tests/benchmark/requirements.lock

bench: ## every figure of docs/benchmarks.md, one after the other: some three hours on two quiet cores
	@$(MAKE) --no-print-directory bench-febrl
	@$(MAKE) --no-print-directory bench-people ROWS="250000 500000 2000000" ONLY="renkou on Spark"
	@$(MAKE) --no-print-directory bench-people ROWS=1000000
	@$(MAKE) --no-print-directory bench-district RESIDENTS=100000
	@$(MAKE) --no-print-directory bench-district RESIDENTS=100000 RATES=2
	@$(MAKE) --no-print-directory bench-district RESIDENTS=300000
	@$(MAKE) --no-print-directory bench-nightly RESIDENTS=300000
	@$(MAKE) --no-print-directory bench-residence
	@$(MAKE) --no-print-directory bench-residence-nights RESIDENTS=20000 SEED=21
	@$(MAKE) --no-print-directory bench-residence-days RESIDENTS=20000
	@$(MAKE) --no-print-directory bench-residence-seeds RESIDENTS=20000

bench-febrl: bench-setup ## wrong pairs on the public sets FEBRL 1-4: ours, the proposed models, Splink, recordlinkage
	@$(BENCH)/bin/python -m tests.benchmark.febrl

bench-people: bench-setup ## time, memory and F1 on one table of persons: ROWS=100000 SEED=1
	@$(BENCH)/bin/python -m tests.benchmark.peers --rows $(ROWS) --seed $(SEED) --errors $(ERRORS) --cut $(CUT) --only "$(ONLY)"

bench-nightly: setup ## a night that changed little beside a full run, and whether they agree: RESIDENTS=20000
	@$(BIN)/python -m tests.benchmark.nightly --residents $(RESIDENTS)

bench-residence: setup ## the rules on so many people: PEOPLE=2300000, repeated from a sample of RESIDENTS=20000
	@$(BIN)/python -m tests.benchmark.residence --people $(PEOPLE) --residents $(RESIDENTS)

bench-residence-nights: setup ## statuses over many nights against the truth: RESIDENTS=20000 NIGHTS_RUN=3 SEED=1 RATES=1
	@$(BIN)/python -m tests.benchmark.residence_nights --residents $(RESIDENTS) --nights $(NIGHTS_RUN) --seed $(SEED) --rates $(RATES) --out $(RENKOU_HOME)/bench/residence-nights

bench-residence-days: setup ## how soon the statuses follow life, as of every day: RESIDENTS=20000 DAYS=400 SEED=1
	@$(BIN)/python -W ignore -m tests.benchmark.residence_days --residents $(RESIDENTS) --days $(DAYS) --seed $(SEED) --out $(RENKOU_HOME)/bench/residence-days

bench-residence-seeds: setup ## whether the count errs to one side, over districts of RESIDENTS=20000: SEEDS="201 202 …"
	@$(BIN)/python -W ignore -m tests.benchmark.residence_seeds --residents $(RESIDENTS) --seeds $(SEEDS) --out $(RENKOU_HOME)/bench/residence-seeds

bench-district: bench-setup ## the sample district by us, Splink and the number alone: RESIDENTS=20000 SEED=1 RATES=1 CASES=all=300
	@$(BENCH)/bin/python -m tests.benchmark.district --residents $(RESIDENTS) --seed $(SEED) --rates $(RATES) --cases $(CASES)

clean: ## remove .venv, .venv-bench and var
	rm -rf $(VENV) $(BENCH) var
