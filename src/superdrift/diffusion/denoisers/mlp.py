"""A fast denoiser of the Gaussian process: a residual network over the whole vector, preconditioned per entry."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.diffusion.denoisers.time_embedding import sinusoidal
from superdrift.diffusion.noise_schedule import cosine

TIME_WIDTH = 128
"""Width of the sinusoidal time embedding."""
SMALLEST_DEVIATION = 1.0
"""Floor of the data's deviation (atoms per formula unit): entries that are nearly always zero are not Gaussian."""


class ResidualMlp(nn.Module):
    """Residual multilayer perceptron that corrects the noise a Gaussian guess of the data would predict.

    If entry i of the data were N(mu_i, s_i²), the expected noise given x_t would be
    g = b (x_t − a mu) / (a² s² + b²), a = sqrt(alpha_bar_t), b = sqrt(1 − alpha_bar_t), and what remains of it would
    have deviation c = a s / sqrt(a² s² + b²). The network F sees x_t at unit variance and predicts epsilon = g + c F:
    the reasoning of Karras et al. (2022, appendix B.6), carried to epsilon-prediction and to each entry's own scale.

    Args:
        shape: shape of one datum.
        steps: T of the process.
        width: hidden units.
        depth: residual blocks.
    """

    process = "gaussian"

    def __init__(self, *, shape: Sequence[int], steps: int, width: int, depth: int) -> None:
        super().__init__()
        size = prod(shape)
        self.register_buffer("alpha_bar", cosine(steps).alpha_bar, persistent=False)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))
        self.time = nn.Sequential(nn.Linear(TIME_WIDTH, width), nn.SiLU(), nn.Linear(width, width))
        self.first = nn.Linear(size, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(depth))
        self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, size))

    def fit(self, x_0: Tensor) -> None:
        """Take the mean and the deviation of each entry from the training data, (n, *shape)."""
        flat = x_0.flatten(1)
        self.mean.copy_(flat.mean(dim=0))
        self.deviation.copy_(flat.std(dim=0, correction=0).clamp(min=SMALLEST_DEVIATION))

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """(n, *shape) and (n,) or (1,) → predicted noise (n, *shape)."""
        alpha_bar = self.alpha_bar[t][:, None]
        a, b = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
        centred = x_t.flatten(1) - a * self.mean
        variance = (a * self.deviation).square() + b.square()
        time = self.time(sinusoidal(t, TIME_WIDTH))
        h = self.first(centred / variance.sqrt())
        for block in self.blocks:
            h = block(h, time)
        noise = b * centred / variance + a * self.deviation / variance.sqrt() * self.last(h).float()
        return noise.reshape(x_t.shape)


class _Block(nn.Module):
    """Two layers whose normalised input is scaled and shifted by the time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.time = nn.Linear(width, 2 * width)
        self.one, self.two = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        nn.init.zeros_(self.two.weight)

    def forward(self, h: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.time(functional.silu(time)).chunk(2, dim=1)
        inside = self.one(self.norm(h) * (1 + scale) + shift)
        return h + self.two(functional.silu(inside))
