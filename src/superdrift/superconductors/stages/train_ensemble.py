"""Stage train_ensemble: compounds → the ensemble of predictors of Tc that the climb's objective is made of."""

import logging
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from superdrift.io.tables import read, write
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import choose
from superdrift.learning.history import HISTORY
from superdrift.learning.resume_key import resume_key
from superdrift.run.command import Run, command
from superdrift.superconductors.drift.ensemble import INTEGERS, TcEnsemble, fit_ensemble, save_ensemble
from superdrift.superconductors.drift.training_rows import COLUMNS, Part, choose_rows
from superdrift.superconductors.settings.drift import TrainEnsembleSettings
from superdrift.superconductors.tables import COMPOUNDS

logger = logging.getLogger("superdrift")


def train_ensemble(
    run: Run, settings: TrainEnsembleSettings, *, compounds: Path, weights: Path, description: Path, history: Path
) -> None:
    """Fit the ensemble to the superconductors of all families.

    Args:
        run: seed and provenance.
        settings: of the members, the flags of the rows to leave out, device and threads.
        compounds: compounds.parquet.
        weights: the .safetensors file to write.
        description: the .json file to write, with errors on both sides of the split.
        history: table of the members' training to write, one member after another.
    """
    device = choose(settings.device, key="drift.device")
    torch.set_num_threads(settings.threads)
    train, validation = choose_rows(
        read(compounds, COMPOUNDS, COLUMNS), settings.exclude_flags, integers=INTEGERS
    )  # fmt: skip
    arrays = [array for part in (train, validation) for array in (part.amounts, part.tc_k)]
    key = resume_key(device, *arrays, seed=run.seed, settings=asdict(settings), code=run.metadata["code"])
    files = [ResumeFile(weights, key, part=f"member-{number}-") for number in range(settings.ensemble.members)]
    ensemble, histories = fit_ensemble(
        train, validation, settings.ensemble, seed=run.seed, device=device, resume=files
    )  # fmt: skip
    measured = {side: _measured(ensemble, part) for side, part in (("training", train), ("validation", validation))}
    for side, scores in measured.items():
        logger.info("ensemble, %s: %s", side, scores)
    columns = [asdict(one) for one in histories]
    write(history, HISTORY, {name: [v for c in columns for v in c[name]] for name in columns[0]}, run.metadata)
    save_ensemble(
        ensemble, weights, description, {**measured, "settings": asdict(settings), "provenance": run.metadata}
    )
    for file in files:
        file.delete()


@torch.no_grad()
def _measured(ensemble: TcEnsemble, part: Part) -> dict[str, float]:
    """Errors of the mean, and how the disagreement goes with them."""
    device = next(ensemble.parameters()).device
    tc, spread = (x.double().cpu().numpy() for x in ensemble(torch.from_numpy(part.amounts).to(device)))
    error = np.abs(tc - part.tc_k)
    varies = min(error.std(), spread.std()) > 0
    return {
        "rows": len(error), "mae_k": float(error.mean()), "spread_k": float(spread.mean()),
        "error_and_spread": float(np.corrcoef(error, spread)[0, 1]) if varies else 0.0,
    }  # fmt: skip


main = command(train_ensemble)

if __name__ == "__main__":
    sys.exit(main())
