"""What every diffusion process can do: corrupt data, score a denoiser, start from nothing but noise, step back.

Training calls `fit` once and `losses` at every step; sampling calls `start`, then `step` for t = T … 1. A new process
is a subclass that says how data is corrupted and what a prediction is compared with; training, checkpoints and the
ancestral sampler take it as it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Generator, Tensor, nn

from superdrift.run.errors import InputError


class Corruption(NamedTuple):
    """Corrupted data, as a denoiser takes it and as its prediction is judged.

    Attributes:
        inputs: arguments of the denoiser; (x_t, t) in discrete time.
        target: what `compare` needs beside the prediction.
    """

    inputs: tuple[Any, ...]
    target: Any


class DiffusionProcess(nn.Module, ABC):
    """A corruption of data and its reverse, for any denoiser that fits.

    Data is a tensor, or a dictionary of tensors where several kinds are corrupted together; rows stand along the first
    dimension. What the process takes from training data are buffers, stored with the weights of the denoiser.
    """

    kind: ClassVar[str]
    """Name in configurations and descriptions."""
    steps: int
    """T, the number of steps from noise to data."""

    @classmethod
    def arguments_from(cls, data: Mapping[str, Any], sampler: Mapping[str, Any]) -> dict[str, Any]:
        """Constructor arguments of a new process, as JSON: those that follow from the data, and from its sampler."""
        del sampler
        return dict(data)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """What a denoiser may have to know of the process, by the names of the denoiser's constructor arguments."""
        return {}

    def fit(self, x_0: Any) -> None:
        """Take what the process has to know from the training data; nothing unless a process says so."""

    @abstractmethod
    def corrupt(self, x_0: Any, level: Tensor, generator: Generator) -> Corruption:
        """Draw of the corrupted data.

        Args:
            x_0: clean data of n rows.
            level: (n,) in [0, 1), where each row stands on the way; uniform in training, a fixed grid in validation.
            generator: source of all noise, on the device of x_0.
        """

    @abstractmethod
    def compare(self, prediction: Any, target: Any) -> Tensor:
        """Loss of each row, (n,), from a denoiser's prediction and the target of the same corruption."""

    def losses(self, denoiser: Callable[..., Any], x_0: Any, level: Tensor, generator: Generator) -> Tensor:
        """Loss of each row, (n,): corrupt, denoise, compare; arguments as in `corrupt`."""
        corruption = self.corrupt(x_0, level, generator)
        return self.compare(denoiser(*corruption.inputs), corruption.target)

    @abstractmethod
    def start(self, n: int, generator: Generator) -> Any:
        """Draw n rows of the prior, at t = T."""

    @abstractmethod
    def step(self, denoiser: Callable[..., Any], x_t: Any, t: int, generator: Generator) -> Any:
        """One step back, x_t → x_{t−1}; what t = 1 returns is data."""


class DiscreteTimeDiffusion(DiffusionProcess):
    """A process in T steps of time, whose denoiser maps (x_t, t) to a prediction for every entry of x_t.

    t is (n,) int64 in 1 … T, or (1,) where all rows share it; index 0 of a schedule is the clean data. Since the
    denoiser is called here and not by the processes, several of them can share one (`CombinedDiffusion`).
    """

    corrections: int = 0
    """How often `correct` is called before each step back."""

    @classmethod
    def arguments_from(cls, data: Mapping[str, Any], sampler: Mapping[str, Any]) -> dict[str, Any]:
        """As above; T is the number of steps of the sampler, which walks all of them."""
        if "steps" not in sampler:
            raise InputError(
                f"sampler '{sampler.get('kind')}' has no steps, which a {cls.kind} process takes as its T; choose the"
                " sampler 'ancestral' and set its steps"
            )
        return {**data, "steps": sampler["steps"]}

    def time(self, level: Tensor) -> Tensor:
        """(n,) levels in [0, 1) → (n,) times 1 + floor(level·T)."""
        return 1 + (level * self.steps).long()

    def step(self, denoiser: Callable[..., Any], x_t: Any, t: int, generator: Generator) -> Any:
        """Corrections at t, then one step back to t − 1; a call of the denoiser for each."""
        time = torch.tensor([t], device=generator.device)
        for _ in range(self.corrections):
            x_t = self.correct(x_t, denoiser(x_t, time), t, generator)
        return self.reverse(x_t, denoiser(x_t, time), t, generator)

    @abstractmethod
    def reverse(self, x_t: Any, prediction: Any, t: int, generator: Generator) -> Any:
        """Draw of x_{t−1} given x_t and the denoiser's prediction for it."""

    def correct(self, x_t: Any, prediction: Any, t: int, generator: Generator) -> Any:
        """Move x_t toward the distribution at t, without a step in time; nothing unless a process says so."""
        del prediction, t, generator
        return x_t


def per_row(values: Tensor, x: Tensor) -> Tensor:
    """Coefficients (n,) or (1,), shaped to multiply the rows of x, (n, …)."""
    return values.reshape(-1, *(1 for _ in x.shape[1:]))
