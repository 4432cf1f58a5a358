"""Gaussian diffusion of continuous data: corruption, training loss, and one ancestral step (DDPM, Ho et al. 2020)."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.noise_schedule import cosine


class GaussianProcess(nn.Module):
    """DDPM (Ho et al. 2020) with the cosine schedule of Nichol & Dhariwal (2021) and sigma_t² = beta_t.

    A denoiser of this process maps (x_t, t) to the predicted noise epsilon: x_t is (n, *shape), t is (n,) int64 in 1…T,
    or (1,) where all rows share it.

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
    def arguments(self) -> dict[str, Any]:
        """Constructor arguments, for the model's description."""
        return {"shape": list(self.shape), "steps": self.steps}

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """What a denoiser has to know of the data and the process."""
        return {"shape": self.shape, "steps": self.steps}

    def fit(self, x_0: Tensor) -> None:
        """Nothing depends on the data."""

    def corrupt(self, x_0: Tensor, t: Tensor, epsilon: Tensor) -> Tensor:
        """Draw of q(x_t | x_0) (Ho et al., eq. 4): sqrt(alpha_bar_t)·x_0 + sqrt(1 − alpha_bar_t)·epsilon."""
        alpha_bar = self._at(self.alpha_bar, t)
        return alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * epsilon

    def losses(self, denoiser: Callable[..., Any], x_0: Tensor, level: Tensor, generator: Generator) -> Tensor:
        """Mean squared error of the predicted noise (Ho et al., eq. 14), one value per datum.

        Args:
            denoiser: (x_t, t) → epsilon.
            x_0: (n, *shape) clean data.
            level: (n,) in [0, 1); t = 1 + floor(level·T). Uniform in training, a fixed grid in validation.
            generator: source of epsilon, on the device of x_0.
        """
        t = 1 + (level * self.steps).long()
        epsilon = torch.randn(x_0.shape, generator=generator, device=x_0.device)
        predicted = denoiser(self.corrupt(x_0, t, epsilon), t)
        return (predicted.float() - epsilon).square().flatten(1).mean(dim=1)

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, *shape) draw of the prior x_T ~ N(0, 1)."""
        return torch.randn((n, *self.shape), generator=generator, device=self.beta.device)

    def step(self, denoiser: Callable[..., Any], x_t: Tensor, t: int, generator: Generator) -> Tensor:
        """One ancestral step x_t → x_{t−1} (Ho et al., algorithm 2): no noise in the last one."""
        beta, alpha_bar = self.beta[t], self.alpha_bar[t]
        epsilon = denoiser(x_t, torch.tensor([t], device=x_t.device)).float()
        mean = (x_t - beta / (1 - alpha_bar).sqrt() * epsilon) / (1 - beta).sqrt()
        if t == 1:
            return mean
        z = torch.randn(x_t.shape, generator=generator, device=x_t.device)
        return mean + beta.sqrt() * z

    def _at(self, values: Tensor, t: Tensor) -> Tensor:
        """Coefficient of each datum's own t, shaped to multiply the data."""
        return values[t].reshape(-1, *(1 for _ in self.shape))
