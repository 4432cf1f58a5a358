"""The one training loop: optimisers, averaged weights, validation on a fixed grid, best weights, exact resumption."""

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import AdamW, NAdam, Optimizer

from superdrift.learning.batches import batch_rows
from superdrift.learning.checkpoint import ResumeFile, subset
from superdrift.learning.history import kept_row
from superdrift.learning.learning_rate import learning_rate
from superdrift.learning.objective import Objective, Update
from superdrift.learning.settings import OptimisationSettings
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive

OPTIMISERS: dict[str, type[Optimizer]] = {"adamw": AdamW, "nadam": NAdam}
"""Optimisers by the name that the config uses; both decay weights apart from the gradient."""
EMA_DELAY = 10
"""The average starts short: its decay at step k is at most (1 + k) / (EMA_DELAY + k)."""


@dataclass(frozen=True)
class Method:
    """How weights move, beside the steps, batches and rates that every training sets.

    Attributes:
        optimiser: one of `OPTIMISERS`.
        decay: of the learning rate; one of `learning_rate.DECAYS`.
        clip: largest norm of the gradient; 0: not clipped.
        ema: decay of the average of the weights, which is what is validated and kept; 0: the weights themselves.
        fused: AdamW updates all weights in one kernel; quicker for small networks, and rounds otherwise.
    """

    optimiser: str = "adamw"
    decay: str = "cosine"
    clip: float = 0.0
    ema: float = 0.0
    fused: bool = True


@dataclass(frozen=True)
class Stream:
    """Names of a training.

    Attributes:
        seed: of the run.
        names: of its random streams, e.g. ("train", "cuprates").
        label: for the progress line, e.g. "cuprates".
        key: where the learning rate stands in the config, for messages.
    """

    seed: int
    names: tuple[str | int, ...]
    label: str
    key: str


