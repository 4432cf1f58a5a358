"""Diffusion of periodic data: wrapped normal noise on the unit torus, denoising score matching, reverse sampling.

Variance-exploding diffusion (Song et al. 2021) on the circle: Jing et al. (2022) for torsion angles, Jiao et al. (2023,
DiffCSP) for the fractional coordinates of crystals. Entries are coordinates in [0, 1), such as fractions of a lattice
vector or of a full turn.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from superdrift.diffusion.noise_schedule import geometric
from superdrift.diffusion.process import Corruption, DiscreteTimeDiffusion, per_row

REACH = 8.0
"""Deviations beyond which a normal distribution counts as zero."""
KNOTS = 400
"""Points of the quadrature that gives the mean squared score."""


def wrapped_score(distance: Tensor, sigma: Tensor, *, images: int) -> Tensor:
    """Derivative of the logarithm of the wrapped normal density, Σ_k exp(−(d + k)² / 2 sigma²), k = −images … images.

    Args:
        distance: d, any shape; of any size, since it counts modulo 1.
        sigma: deviations, shaped to go with it.
        images: periods on either side; REACH · sigma of them are enough.
    """
    nearest = (distance + 0.5).remainder(1) - 0.5
    shifted = nearest[..., None] + torch.arange(-images, images + 1, device=distance.device)
    variance = sigma[..., None].square()
    weight = (-shifted.square() / (2 * variance)).softmax(dim=-1)
    return -(weight * shifted / variance).sum(dim=-1)


class WrappedDiffusion(DiscreteTimeDiffusion):
    """Variance-exploding diffusion on the torus [0, 1)^d with sigma_t geometric from `smallest` to `largest`.

    A denoiser of this process maps (x_t, t) to the normalised score ∇ log q(x_t) / sqrt(lambda_t), shaped as x_t, with
    lambda_t the mean squared score of the noise: its target has unit variance at every t (Jing et al. 2022, section 3;
    Jiao et al. 2023, section 4).

    Args:
        shape: shape of one datum.
        steps: T.
        smallest: sigma_1, in periods; what is left of it in the samples is their precision.
        largest: sigma_T; from 0.5 on the prior is uniform to within 1.5 %.
        corrections: Langevin steps before each step in time (predictor–corrector, Song et al. 2021, section 4.2).
        correction: size of such a step, in sigma_t² (as DiffCSP scales it); its own bias grows with it.
    """

    kind = "wrapped"

    def __init__(
        self, *, shape: Sequence[int], steps: int, smallest: float = 0.005, largest: float = 0.5, corrections: int = 0,
        correction: float = 0.4,
    ) -> None:  # fmt: skip
        super().__init__()
        self.shape, self.steps = tuple(shape), steps
        self.corrections, self.correction = corrections, correction
        self.images = math.ceil(REACH * largest) + 1
        sigma = geometric(smallest, largest, steps=steps)
        self.register_buffer("sigma", sigma, persistent=False)
        self.register_buffer("score_norm", _score_norm(sigma, self.images), persistent=False)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Shape of a datum, and sigma of each t, (T + 1,)."""
        return {"shape": self.shape, "sigma": self.sigma}

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> Corruption:
        """Draw of q(x_t | x_0), x_0 + sigma_t·epsilon modulo 1; the target is its normalised score."""
        t = self.time(level)
        sigma = per_row(self.sigma[t], x_0)
        noise = sigma * torch.randn(x_0.shape, generator=generator, device=x_0.device)
        score = wrapped_score(noise, sigma.expand_as(noise), images=self.images)
        return Corruption((_wrapped(x_0 + noise), t), score / per_row(self.score_norm[t], x_0))

    def compare(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Mean squared error of the normalised score, one value per datum."""
        return (prediction.float() - target).square().flatten(1).mean(dim=1)

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, *shape) draw of the prior, uniform on the torus."""
        return torch.rand((n, *self.shape), generator=generator, device=self.sigma.device)

    def reverse(self, x_t: Tensor, prediction: Tensor, t: int, generator: Generator) -> Tensor:
        """Ancestral step (Song et al. 2021, appendix F; Jiao et al. 2023, algorithm 2): no noise in the last one."""
        sigma, before = self.sigma[t], self.sigma[t - 1]
        drop = sigma.square() - before.square()
        z = torch.randn(x_t.shape, generator=generator, device=x_t.device)
        return _wrapped(x_t + drop * self._score(prediction, t) + before / sigma * drop.sqrt() * z)

    def correct(self, x_t: Tensor, prediction: Tensor, t: int, generator: Generator) -> Tensor:
        """One step of Langevin dynamics at the noise of t."""
        size = self.correction * self.sigma[t].square()
        z = torch.randn(x_t.shape, generator=generator, device=x_t.device)
        return _wrapped(x_t + size * self._score(prediction, t) + (2 * size).sqrt() * z)

    def _score(self, prediction: Tensor, t: int) -> Tensor:
        return prediction.float() * self.score_norm[t]


def _wrapped(x: Tensor) -> Tensor:
    """Coordinates modulo 1; rounding must not give 1 itself."""
    return x.remainder(1).remainder(1)


def _score_norm(sigma: Tensor, images: int) -> Tensor:
    """(T + 1,) root mean square of the score of wrapped normal noise, 1/sigma where sigma is small; 1 at t = 0."""
    wide = sigma[1:].double()[:, None]
    midpoints = (2 * torch.arange(KNOTS, dtype=torch.float64) + 1) / KNOTS - 1
    distance = (REACH * wide).clamp(max=0.5) * midpoints
    shifted = distance[..., None] + torch.arange(-images, images + 1)
    density = (-shifted.square() / (2 * wide[..., None].square())).exp().sum(dim=-1)
    score = wrapped_score(distance, wide, images=images)
    mean_square = (density * score.square()).sum(dim=1) / density.sum(dim=1)
    return torch.cat([torch.ones(1), mean_square.sqrt().float()])
