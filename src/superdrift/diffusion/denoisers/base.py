"""What every denoiser is: the network of a diffusion process, with what it takes from training data.

A new one gets a file of its own beside this one and an entry in `denoisers/__init__.py`; one that knows the data of a
domain stands in that domain, and in its registry. Either declares its settings (CONTRIBUTING.md).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import nn

from superdrift.diffusion.process import DiffusionProcess


class Denoiser(nn.Module):
    """A network that predicts what a process compares; `forward` takes the inputs of the process's corruption."""

    def fit(self, x_0: Any) -> None:
        """Take what the denoiser has to know from the training data; nothing unless a denoiser says so."""


class DenoiserKind(NamedTuple):
    """A denoiser that a configuration can name.

    Attributes:
        process: class of the processes that it denoises.
        build: makes one from keyword arguments: those of it that the process (`DiffusionProcess.denoiser_arguments`)
            or the data gives, and all its others from the configuration.
    """

    process: type[DiffusionProcess]
    build: Callable[..., Denoiser]
