# Everything a developer runs. `make demo` and `make test` work in a fresh clone: they make their own environment in
# .venv from a Python >= 3.11 and a package index. PYTHON=... chooses the interpreter.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
CHECKED := src tests examples benchmarks docs/conf.py docs/shown.py
N ?= 2000
MUTANTS ?= 60
SEED ?= 0

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-all fuzz fuzz-loops mutants redefine limits corpus lint format bench bench-adbench bench-loops coverage arrays language docs docs-update clean bench-kernels bench-clusters

help:  ## show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "no Python >= 3.11 found; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

$(VENV)/.ready-%: $(READY)
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	touch $@

demo: $(READY)  ## differentiate, check, train and time two models on real data
	$(RUN) examples/demo.py

test: $(READY)  ## run the tests
	$(RUN) -m pytest -q

test-long: $(VENV)/.ready-numba  ## run the tests that take many seconds each to compile
	LONG=1 $(RUN) -m pytest -q -m long

test-all:  ## run the tests on every Python found (3.11, 3.12, 3.13), and with the oldest NumPy
	.ci/test-all

fuzz: $(READY)  ## differentiate random programs and compare with differences (N=2000 SEED=0)
	$(RUN) -m tests.fuzz --n $(N) --seed $(SEED) --mode reverse,forward,second --shrink

fuzz-loops: $(VENV)/.ready-numba  ## random array statements in machine code, against NumPy (N=2000 SEED=0)
	$(RUN) -m tests.fuzz.loops --n $(N) --seed $(SEED) --shrink
	$(RUN) -m tests.fuzz.races --n $(N) --seed $(SEED)

mutants: $(READY)  ## make mistakes in the rules and the reverse transform, and see whether the tests see them (MUTANTS=60)
	$(RUN) -m tests.mutation --n $(MUTANTS) --seed $(SEED) --part differentiate
	$(RUN) -m tests.mutation.rules --n 400 --seed $(SEED)

redefine: $(READY)  ## define and differentiate functions 100,000 times over: nothing may be kept
	REDEFINITIONS=100000 $(RUN) -m pytest tests/odd/test_lifetime.py -k nothing_is_kept

limits: $(READY)  ## write docs/limits.md, the list of what is refused
	$(RUN) -m tests.refuse.limits -o docs/limits.md

corpus: $(READY)  ## the verdicts on the corpus of ordinary functions, as tables
	$(RUN) -m tests.corpus --mode reverse,forward

lint: $(VENV)/.ready-lint  ## check style and types
	$(RUN) -m ruff check $(CHECKED)
	$(RUN) -m ruff format --check $(CHECKED)
	$(RUN) -m mypy

format: $(VENV)/.ready-lint  ## lay out the code
	$(RUN) -m ruff check --fix $(CHECKED)
	$(RUN) -m ruff format $(CHECKED)

bench: $(if $(PEERS),$(VENV)/.ready-bench,$(READY))  ## measure, and write docs/performance.md (PEERS=1 installs the peers)
	$(RUN) -m benchmarks
	MALLOC_TRIM_THRESHOLD_=100000000 MALLOC_TOP_PAD_=100000000 $(RUN) -m benchmarks.scaling

bench-adbench: $(if $(PEERS),$(VENV)/.ready-bench,$(READY))  ## ADBench's four objectives against hand-written code and the peers
	$(RUN) -m benchmarks.adbench

bench-loops: $(VENV)/.ready-numba $(VENV)/.ready-bench  ## gradients of array programs in machine code, against JAX
	$(RUN) -m benchmarks.array_programs
	$(RUN) -m benchmarks.elementary

bench-clusters: $(VENV)/.ready-plot  ## sums over chunks: what they cost, how they scale, and what follows for more machines
	$(RUN) -m benchmarks.clusters

bench-kernels: $(READY)  ## programs with loops and in-place writes, against their gradients: time and memory
	$(RUN) -m benchmarks.kernels

coverage: $(READY)  ## differentiate all of NumPy and SciPy case by case, and write docs/coverage.md
	$(RUN) -m tests.coverage_table -o docs/coverage.md

arrays: $(VENV)/.ready-arrays  ## judge the rules with arrays of other libraries, and write the table of docs/arrays.md
	$(RUN) -m tests.arrays.matrix -o docs/arrays.md
	ALL_RULES=1 $(RUN) -m pytest -q tests/arrays/test_strict.py

language: $(READY)  ## judge the constructs of the corpus, and write docs/language.md
	$(RUN) -m tests.corpus.language

docs: $(VENV)/.ready-docs  ## build the documentation into site/; fails where a page is stale
	$(RUN) -m sphinx -W --keep-going -q -b html docs site

docs-update: $(READY)  ## run the programs in the documentation and the notebooks, and show what they print now
	$(RUN) docs/shown.py --update
	$(RUN) examples/notebooks/run.py --update

clean:  ## remove what the other targets made
	rm -rf $(VENV) .venv-* site build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
