"""Estimates for formulas that a user gives: by a run's estimators, or by those that come with the project."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.energies.estimator import EnergyEstimator
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.provenance import sha256
from superdrift.superconductors.check import shipped
from superdrift.superconductors.stages.estimate import load_estimator
from superdrift.superconductors.tc.estimator import Estimator

MODELS = Path("estimate") / "models"
"""Where a run keeps its estimators."""
_FILES = ("neighbours.parquet", "estimators.json", "phases.parquet")


@dataclass(frozen=True)
class FormulaEstimators:
    """Everything that estimates a composition."""

    estimator: Estimator
    energies: EnergyEstimator

    def columns(self, amounts: NDArray[np.floating]) -> dict[str, NDArray[Any]]:
        """Columns of `ESTIMATED` for (n, 96) amounts, the id apart."""
        return {**self.estimator.estimate(amounts), **self.energies.estimate(amounts)}


def load_estimates(compounds: Path, blocks: Mapping[str, Any], *, embedded: bool) -> FormulaEstimators:
    """The estimators that belong to a table of known compounds.

    Args:
        compounds: compounds.parquet of a run, or of the compounds that come with the project.
        blocks: config.yaml.
        embedded: it holds the latter.

    Raises:
        InputError: when a run has no estimators yet.
    """
    folder, files = (shipped.FOLDER, shipped.FILES) if embedded else (compounds.parents[1] / MODELS, _FILES)
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        remedy = (
            "they come with the project; check them out again" if embedded
            else "the run has not come so far; run snakemake on, or leave --known out"
        )  # fmt: skip
        raise InputError(f"{folder} lacks {', '.join(missing)}: {remedy}")
    threads = blocks["estimate"]["threads"]
    estimator = (
        shipped.load(threads=threads) if embedded
        else Estimator.load(folder / "neighbours.parquet", folder / "estimators.json", threads=threads)
    )  # fmt: skip
    weights = shipped.ENERGIES if embedded else _energy_model(folder)
    return FormulaEstimators(
        estimator,
        load_estimator(weights, weights.with_suffix(".json"), folder / "phases.parquet",
                       threads=blocks["energy"]["threads"]),
    )  # fmt: skip


def _energy_model(folder: Path) -> Path:
    """The weights by which a run's phases were estimated: its own, or those that come with the project.

    Raises:
        InputError: when neither is.
    """
    wanted = tables.read_metadata(folder / "phases.parquet").get("inputs", {}).get(shipped.ENERGIES.name)
    candidates = [*folder.parent.parent.glob("train/energy/*/model.safetensors"), shipped.ENERGIES]
    for weights in candidates:
        if weights.is_file() and sha256(weights) == wanted:
            return weights
    raise InputError(
        f"the model that estimated {folder / 'phases.parquet'} is gone (looked at "
        f"{', '.join(str(path) for path in candidates)}); delete that file and run snakemake again"
    )
