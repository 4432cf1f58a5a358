# Thin over the plain commands of the README: one virtual environment, stamped, and four targets.
PYTHON ?= python3
VENV   := .venv
STAMP  := $(VENV)/.stamp

.DEFAULT_GOAL := demo
.PHONY: demo test lint bench clean

demo: $(STAMP)        ## the main job on the embedded data: results/demo
	$(VENV)/bin/snakemake --cores 2 --configfile workflow/presets/demo.yaml
	$(VENV)/bin/superdrift show demo

test: $(STAMP)        ## every test
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/python -m pytest

lint: $(STAMP)        ## ruff, snakefmt (an environment of its own), snakemake --lint
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	test -x .venv-snakefmt/bin/snakefmt || { $(PYTHON) -m venv .venv-snakefmt && .venv-snakefmt/bin/pip install --quiet snakefmt==2.1.0; }
	.venv-snakefmt/bin/snakefmt --check Snakefile workflow
	$(VENV)/bin/snakemake --lint --configfile workflow/presets/test.yaml

bench: $(STAMP)       ## every benchmark; each prints a table and writes a Parquet file beside itself
	for script in benchmarks/*.py; do $(VENV)/bin/python $$script || exit 1; done

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "superdrift needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "this Python has no venv module; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

clean:                ## the environment and scratch files; results stay
	rm -rf $(VENV) .venv-snakefmt .snakemake .pytest_cache .ruff_cache .hypothesis
