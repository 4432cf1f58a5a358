"""Stage train_latent: compounds → the VAE whose latent space the drift moves in, and the predictor that it climbs."""

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
from superdrift.superconductors.drift.checkpoint import save_latent
from superdrift.superconductors.drift.training import fit_predictor, fit_vae, measure_predictor, measure_vae
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
    predictor_history: Path,
) -> None:
    """Train VAE and predictor on the superconductors of all families.

    Args:
        run: seed and provenance.
        settings: both networks, the flags of the rows to leave out, device and threads.
        compounds: compounds.parquet.
        weights: the .safetensors file to write, both networks in it.
        description: the .json file to write.
        vae_history: history table of the VAE to write.
        predictor_history: history table of the predictor to write.
    """
    device = choose(settings.device, key="drift.device")
    torch.set_num_threads(settings.threads)
    train, validation = choose_rows(
        read(compounds, COMPOUNDS, COLUMNS), settings.exclude_flags, integers=settings.vae.integers
    )
    arrays = [array for part in (train, validation) for array in (part.amounts, part.tc_k)]
    key = resume_key(device, *arrays, seed=run.seed, settings=asdict(settings), code=run.metadata["code"])
    first, second = (ResumeFile(weights, key, part=f"{name}-") for name in ("vae", "predictor"))
    vae, vae_columns = fit_vae(train, validation, settings.vae, seed=run.seed, device=device, resume=first)
    predictor, predictor_columns = fit_predictor(
        train, validation, settings.predictor, seed=run.seed, device=device, resume=second
    )
    measured = {
        side: {"vae": measure_vae(vae, part), "predictor": measure_predictor(predictor, part)}
        for side, part in (("training", train), ("validation", validation))
    }
    for side, scores in measured.items():
        logger.info("latent, %s: %s", side, scores)
    write(vae_history, HISTORY, asdict(vae_columns), run.metadata)
    write(predictor_history, HISTORY, asdict(predictor_columns), run.metadata)
    record = {**measured, "settings": asdict(settings), "provenance": run.metadata}
    save_latent(vae, predictor, weights, description, record)
    first.delete()
    second.delete()


main = command(train_latent)

if __name__ == "__main__":
    sys.exit(main())
