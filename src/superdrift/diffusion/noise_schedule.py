"""Noise schedules, one value for each time t = 0 … T: cosine (Gaussian), geometric (wrapped), linear (categorical)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

COSINE_OFFSET = 0.008
"""s in Nichol & Dhariwal (2021), eq. 17: keeps beta_t from vanishing at t = 0."""
LARGEST_BETA = 0.999
"""Clip of beta_t near t = T (Nichol & Dhariwal 2021, below eq. 17)."""


@dataclass(frozen=True)
class Schedule:
    """Coefficients of a discrete Gaussian diffusion, each (T + 1,) float32; index t = 0 is the clean data.

    Attributes:
        beta: variance added at step t; beta[0] = 0.
        alpha_bar: product of 1 − beta up to t; alpha_bar[0] = 1.
    """

    beta: Tensor
    alpha_bar: Tensor


def cosine(steps: int) -> Schedule:
    """Cosine schedule (Nichol & Dhariwal 2021, eq. 17): alpha_bar_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s)·π/2).

    The betas are clipped, and alpha_bar is the product of the clipped factors, so that the two agree.

    Args:
        steps: T.
    """
    t = np.arange(steps + 1, dtype=np.float64) / steps
    f = np.cos((t + COSINE_OFFSET) / (1 + COSINE_OFFSET) * np.pi / 2) ** 2
    beta = np.concatenate([[0.0], np.minimum(1 - f[1:] / f[:-1], LARGEST_BETA)])
    return Schedule(_float32(beta), _float32(np.cumprod(1 - beta)))


def geometric(smallest: float, largest: float, *, steps: int) -> Tensor:
    """Deviations sigma_t, (T + 1,) float32: geometric from `smallest` at t = 1 to `largest` at T, and sigma_0 = 0.

    The schedule of variance-exploding diffusion (Song & Ermon 2019, section 4).
    """
    return _float32(np.concatenate([[0.0], np.geomspace(smallest, largest, steps)]))


def linear(*, steps: int) -> Tensor:
    """Share alpha_t = 1 − t/T of the entries that are still there at t, (T + 1,) float32.

    The schedule of absorbing diffusion by Austin et al. (2021), called log-linear by Sahoo et al. (2024): the bound on
    the likelihood depends on the schedule only through the size of the steps.
    """
    return _float32(1 - np.arange(steps + 1) / steps)


def _float32(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
