"""Absorbing (masked) diffusion of categories in time: corruption, likelihood bound, reverse unmasking.

D3PM with an absorbing state (Austin et al. 2021) in the simplified form of Sahoo et al. (2024, MDLM): at time t every
entry is hidden with probability 1 − alpha_t, independently of the others. Unlike in `masked`, any number of entries may
be hidden or filled in one step, so that the time can be shared with continuous data.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional

from superdrift.diffusion.noise_schedule import linear
from superdrift.diffusion.process import Corruption, DiscreteTimeDiffusion, per_row


class CategoricalDiffusion(DiscreteTimeDiffusion):
    """Absorbing diffusion of entries with values 0 … classes − 1, alpha_t = 1 − t/T.

    A denoiser of this process maps (x_t, t), in which `classes` stands for a hidden entry, to the logits of the clean
    values, (n, *shape, classes). Those of entries that are not hidden count for nothing.

    Args:
        shape: shape of one datum.
        classes: how many values an entry can take.
        steps: T.
    """

    kind = "categorical"

    def __init__(self, *, shape: Sequence[int], classes: int, steps: int) -> None:
        super().__init__()
        self.shape, self.classes, self.steps = tuple(shape), classes, steps
        self.register_buffer("alpha", linear(steps=steps), persistent=False)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Shape of a datum, and the number of values."""
        return {"shape": self.shape, "classes": self.classes}

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> Corruption:
        """Draw of q(x_t | x_0): each entry hidden with probability 1 − alpha_t."""
        t = self.time(level)
        moment = torch.rand(x_0.shape, generator=generator, device=x_0.device)
        hidden = moment >= per_row(self.alpha[t], x_0)
        return Corruption((x_0.masked_fill(hidden, self.classes), t), (x_0, hidden, t))

    def compare(self, prediction: Tensor, target: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """Bound on −log p(x_0) in nats, one value per datum; its mean over levels is the bound.

        T (alpha_{t−1} − alpha_t) / (1 − alpha_t) · Σ −log p(x_0 | x_t), over hidden entries (Sahoo et al. 2024,
        section 3).
        """
        x_0, hidden, t = target
        entropy = functional.cross_entropy(prediction.float().movedim(-1, 1), x_0, reduction="none")
        return self.steps * self._filled(t) * (entropy * hidden).flatten(1).sum(dim=1)

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, *shape) int64 in which every entry is hidden."""
        del generator
        return torch.full((n, *self.shape), self.classes, device=self.alpha.device)

    def reverse(self, x_t: Tensor, prediction: Tensor, t: int, generator: Generator) -> Tensor:
        """Fill each hidden entry with probability (alpha_{t−1} − alpha_t) / (1 − alpha_t)."""
        drawn = torch.multinomial(prediction.float().flatten(0, -2).softmax(dim=-1), 1, generator=generator)
        moment = torch.rand(x_t.shape, generator=generator, device=x_t.device)
        filled = (x_t == self.classes) & (moment < self._filled(torch.tensor(t)))
        return torch.where(filled, drawn.reshape(x_t.shape), x_t)

    def _filled(self, t: Tensor) -> Tensor:
        """Share of the entries hidden at t that are there at t − 1; 1 at t = 1."""
        return (self.alpha[t - 1] - self.alpha[t]) / (1 - self.alpha[t])
