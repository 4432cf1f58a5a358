"""The workflow on a cluster: its jobs go through SLURM, its rows are those of a run on one machine."""

import os
import subprocess
import sys

import pytest
from limits import HANG_S
from project import ROOT

PROFILE = os.environ.get("SUPERDRIFT_SLURM")


@pytest.mark.slow
@pytest.mark.skipif(PROFILE is None, reason="SUPERDRIFT_SLURM names no profile of a SLURM cluster")
def test_a_run_through_slurm_has_the_rows_of_a_local_one(finished, project):
    done = project.snakemake("--workflow-profile", str(ROOT / PROFILE))
    assert done.returncode == 0, done.stdout + done.stderr
    runs = [str(each.folder / "results/test") for each in (finished, project)]
    compared = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/compare_runs.py"), *runs],
        capture_output=True, text=True, check=False, timeout=HANG_S,
    )  # fmt: skip
    assert compared.returncode == 0, compared.stdout
