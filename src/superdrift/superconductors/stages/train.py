"""Stage train: compounds of one family → a diffusion model and the history of its training."""

import sys
from dataclasses import asdict
from pathlib import Path

import torch

from superdrift.diffusion.objective import DenoisingObjective
from superdrift.io.tables import read, write
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import choose
from superdrift.learning.history import HISTORY
from superdrift.learning.resume_key import resume_key
from superdrift.learning.training import Method, Stream, Trainer
from superdrift.run.command import Run, command
from superdrift.run.provenance import sha256
from superdrift.run.seeds import derive
from superdrift.superconductors.generation.checkpoint import save_model, start_from
from superdrift.superconductors.generation.model import build, design
from superdrift.superconductors.generation.training_rows import COLUMNS, choose_rows
from superdrift.superconductors.settings.generation import TrainSettings
from superdrift.superconductors.tables import COMPOUNDS


def train(
    run: Run,
    settings: TrainSettings,
    *,
    compounds: Path,
    family: str,
    weights: Path,
    description: Path,
    history: Path,
    base: Path | None = None,
) -> None:
    """Train a diffusion model on the superconductors of one family.

    Args:
        run: seed and provenance.
        settings: the model, the device, and the flags of the rows to leave out.
        compounds: compounds.parquet.
        family: family of the model.
        weights: the .safetensors file to write.
        description: the .json file to write.
        history: the history table to write.
        base: weights of the same kind of model, trained on other compounds, to start from; fresh ones without.
    """
    model_settings = settings.model
    device = choose(settings.device, key="train.device")
    torch.set_num_threads(model_settings.training.threads)
    plan = design(model_settings.process, model_settings.denoiser, model_settings.sampler)
    torch.manual_seed(derive(run.seed, "train", family, "weights"))
    model = build(plan).to(device)
    if base is not None:
        start_from(model, base)
    encoding = model.encoding
    rows = choose_rows(
        read(compounds, COMPOUNDS, COLUMNS), family, settings.exclude_flags, encoding,
        merge_repeats=model_settings.training.merge_repeats, validation=model_settings.training.validation,
        seed=run.seed,
    )  # fmt: skip
    key = resume_key(
        device, *rows, seed=run.seed, family=family, settings=asdict(settings), code=run.metadata["code"],
        base=None if base is None else sha256(base),
    )  # fmt: skip
    resume = ResumeFile(weights, key)
    data, validation = (encoding.encode(part).to(device) for part in rows)
    training = model_settings.training
    objective = DenoisingObjective(
        model.process, model.denoiser, data, validation, draws=training.validation_draws,
        batch_size=training.batch_size, noise_seed=derive(run.seed, "train", family, "validation"),
    )  # fmt: skip
    # Not fused: for networks of this size it hardly matters, and weights stay those that the benchmarks measured.
    method = Method(training.optimiser, training.decay, training.clip, training.ema, fused=False)
    stream = Stream(run.seed, ("train", family), family, "models.*.training.learning_rate")
    trainer = Trainer(objective, training, method, stream, resume)
    columns = asdict(trainer.run())
    write(history, HISTORY, columns, run.metadata)
    record = {
        "family": family,
        "training": asdict(settings),
        "outcome": trainer.outcome(),
        "provenance": run.metadata,
    }
    save_model(model, weights, description, record)
    resume.delete()


main = command(train)

if __name__ == "__main__":
    sys.exit(main())
