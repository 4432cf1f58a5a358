"""Stage train_latent: compounds → the VAE that the drift moves in, its denoiser, the predictor that is climbed."""

import logging
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from superdrift.io.tables import read, write
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import choose
from superdrift.learning.history import HISTORY
from superdrift.learning.resume_key import resume_key
from superdrift.run.command import Run, command
from superdrift.superconductors.drift.checkpoint import LatentModel, save_latent
from superdrift.superconductors.drift.training import fit_latent, measure_latent
from superdrift.superconductors.drift.training_rows import COLUMNS, choose_rows
from superdrift.superconductors.settings.drift import TrainLatentSettings
from superdrift.superconductors.tables import COMPOUNDS

logger = logging.getLogger("superdrift")


def train_latent(
    run: Run,
    settings: TrainLatentSettings,
    *,
    compounds: Path,
    weights: Path,
    description: Path,
    vae_history: Path,
    denoiser_history: Path,
    predictor_history: Path,
) -> None:
    """Train VAE, denoiser and predictor on the superconductors of all families.

    Args:
        run: seed and provenance.
        settings: the networks, the flags of the rows to leave out, device and threads.
        compounds: compounds.parquet.
        weights: the .safetensors file to write, all networks in it.
        description: the .json file to write.
        vae_history: history table of the VAE to write.
        denoiser_history: history table of the denoiser to write.
        predictor_history: history table of the predictor to write.
    """
    device = choose(settings.device, key="drift.device")
    torch.set_num_threads(settings.threads)
    train, validation = choose_rows(
        read(compounds, COMPOUNDS, COLUMNS), settings.exclude_flags, integers=settings.vae.integers
    )
    arrays = [array for part in (train, validation) for array in (part.amounts, part.tc_k)]
    key = resume_key(device, *arrays, seed=run.seed, settings=asdict(settings), code=run.metadata["code"])
    resume = {name: ResumeFile(weights, key, part=f"{name}-") for name in LatentModel._fields}
    model, histories = fit_latent(train, validation, settings, seed=run.seed, device=device, resume=resume)
    measured = {
        side: measure_latent(model, part) for side, part in (("training", train), ("validation", validation))
    }  # fmt: skip
    for side, scores in measured.items():
        logger.info("latent, %s: %s", side, scores)
    for name, path in (("vae", vae_history), ("denoiser", denoiser_history), ("predictor", predictor_history)):
        write(path, HISTORY, asdict(histories[name]), run.metadata)
    save_latent(model, weights, description, {**measured, "settings": asdict(settings), "provenance": run.metadata})
    for file in resume.values():
        file.delete()


main = command(train_latent)

if __name__ == "__main__":
    sys.exit(main())
