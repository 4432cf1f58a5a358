"""Gaussian diffusion of continuous data: corruption, training loss, and one ancestral step (DDPM, Ho et al. 2020)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from superdrift.diffusion.noise_schedule import cosine
from superdrift.diffusion.process import Corruption, DiscreteTimeDiffusion, per_row


class GaussianDiffusion(DiscreteTimeDiffusion):
    """DDPM (Ho et al. 2020) with the cosine schedule of Nichol & Dhariwal (2021) and sigma_t² = beta_t.

    A denoiser of this process maps (x_t, t) to the predicted noise epsilon, shaped as x_t: (n, *shape).

    Args:
        shape: shape of one datum, e.g. (96,).
        steps: T.
    """

    kind = "gaussian"

    def __init__(self, *, shape: Sequence[int], steps: int) -> None:
        super().__init__()
        self.shape, self.steps = tuple(shape), steps
        schedule = cosine(steps)
        self.register_buffer("beta", schedule.beta, persistent=False)
        self.register_buffer("alpha_bar", schedule.alpha_bar, persistent=False)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Shape of a datum, and alpha_bar of each t, (T + 1,)."""
        return {"shape": self.shape, "alpha_bar": self.alpha_bar}

    def noised(self, x_0: Tensor, t: Tensor, epsilon: Tensor) -> Tensor:
        """x_t of given noise (Ho et al., eq. 4): sqrt(alpha_bar_t)·x_0 + sqrt(1 − alpha_bar_t)·epsilon."""
        alpha_bar = per_row(self.alpha_bar[t], x_0)
        return alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * epsilon

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> Corruption:
        """Draw of q(x_t | x_0); the target is its noise."""
        t = self.time(level)
        epsilon = torch.randn(x_0.shape, generator=generator, device=x_0.device)
        return Corruption((self.noised(x_0, t, epsilon), t), epsilon)

    def compare(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Mean squared error of the predicted noise (Ho et al., eq. 14), one value per datum."""
        return (prediction.float() - target).square().flatten(1).mean(dim=1)

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, *shape) draw of the prior x_T ~ N(0, 1)."""
        return torch.randn((n, *self.shape), generator=generator, device=self.beta.device)

    def reverse(self, x_t: Tensor, prediction: Tensor, t: int, generator: Generator) -> Tensor:
        """One ancestral step x_t → x_{t−1} (Ho et al., algorithm 2): no noise in the last one."""
        beta, alpha_bar = self.beta[t], self.alpha_bar[t]
        mean = (x_t - beta / (1 - alpha_bar).sqrt() * prediction.float()) / (1 - beta).sqrt()
        if t == 1:
            return mean
        z = torch.randn(x_t.shape, generator=generator, device=x_t.device)
        return mean + beta.sqrt() * z

    def jump(self, x_t: Tensor, prediction: Tensor, t: int, s: int) -> Tensor:
        """One deterministic step x_t → x_s, s < t, over any distance (DDIM with eta = 0, Song et al. 2021, eq. 12).

        Args:
            x_t: (n, *shape).
            prediction: of its noise, likewise.
            t: where it stands.
            s: where it goes; 0 is clean data.
        """
        here, there = self.alpha_bar[t], self.alpha_bar[s]
        x_0 = (x_t - (1 - here).sqrt() * prediction) / here.sqrt()
        return there.sqrt() * x_0 + (1 - there).sqrt() * prediction
