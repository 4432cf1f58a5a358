# Thin over the plain commands of the README: one virtual environment, stamped, and a few targets.
PYTHON ?= python3
VENV   := .venv
STAMP  := $(VENV)/.stamp
# Modules of this Python, and no scripts: a script names its interpreter, which fails in folders of some names.
RUN    := $(VENV)/bin/python -m
IN_VENV = PATH="$$($(VENV)/bin/python -c 'import sys; print(sys.prefix)')/bin:$$PATH"

BENCHMARKS := charge_check metals_check flags_estimator stoichiometry screening estimators unlabelled jarvis hindsight_tc generation requests latent drift references negatives families withheld crystal_templates crystal_hull
MEASURED = $(addprefix results/$(1)/,prepare/compounds.parquet estimate/models/scores.parquet \
  estimate/models/phases.parquet $(patsubst %,generate/%/samples.parquet,$(2)) \
  $(patsubst %,train/%/continuous/model.safetensors,$(3)))

.DEFAULT_GOAL := demo
.PHONY: demo test test-slow lint bench bench-quick clean

demo: $(STAMP)        ## the main job on the embedded data: results/demo
	$(RUN) snakemake --cores 2 --configfile workflow/presets/demo.yaml
	$(RUN) superdrift.cli show demo

test: $(STAMP)        ## every test but the slow ones; below 25 minutes on two cores
	$(IN_VENV) $(RUN) pytest

# The tests marked `slow`: every benchmark with --quick, the order of jobs, a run whose jobs go through SLURM (on a
# machine that has it, named by SUPERDRIFT_SLURM).
test-slow: $(STAMP)   ## the slow tests alone
	$(IN_VENV) $(RUN) pytest -m slow

lint: $(STAMP)        ## ruff, snakefmt (an environment of its own), snakemake --lint
	$(RUN) ruff check . && $(RUN) ruff format --check .
	test -x .venv-snakefmt/bin/snakefmt || { $(PYTHON) -m venv .venv-snakefmt && .venv-snakefmt/bin/python -m pip install --quiet snakefmt==2.1.0; }
	.venv-snakefmt/bin/python -m snakefmt --check Snakefile workflow
	$(RUN) snakemake --lint --configfile workflow/presets/test.yaml

bench: $(STAMP)       ## every benchmark, on the run `small`; hours, best on an idle machine; replaces the committed figures
	$(RUN) pip install --quiet --disable-pip-version-check --editable '.[dev,crystals]'
	$(IN_VENV) $(RUN) snakemake --cores 2 --configfile workflow/presets/small.yaml -- \
	  $(call MEASURED,small,everything cuprates pnictides others,cuprates pnictides others)
	for name in $(BENCHMARKS); do $(IN_VENV) $(VENV)/bin/python -m benchmarks.$$name || exit 1; done

bench-quick: $(STAMP) ## every benchmark on small numbers, on the run `test`; minutes; committed figures stay
	$(RUN) pip install --quiet --disable-pip-version-check --editable '.[dev,crystals]'
	$(IN_VENV) $(RUN) snakemake --cores 2 --configfile workflow/presets/test.yaml -- $(call MEASURED,test,cuprates,cuprates)
	for name in $(BENCHMARKS); do $(IN_VENV) $(VENV)/bin/python -m benchmarks.$$name --quick || exit 1; done

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "superdrift needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "this Python has no venv module; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import os, sys; sys.exit(bool(set(":{}$$") & set(os.path.abspath("$(VENV)"))))' || \
	  { echo "venv and pip cannot set up an environment where a folder's name has : { } or \$$: $$PWD/$(VENV);" \
	    "rename the folder, or name another place with: make VENV=/path/to/environment" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

clean:                ## the environment and scratch files; results stay
	rm -rf $(VENV) .venv-snakefmt .snakemake .pytest_cache .ruff_cache .hypothesis
