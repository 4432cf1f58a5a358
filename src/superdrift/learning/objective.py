"""What a training minimises: an objective owns its data and its losses, the loop in `training` does the rest.

A diffusion model, a VAE, a regression and a network with an adversary are objectives; none of them needs a loop of its
own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Generator, Tensor, nn


class Validation(NamedTuple):
    """How good weights are on held-out rows.

    Attributes:
        loss: the loss, on the same rows and noise at every call.
        error: what decides which weights are kept; the smallest wins. Often the loss itself.
    """

    loss: float
    error: float


class Update(NamedTuple):
    """What one optimiser does in a step.

    Attributes:
        name: of the optimiser, in the saved state.
        module: whose parameters it moves.
        loss: row numbers (batch,) int64 and a source of noise, both on the device → scalar to minimise.
        repeats: batches in each step, one after another, e.g. 5 for the critic of a Wasserstein GAN.
    """

    name: str
    module: nn.Module
    loss: Callable[[Tensor, Generator], Tensor]
    repeats: int = 1


class Objective(ABC):
    """Data, network and losses of one training.

    Attributes:
        network: all that has weights, on its device; the loop averages, saves and restores it as a whole.
        rows: number of training rows.
    """

    network: nn.Module
    rows: int

    @abstractmethod
    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Training loss of a batch.

        Args:
            rows: (batch,) int64 numbers of training rows, on the device.
            generator: source of all noise of this batch, on the device.

        Returns:
            Scalar.
        """

    @abstractmethod
    def validate(self, network: nn.Module) -> Validation:
        """How good some weights are.

        Args:
            network: like `self.network`, in evaluation mode: the averaged weights.
        """

    def updates(self) -> Sequence[Update]:
        """What the optimisers do in each step, in this order; one optimiser of the whole network by default."""
        return (Update("network", self.network, self.loss),)