@dataclass
class History:
    """Columns of a history table, one entry per validation."""

    step: list[int] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    best: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Trainer:
    """Trains the network of an objective; afterwards it carries the weights of the smallest validation error.

    Every random number of step k follows from (seed, names, k), every batch from k alone, and all state is saved at
    each validation: killed and resumed, the weights come out the same bit for bit.

    Args:
        objective: what is trained.
        settings: steps, batch size, learning rate, warm-up, weight decay, steps between validations.
        method: how weights move.
        stream: names of the training.
        resume: where unfinished state is kept; None: nowhere, a killed training starts again.
    """

    def __init__(
        self,
        objective: Objective,
        settings: OptimisationSettings,
        method: Method,
        stream: Stream,
        resume: ResumeFile | None = None,
    ) -> None:
        if method.optimiser not in OPTIMISERS:
            raise InputError(f"unknown optimiser '{method.optimiser}'; choose one of {', '.join(OPTIMISERS)}")
        self.objective, self.settings, self.method, self.stream, self.resume = (
            objective, settings, method, stream, resume,
        )  # fmt: skip
        self.device = next(objective.network.parameters()).device
        self.updates = tuple(objective.updates())
        self.optimisers = {update.name: _optimiser(update.module, settings, method) for update in self.updates}
        self.averaged = copy.deepcopy(objective.network).requires_grad_(requires_grad=False)
        self.best = _copied(self.averaged)
        self.history, self.step, self.seconds, self.error = History(), 0, 0.0, math.inf

    def run(self) -> History:
        """Train to the last step, from the saved state if there is one; the state is left for `resume.delete`."""
        self._restore()
        settings, started, losses = self.settings, time.monotonic() - self.seconds, []
        with Progress(settings.steps, f"train {self.stream.label}", "step", done=self.step) as progress:
            while self.step < settings.steps:
                losses.append(self._step())
                progress.advance()
                if self.step % settings.validate_every == 0 or self.step == settings.steps:
                    loss, losses = float(torch.stack(losses).mean()), []
                    self.seconds = time.monotonic() - started
                    self._record(loss)
                    self._save()
                    progress.advance(0, train=loss, validation=self.history.validation_loss[-1])
        self.objective.network.load_state_dict(self.best)
        return self.history

    def outcome(self) -> dict[str, float | int]:
        """Step and validation loss of the weights that were kept, and the number of weights."""
        kept = kept_row(self.history.best)
        return {
            "step": self.history.step[kept],
            "validation_loss": self.history.validation_loss[kept],
            "parameters": sum(p.numel() for p in self.objective.network.parameters()),
        }

    def _step(self) -> Tensor:
        """One step of every optimiser; returns the last one's loss, still on the device."""
        generator = self._generator(self.step)
        torch.manual_seed(generator.initial_seed())  # dropout draws from the global generator
        self.objective.network.train()
        loss = torch.zeros(())
        for update in self.updates:
            for repeat in range(update.repeats):
                loss = self._update(update, self._rows(update, repeat), generator)
        self._average()
        self.step += 1
        return loss

    def _update(self, update: Update, rows: Tensor, generator: Generator) -> Tensor:
        """One step of one optimiser; returns its loss."""
        optimiser, rate = self.optimisers[update.name], self._rate(self.step)
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss = update.loss(rows, generator)
        optimiser.zero_grad()
        loss.backward()
        if self.method.clip > 0:
            nn.utils.clip_grad_norm_(update.module.parameters(), self.method.clip)
        optimiser.step()
        return loss.detach()

    def _rows(self, update: Update, repeat: int) -> Tensor:
        """Rows of one batch, on the device; each optimiser reads a chain of batches of its own if there are several."""
        names = self.stream.names if len(self.updates) == 1 else (*self.stream.names, update.name)
        batch = self.step * update.repeats + repeat
        rows = batch_rows(batch, self.settings.batch_size, self.objective.rows, self.stream.seed, *names)
        return torch.from_numpy(rows).to(self.device)

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential moving average of the weights (plain copy where method.ema is 0)."""
        decay = min(self.method.ema, (1 + self.step) / (EMA_DELAY + self.step))
        network = self.objective.network
        torch._foreach_lerp_(list(self.averaged.parameters()), list(network.parameters()), 1 - decay)
        for mean, current in zip(self.averaged.buffers(), network.buffers(), strict=True):
            mean.copy_(current)

    def _record(self, train_loss: float) -> None:
        """Validate, keep the weights if no earlier ones were better, append a row of history."""
        self.averaged.eval()
        with torch.inference_mode():
            loss, error = self.objective.validate(self.averaged)
        if not math.isfinite(train_loss + loss + error):
            raise InputError(
                f"training of {self.stream.label} diverged at step {self.step} (loss {train_loss}, validation {loss});"
                f" lower {self.stream.key} (now {self.settings.learning_rate})"
            )
        best = error <= self.error  # of equal ones the longer trained
        if best:
            self.best, self.error = _copied(self.averaged), error
        row = {
            "step": self.step, "train_loss": train_loss, "validation_loss": loss,
            "learning_rate": self._rate(self.step - 1), "best": best, "seconds": self.seconds,
        }  # fmt: skip
        for name, value in row.items():
            getattr(self.history, name).append(value)

    def _save(self) -> None:
        if self.resume is None:
            return
        states = {
            "current": self.objective.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "best": self.best,
        }
        tensors = {f"{part}/{name}": value for part, state in states.items() for name, value in state.items()}
        for name, optimiser in self.optimisers.items():
            for index, state in optimiser.state_dict()["state"].items():
                tensors |= {f"optimiser/{name}/{index}/{entry}": value for entry, value in state.items()}
        notes = {"step": self.step, "seconds": self.seconds, "error": self.error, "history": asdict(self.history)}
        self.resume.save(tensors, notes)

    def _restore(self) -> None:
        saved = None if self.resume is None else self.resume.load()
        if saved is None:
            return
        tensors, notes = saved
        self.objective.network.load_state_dict(subset(tensors, "current/"))
        self.averaged.load_state_dict(subset(tensors, "averaged/"))
        self.best = {name: value.to(self.device) for name, value in subset(tensors, "best/").items()}
        for name, optimiser in self.optimisers.items():
            _restore_optimiser(optimiser, subset(tensors, f"optimiser/{name}/"))
        self.step, self.seconds, self.error = notes["step"], notes["seconds"], notes["error"]
        self.history = History(**notes["history"])

    def _rate(self, step: int) -> float:
        settings = self.settings
        return learning_rate(
            step, steps=settings.steps, highest=settings.learning_rate, warmup=settings.warmup, decay=self.method.decay
        )

    def _generator(self, step: int) -> Generator:
        return Generator(self.device).manual_seed(derive(self.stream.seed, *self.stream.names, step))


def _optimiser(module: nn.Module, settings: OptimisationSettings, method: Method) -> Optimizer:
    options: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    if method.optimiser == "nadam":
        options["decoupled_weight_decay"] = True
    else:
        options["fused"] = method.fused
    return OPTIMISERS[method.optimiser](module.parameters(), **options)


def _restore_optimiser(optimiser: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back the state of each parameter, from entries `{number of the parameter}/{name}`."""
    state: dict[int, dict[str, Tensor]] = {}
    for entry, value in tensors.items():
        index, name = entry.split("/")
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
