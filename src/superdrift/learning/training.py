"""Training of any diffusion model: averaged weights, a fixed validation grid, the best checkpoint, exact resumption."""

import copy
import math
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import AdamW, NAdam, Optimizer

from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import fast
from superdrift.learning.settings import TrainingSettings
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.training_rows import batch_rows

OPTIMISERS: dict[str, type[Optimizer]] = {"adamw": AdamW, "nadam": NAdam}
"""Optimisers by the name that the config uses; both decay weights apart from the gradient."""
EMA_DELAY = 10
"""The average starts short: its decay at step k is at most (1 + k) / (EMA_DELAY + k)."""


@dataclass
class History:
    """Columns of history.parquet, one entry per validation."""

    step: list[int] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    best: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Trainer:
    """Trains the denoiser of a model; afterwards it carries the weights of the lowest validation loss.

    Every random number of step k follows from (seed, "train", label, k), every batch from k alone, and all state is
    saved at each validation: killed and resumed, the weights come out the same bit for bit.

    Args:
        model: to train, on its device.
        train: (n, …) encoded training data, on the same device.
        validation: (m, …) encoded validation data, likewise.
        settings: of the optimisation.
        seed: of the run.
        label: the version of the model, which names its random streams.
        resume: where unfinished state is kept.
    """

    def __init__(
        self, model: Model, train: Tensor, validation: Tensor, settings: TrainingSettings, *,
        seed: int, label: str, resume: ResumeFile,
    ) -> None:  # fmt: skip
        if settings.optimiser not in OPTIMISERS:
            raise InputError(f"unknown optimiser '{settings.optimiser}'; choose one of {', '.join(OPTIMISERS)}")
        self.model, self.train_data, self.settings, self.resume = model, train, settings, resume
        self.seed, self.label, self.device = seed, label, train.device
        self.grid = _grid(validation, settings.validation_draws)
        for part in (model.process, model.denoiser):
            if hasattr(part, "fit"):  # some take a distribution or the scale of the data from it
                part.fit(train)
        self.optimiser = _optimiser(model.denoiser, settings)
        self.averaged = copy.deepcopy(model.denoiser).requires_grad_(requires_grad=False)
        self.best = _copied(self.averaged)
        self.history, self.step, self.seconds = History(), 0, 0.0

    def run(self) -> History:
        """Train to the last step, from the saved state if there is one; the state is left for `resume.delete`."""
        self._restore()
        settings, started, losses = self.settings, time.monotonic() - self.seconds, []
        label = f"train {self.label}"
        with Progress(settings.steps, label, "step", done=self.step) as progress:
            while self.step < settings.steps:
                losses.append(self._update())
                progress.advance()
                if self.step % settings.validate_every == 0 or self.step == settings.steps:
                    loss, losses = float(torch.stack(losses).mean()), []
                    self.seconds = time.monotonic() - started
                    self._record(loss)
                    self._save()
                    progress.advance(0, train=loss, validation=self.history.validation_loss[-1])
        self.model.denoiser.load_state_dict(self.best)
        return self.history

    def validate(self) -> float:
        """Mean loss of the averaged weights on the fixed grid: the same rows, levels and noise every time."""
        generator = self._generator("validation")
        self.averaged.eval()
        total = 0.0
        data, level = self.grid
        denoise = fast(self.averaged, self.device)
        with torch.inference_mode():
            for start in range(0, len(data), self.settings.batch_size):
                part = slice(start, start + self.settings.batch_size)
                losses = self.model.process.losses(denoise, data[part], level[part], generator)
                total += float(losses.sum())
        return total / len(data)

    def outcome(self) -> dict[str, float | int]:
        """Step and validation loss of the weights that were kept, and the number of weights."""
        best = max(i for i, best in enumerate(self.history.best) if best)
        return {
            "step": self.history.step[best],
            "validation_loss": self.history.validation_loss[best],
            "parameters": sum(p.numel() for p in self.model.denoiser.parameters()),
        }

    def _update(self) -> Tensor:
        """One step of the optimiser; returns the loss, still on the device."""
        settings, denoiser = self.settings, self.model.denoiser
        rate = learning_rate(self.step, settings)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        rows = batch_rows(self.step, settings.batch_size, len(self.train_data), self.seed, "train", self.label)
        x_0 = self.train_data[torch.from_numpy(rows).to(self.device)]
        generator = self._generator(self.step)
        torch.manual_seed(generator.initial_seed())  # dropout draws from the global generator
        level = torch.rand(len(x_0), generator=generator, device=self.device)
        denoiser.train()
        loss = self.model.process.losses(fast(denoiser, self.device), x_0, level, generator).mean()
        self.optimiser.zero_grad()
        loss.backward()
        if settings.clip > 0:
            nn.utils.clip_grad_norm_(denoiser.parameters(), settings.clip)
        self.optimiser.step()
        self._average()
        self.step += 1
        return loss.detach()

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential moving average of the weights (plain copy where settings.ema is 0)."""
        decay = min(self.settings.ema, (1 + self.step) / (EMA_DELAY + self.step))
        torch._foreach_lerp_(list(self.averaged.parameters()), list(self.model.denoiser.parameters()), 1 - decay)

    def _record(self, train_loss: float) -> None:
        validation_loss = self.validate()
        if not math.isfinite(train_loss + validation_loss):
            raise InputError(
                f"training of {self.label} diverged at step {self.step} (loss {train_loss}, validation"
                f" {validation_loss}); lower models.*.training.learning_rate (now {self.settings.learning_rate})"
            )
        best = validation_loss < min(self.history.validation_loss, default=math.inf)
        if best:
            self.best = _copied(self.averaged)
        row = {
            "step": self.step, "train_loss": train_loss, "validation_loss": validation_loss,
            "learning_rate": learning_rate(self.step - 1, self.settings), "best": best, "seconds": self.seconds,
        }  # fmt: skip
        for name, value in row.items():
            getattr(self.history, name).append(value)

    def _save(self) -> None:
        parts = {
            "current": self.model.denoiser.state_dict(),
            "averaged": self.averaged.state_dict(),
            "best": self.best,
        }
        tensors = {f"{part}/{name}": value for part, state in parts.items() for name, value in state.items()}
        for index, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser/{index}/{name}": value for name, value in state.items()}
        self.resume.save(tensors, {"step": self.step, "seconds": self.seconds, "history": asdict(self.history)})

    def _restore(self) -> None:
        saved = self.resume.load()
        if saved is None:
            return
        tensors, notes = saved
        self.model.denoiser.load_state_dict(_part(tensors, "current"))
        self.averaged.load_state_dict(_part(tensors, "averaged"))
        self.best = {name: value.to(self.device) for name, value in _part(tensors, "best").items()}
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(tensors, "optimiser").items():
            index, key = name.split("/")
            state.setdefault(int(index), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state})
        self.step, self.seconds, self.history = notes["step"], notes["seconds"], History(**notes["history"])

    def _generator(self, part: str | int) -> Generator:
        return Generator(self.device).manual_seed(derive(self.seed, "train", self.label, part))


def learning_rate(step: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then constant, or half a cosine down to 0 at the last step."""
    rise = min(1.0, (step + 1) / settings.warmup) if settings.warmup else 1.0
    fall = (1 + math.cos(math.pi * step / settings.steps)) / 2 if settings.decay == "cosine" else 1.0
    return settings.learning_rate * rise * fall


def _grid(validation: Tensor, draws: int) -> tuple[Tensor, Tensor]:
    """Validation rows, each at several levels, and the levels: at least `draws` pairs, levels evenly over [0, 1)."""
    m = len(validation)
    levels = -(-draws // m)
    # Row r takes the levels (l + (r + 1/2)/m) / levels: all pairs together cover [0, 1) evenly.
    row = torch.arange(m, device=validation.device).repeat_interleave(levels)
    turn = torch.arange(levels, device=validation.device).repeat(m)
    return validation[row], (turn + (row + 0.5) / m) / levels


def _optimiser(denoiser: nn.Module, settings: TrainingSettings) -> Optimizer:
    options: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    if settings.optimiser == "nadam":
        options["decoupled_weight_decay"] = True
    return OPTIMISERS[settings.optimiser](denoiser.parameters(), **options)


def _copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def _part(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}/"): value for key, value in tensors.items() if key.startswith(f"{name}/")}
