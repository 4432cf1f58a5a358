"""Stage estimate: screened samples → superconducting probability, Tc and formation energy of those that pass."""

import logging
import sys
from pathlib import Path

import pyarrow.compute as pc
import torch

from superdrift.energies.checkpoint import load_energy
from superdrift.energies.estimator import EnergyEstimator
from superdrift.energies.hull import Hull
from superdrift.io import tables
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.run.progress import Progress
from superdrift.superconductors.screening.verdicts import Verdicts
from superdrift.superconductors.settings.tc import EstimateSettings
from superdrift.superconductors.tables import ESTIMATED, PHASES, SCREENED
from superdrift.superconductors.tc.estimator import Estimator

logger = logging.getLogger("superdrift")

_VERDICTS = ("basic_pass", "duplicate", "novel", "metallic", "valid_published", "charge_valid")


def estimate(
    run: Run,
    settings: EstimateSettings,
    *,
    screened: Path,
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
        settings: threads.
        screened: screen/{source}/screened.parquet: the amounts that were judged, and the verdicts.
        neighbours: training compositions of the estimators.
        description: their trees, choices and calibration.
        energy_weights: .safetensors file of the model of formation energies.
        energy_description: its .json file.
        phases: the known compounds that make the hull, with their energies.
        estimated: written: one row per sample that passed the basic checks.
    """
    estimator = Estimator.load(neighbours, description, threads=settings.threads)
    energies = load_estimator(energy_weights, energy_description, phases, threads=settings.energy_threads)
    passed = pc.sum(tables.read(screened, SCREENED, ["basic_pass"])["basic_pass"]).as_py() or 0
    with (
        tables.Writer(estimated, ESTIMATED, run.metadata) as writer,
        Progress(passed, f"estimate {estimated.parent.name}", "row") as progress,
    ):
        for batch in tables.read_batches(screened, SCREENED, ["id", "amounts", *_VERDICTS]):
            verdicts = Verdicts.of(batch)
            kept = verdicts["basic_pass"]
            amounts = tables.matrix(batch["amounts"])[kept]
            # formation energies are of interest only for candidates that could exist
            energy = energies.estimate(amounts, (verdicts.candidate & verdicts.plausible)[kept])
            writer.append({"id": batch["id"].to_numpy()[kept], **estimator.estimate(amounts), **energy})
            progress.advance(int(kept.sum()))


def load_estimator(weights: Path, description: Path, phases: Path, *, threads: int) -> EnergyEstimator:
    """The model of formation energies with the hull of known compounds."""
    torch.set_num_threads(threads)
    model, _ = load_energy(weights, description, device=choose("cpu", key="energy"))
    known = tables.read(phases, PHASES, ["amounts", "formation_energy_ev"])
    return EnergyEstimator(model, Hull(tables.matrix(known["amounts"]), known["formation_energy_ev"].to_numpy()))


main = command(estimate)

if __name__ == "__main__":
    sys.exit(main())
