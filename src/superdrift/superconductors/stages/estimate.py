"""Rule `estimate`: superconducting probability, Tc and formation energy of the samples that pass the basic checks."""

import logging
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from superdrift.composition.vector import round_amounts
from superdrift.energies.checkpoint import load_energy
from superdrift.energies.estimator import EnergyEstimator
from superdrift.energies.hull import Hull
from superdrift.io import tables
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.run.progress import Progress
from superdrift.superconductors.settings import EstimateSettings
from superdrift.superconductors.tables import ESTIMATED, PHASES, PROJECTED, SCREENED
from superdrift.superconductors.tc.estimator import Estimator

logger = logging.getLogger("superdrift")

VERDICTS = ("basic_pass", "duplicate", "novel", "metallic", "valid_published", "charge_valid")


def estimate(
    run: Run,
    settings: EstimateSettings,
    *,
    screened: Path,
    projected: Path,
    neighbours: Path,
    description: Path,
    energy_weights: Path,
    energy_description: Path,
    phases: Path,
    estimated: Path,
) -> None:
    """Estimate one source, batch by batch.

    Args:
        run: seed and provenance.
        settings: the noise floor of the source's model.
        screened: screen/{source}/screened.parquet, which says what passed the basic checks.
        projected: project/{source}/projected.parquet, the samples.
        neighbours: training compositions of the estimators.
        description: their trees, choices and calibration.
        energy_weights: .safetensors file of the model of formation energies.
        energy_description: its .json file.
        phases: the known compounds that make the hull, with their energies.
        estimated: written: one row per sample that passed the basic checks.
    """
    estimator = Estimator.load(neighbours, description, threads=settings.threads)
    energies = load_estimator(energy_weights, energy_description, phases, threads=settings.energy_threads)
    passed, wanted = _chosen(screened)
    with (
        tables.Writer(estimated, ESTIMATED, run.metadata) as writer,
        Progress(len(passed), f"estimate {estimated.parent.name}", "row") as progress,
    ):
        for batch in tables.read_batches(projected, PROJECTED, ["id", "amounts"]):
            ids = batch["id"].to_numpy()
            kept = np.isin(ids, passed)
            amounts = round_amounts(tables.matrix(batch["amounts"])[kept], noise_floor=settings.noise_floor)
            energy = energies.estimate(amounts, np.isin(ids[kept], wanted))
            writer.append({"id": ids[kept], **estimator.estimate(amounts), **energy})
            progress.advance(int(kept.sum()))


def load_estimator(weights: Path, description: Path, phases: Path, *, threads: int) -> EnergyEstimator:
    """The model of formation energies with the hull of known compounds."""
    torch.set_num_threads(threads)
    model, _ = load_energy(weights, description, device=choose("cpu", key="energy"))
    known = tables.read(phases, PHASES, ["amounts", "formation_energy_ev"])
    return EnergyEstimator(model, Hull(tables.matrix(known["amounts"]), known["formation_energy_ev"].to_numpy()))


def _chosen(screened: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids of the rows that passed the basic checks, and of those among them whose formation energy is of interest.

    The latter are novel, valid by either rule of charges or made of metals alone, and no repetition.
    """
    data = tables.read(screened, SCREENED, ["id", *VERDICTS])
    truth = {name: _truth(data[name]) for name in VERDICTS}
    valid = truth["metallic"] | truth["valid_published"] | truth["charge_valid"]
    wanted = truth["basic_pass"] & truth["novel"] & valid & ~truth["duplicate"]
    ids = data["id"].to_numpy()
    return ids[truth["basic_pass"]], ids[wanted]


def _truth(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return column.fill_null(False).to_numpy().astype(bool)


main = command(estimate)

if __name__ == "__main__":
    sys.exit(main())
