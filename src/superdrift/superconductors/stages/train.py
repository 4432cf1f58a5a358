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
from superdrift.superconductors.generation.model import Model, build, design
from superdrift.superconductors.generation.training_rows import COLUMNS, TrainingRows, choose_rows
from superdrift.superconductors.settings.generation import ModelSettings, TrainingSettings, TrainSettings
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
    training = settings.model.training
    device = choose(settings.device, key="train.device")
    torch.set_num_threads(training.threads)
    model = _new_model(settings.model, base, seed=derive(run.seed, "train", family, "weights")).to(device)
    rows = choose_rows(
        read(compounds, COMPOUNDS, COLUMNS), family, settings.exclude_flags, model.encoding,
        merge_repeats=training.merge_repeats, validation=training.validation, seed=run.seed,
    )  # fmt: skip
    key = resume_key(
        device, *rows[0], *rows[1], seed=run.seed, family=family, settings=asdict(settings), code=run.metadata["code"],
        base=None if base is None else sha256(base),
    )  # fmt: skip
    resume = ResumeFile(weights, key)
    trainer = _trainer(model, rows, training, resume, family=family, seed=run.seed, device=device)
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


def _new_model(settings: ModelSettings, base: Path | None, *, seed: int) -> Model:
    """A model with fresh weights, or with those of a trained one."""
    torch.manual_seed(seed)
    model = build(design(settings.process, settings.denoiser, settings.sampler, forgotten=settings.condition_forgotten))
    if base is not None:
        start_from(model, base)
    return model


def _trainer(
    model: Model, rows: tuple[TrainingRows, TrainingRows], settings: TrainingSettings,
    resume: ResumeFile, *, family: str, seed: int, device: torch.device,
) -> Trainer:  # fmt: skip
    """The training of a model on `device`; `rows` are those to learn from and to validate on."""
    train_rows, validation_rows = (model.encode(part.amounts, part.tc_k).to(device) for part in rows)
    objective = DenoisingObjective(
        model.process, model.denoiser, train_rows, validation_rows, draws=settings.validation_draws,
        batch_size=settings.batch_size, noise_seed=derive(seed, "train", family, "validation"),
    )  # fmt: skip
    # Not fused: for networks of this size it hardly matters, and weights stay those that the benchmarks measured.
    method = Method(settings.optimiser, settings.decay, settings.clip, settings.ema, fused=False)
    stream = Stream(seed, ("train", family), family, "models.*.training.learning_rate")
    return Trainer(objective, settings, method, stream, resume)


main = command(train)

if __name__ == "__main__":
    sys.exit(main())
