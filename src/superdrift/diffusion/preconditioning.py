"""Preconditioning of a denoiser of Gaussian noise: a network corrects the noise that a Gaussian guess predicts."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from superdrift.diffusion.denoisers.base import Denoiser
from superdrift.diffusion.process import per_row


class GaussianPreconditioner(Denoiser):
    """Wraps a network F(x, t), whose inputs and outputs are near unit variance, into a denoiser of Gaussian diffusion.

    If entry i of the data were N(mu_i, s_i²), the expected noise given x_t would be
    g = b (x_t − a mu) / (a² s² + b²), a = sqrt(alpha_bar_t), b = sqrt(1 − alpha_bar_t), and what remains of it would
    have deviation c = a s / sqrt(a² s² + b²). The network sees x_t at unit variance and the denoiser predicts
    epsilon = g + c F: the reasoning of Karras et al. (2022, appendix B.6), carried to epsilon-prediction and to each
    entry's own scale. mu and s come from the training data and are stored with the weights.

    Args:
        network: F, maps (n, *shape) and t, (n,) or (1,), to (n, *shape).
        shape: shape of one datum.
        alpha_bar: (T + 1,) of the process.
        least_deviation: floor of s, in units of the data; entries that are nearly constant are not Gaussian.
    """

    def __init__(
        self, network: nn.Module, *, shape: Sequence[int], alpha_bar: Tensor, least_deviation: float
    ) -> None:  # fmt: skip
        super().__init__()
        self.least_deviation = least_deviation
        self.register_buffer("alpha_bar", alpha_bar, persistent=False)
        self.register_buffer("mean", torch.zeros(tuple(shape)))
        self.register_buffer("deviation", torch.ones(tuple(shape)))
        self.network = network

    def fit(self, x_0: Tensor) -> None:
        """Take the mean and the deviation of each entry from the training data, (n, *shape)."""
        self.mean.copy_(x_0.mean(dim=0))
        self.deviation.copy_(x_0.std(dim=0, correction=0).clamp(min=self.least_deviation))

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """(n, *shape) and (n,) or (1,) → predicted noise (n, *shape)."""
        alpha_bar = per_row(self.alpha_bar[t], x_t)
        a, b = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
        centred = x_t - a * self.mean
        variance = (a * self.deviation).square() + b.square()
        rest = self.network(centred / variance.sqrt(), t).float()
        return b * centred / variance + a * self.deviation / variance.sqrt() * rest
