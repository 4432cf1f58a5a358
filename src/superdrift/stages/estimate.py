"""Rule `estimate`: superconducting probability and Tc of the samples that pass the basic checks."""

import logging
import sys
from pathlib import Path

import numpy as np

from superdrift import tables
from superdrift.composition.vector import round_amounts
from superdrift.estimators.model import Estimator
from superdrift.progress import Progress
from superdrift.settings import EstimateSettings
from superdrift.stages.command import Run, command

logger = logging.getLogger("superdrift")


def estimate(
    run: Run,
    settings: EstimateSettings,
    *,
    screened: Path,
    projected: Path,
    neighbours: Path,
    description: Path,
    estimated: Path,
) -> None:
    """Estimate one source, batch by batch.

    Args:
        run: seed and provenance.
        settings: the noise floor of the source's model.
        screened: screen/{source}/screened.parquet, which says what passed the basic checks.
        projected: project/{source}/projected.parquet, the samples.
        neighbours: training compositions of the estimators.
        description: their choices and calibration.
        estimated: written: one row per sample that passed the basic checks.
    """
    estimator = Estimator.load(neighbours, description)
    verdicts = tables.read(screened, tables.SCREENED, ["id", "basic_pass"])
    passed = verdicts["id"].to_numpy()[verdicts["basic_pass"].to_numpy(zero_copy_only=False).astype(bool)]
    logger.info("no formation-energy model is fitted: the formation-energy columns stay empty")
    with (
        tables.Writer(estimated, tables.ESTIMATED, run.metadata) as writer,
        Progress(len(passed), f"estimate {estimated.parent.name}", "row") as progress,
    ):
        for batch in tables.read_batches(projected, tables.PROJECTED, ["id", "amounts"]):
            ids = batch["id"].to_numpy()
            kept = np.isin(ids, passed)
            amounts = round_amounts(tables.matrix(batch["amounts"])[kept], noise_floor=settings.noise_floor)
            nothing = [None] * int(kept.sum())
            energies = dict.fromkeys(("formation_energy_ev", "formation_energy_sd_ev", "hull_distance_ev"), nothing)
            writer.append({"id": ids[kept], **estimator.estimate(amounts), **energies})
            progress.advance(int(kept.sum()))


main = command(estimate)

if __name__ == "__main__":
    sys.exit(main())
