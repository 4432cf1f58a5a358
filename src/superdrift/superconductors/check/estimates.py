"""Estimates for formulas that a user gives: by a run's estimators, or by those fitted once to the embedded compounds.

The latter are kept in the user's cache folder, under a name that changes with the compounds, the settings and the code.
"""

import hashlib
import json
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pooch
from numpy.typing import NDArray

from superdrift.energies.estimator import EnergyEstimator
from superdrift.io import tables
from superdrift.run import registry
from superdrift.run.command import Run
from superdrift.run.errors import InputError
from superdrift.run.fingerprint import fingerprint
from superdrift.run.provenance import describe, sha256
from superdrift.run.settings import from_mapping
from superdrift.superconductors.settings.tc import FitSettings, PhasesSettings
from superdrift.superconductors.stages.estimate import load_estimator
from superdrift.superconductors.stages.fit import fit
from superdrift.superconductors.stages.phases import phases as list_phases
from superdrift.superconductors.tc.estimator import Estimator

logger = logging.getLogger("superdrift")

SHIPPED = registry.DATA / "energy" / "model.safetensors"
"""The model of formation energies that comes with the project; its description lies beside it."""
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
    folder = _fitted(compounds, blocks) if embedded else compounds.parents[1] / MODELS
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} lacks {', '.join(missing)}: the run has not come so far; run snakemake on, or leave --known out"
        )
    threads = blocks["estimate"]["threads"]
    weights = SHIPPED if embedded else _energy_model(folder)
    return FormulaEstimators(
        Estimator.load(folder / "neighbours.parquet", folder / "estimators.json", threads=threads),
        load_estimator(weights, weights.with_suffix(".json"), folder / "phases.parquet",
                       threads=blocks["energy"]["threads"]),
    )  # fmt: skip


def _energy_model(folder: Path) -> Path:
    """The weights by which a run's phases were estimated: its own, or those that come with the project.

    Raises:
        InputError: when neither is.
    """
    wanted = tables.read_metadata(folder / "phases.parquet").get("inputs", {}).get(SHIPPED.name)
    candidates = [*folder.parent.parent.glob("train/energy/*/model.safetensors"), SHIPPED]
    for weights in candidates:
        if weights.is_file() and sha256(weights) == wanted:
            return weights
    raise InputError(
        f"the model that estimated {folder / 'phases.parquet'} is gone (looked at "
        f"{', '.join(str(path) for path in candidates)}); delete that file and run snakemake again"
    )


def _fitted(compounds: Path, blocks: Mapping[str, Any]) -> Path:
    """Folder of the estimators fitted to the embedded compounds; fits them where that was not done yet."""
    settings = blocks["estimate"] | {"repeats": 1}
    data = sha256(registry.DATA / registry.entry_of("literature").file)
    code = [fingerprint(f"superdrift.superconductors.stages.{stage}") for stage in ("prepare", "fit", "phases")]
    text = json.dumps([settings, blocks["prepare"], blocks["seed"], data, sha256(SHIPPED), *code], sort_keys=True)
    folder = Path(pooch.os_cache("superdrift")) / "estimators" / hashlib.sha256(text.encode()).hexdigest()[:16]
    if all((folder / name).is_file() for name in _FILES):
        return folder
    logger.info("fitting the estimators to the compounds that come with superdrift (once; kept in %s)", folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as made:
            _fit(Path(made) / "models", compounds, settings, blocks)
            if not folder.is_dir():  # another process may have been quicker
                (Path(made) / "models").rename(folder)
    except OSError as error:
        raise InputError(
            f"cannot keep the fitted estimators in {folder.parent} ({error.strerror or error}); make room there, or set"
            " XDG_CACHE_HOME to a folder that can be written"
        ) from error
    return folder


def _fit(folder: Path, compounds: Path, settings: Mapping[str, Any], blocks: Mapping[str, Any]) -> None:
    """Run the stages `fit` and `phases` on the embedded compounds."""
    run = Run(
        blocks["seed"],
        describe("superdrift.superconductors.stages.fit", settings, blocks["seed"], [compounds, SHIPPED]),
    )
    fit(
        run, from_mapping(FitSettings, settings, place="estimate"), compounds=compounds,
        neighbours=folder / "neighbours.parquet", description=folder / "estimators.json",
        scores=folder / "scores.parquet", held_out=folder / "held_out.parquet",
    )  # fmt: skip
    list_phases(
        run, PhasesSettings(threads=blocks["energy"]["threads"]), compounds=compounds, weights=SHIPPED,
        description=SHIPPED.with_suffix(".json"), energies=[], origins=[], phases=folder / "phases.parquet",
    )  # fmt: skip
