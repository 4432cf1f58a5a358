"""DDPM on the digit tensor (3 places × 96 elements × symbols, one-hot): it denoises what the VAE decodes.

A decoded composition is noised up to a set level with **one fixed noise**, the same for every composition, and denoised
by DDIM without noise of its own (Song et al. 2021). So the result is a function of the decoded digits, and of z.
"""

from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from superdrift.composition.elements import N_ELEMENTS
from superdrift.diffusion.denoisers.base import Denoiser
from superdrift.diffusion.denoisers.mlp import ResidualMlp
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.process import per_row
from superdrift.superconductors.encoding.digits import symbols

LEAST_SHARE = 1e-6
"""Floor of the share of a symbol in the training data: what never occurred is not impossible. Part of the method."""
ROWS_AT_ONCE = 512
"""Compositions denoised in one call of the network; bounds memory."""


class OneHotDenoiser(Denoiser):
    """Predicts the noise of noised one-hot digits by way of the likeliest x_0.

    If the places were independent, with shares p of the symbols in the training data, then Bayes' rule would give
    x_0 = softmax(log p + a x_t / b²), a = sqrt(alpha_bar_t), b = sqrt(1 − alpha_bar_t). The network sees that and
    corrects its logits; epsilon = (x_t − a x_0) / b. A Gaussian guess in its place (`GaussianPreconditioner`) wipes out
    every rare element, since one-hot entries are anything but Gaussian.

    Args:
        integers: symbols of the integer part of an amount.
        alpha_bar: (T + 1,) of the process.
        width: hidden units of the network.
        depth: its residual blocks.
    """

    def __init__(self, *, integers: int, alpha_bar: Tensor, width: int, depth: int) -> None:
        super().__init__()
        self.sizes = symbols(integers)
        shape = (N_ELEMENTS, sum(self.sizes))
        self.register_buffer("alpha_bar", alpha_bar, persistent=False)
        self.register_buffer("shares", torch.ones(shape))
        self.network = ResidualMlp(shape=shape, width=width, depth=depth)
        nn.init.zeros_(self.network.last[-1].weight)

    def fit(self, x_0: Tensor) -> None:
        """Take the shares of the symbols from the training data, (n, 96, symbols) one-hot."""
        self.shares.copy_(x_0.mean(dim=0).clamp(min=LEAST_SHARE))

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """(n, 96, symbols) and (n,) or (1,) → predicted noise (n, 96, symbols)."""
        alpha_bar = per_row(self.alpha_bar[t], x_t)
        a, b = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
        logits = self.shares.log() + a / b.square() * x_t
        x_0 = self._normalised(logits + self.network(self._normalised(logits), t))
        return (x_t - a * x_0) / b

    def _normalised(self, logits: Tensor) -> Tensor:
        """Probabilities of the symbols of each place."""
        return torch.cat([place.softmax(dim=2) for place in logits.split(self.sizes, dim=2)], dim=2)


class DigitDenoiser(nn.Module):
    """A DDPM on digits, and the denoising of digits by it.

    Args:
        integers: symbols of the integer part of an amount.
        width: hidden units.
        depth: residual blocks.
        times: T of the process.
        noise_level: share of T up to which digits are noised.
        denoising_steps: of DDIM back to 0.
        noise_seed: of the fixed noise.
    """

    def __init__(
        self, *, integers: int, width: int, depth: int, times: int, noise_level: float, denoising_steps: int,
        noise_seed: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.arguments: dict[str, Any] = {
            "integers": integers, "width": width, "depth": depth, "times": times, "noise_level": noise_level,
            "denoising_steps": denoising_steps, "noise_seed": noise_seed,
        }  # fmt: skip
        self.integers = integers
        shape = (N_ELEMENTS, sum(symbols(integers)))
        self.process = GaussianDiffusion(shape=shape, steps=times)
        self.network = OneHotDenoiser(
            integers=integers, alpha_bar=self.process.alpha_bar, width=width, depth=depth
        )  # fmt: skip
        self.times = _times(times, noise_level, denoising_steps)
        noise = torch.randn(shape, generator=Generator().manual_seed(noise_seed))
        self.register_buffer("noise", noise, persistent=False)

    def encode(self, digits: Tensor) -> Tensor:
        """(n, 3, 96) digits → (n, 96, symbols) one-hot, the three places of an element side by side."""
        places = [functional.one_hot(digits[:, i], size) for i, size in enumerate(symbols(self.integers))]
        return torch.cat(places, dim=2).to(self.noise.dtype)

    def decode(self, x: Tensor) -> Tensor:
        """(n, 96, symbols) → (n, 3, 96) digits: the largest entry of each place."""
        places = x.split(symbols(self.integers), dim=2)
        return torch.stack([place.argmax(dim=2) for place in places], dim=1)

    @torch.no_grad()
    def forward(self, digits: Tensor) -> Tensor:
        """(n, 3, 96) digits → (n, 3, 96) denoised digits; equal ones are denoised once, and nothing stays nothing."""
        distinct, place = torch.unique(digits, dim=0, return_inverse=True)
        back = torch.cat([self._denoised(rows) for rows in distinct.split(ROWS_AT_ONCE)])
        some = (distinct > 0).flatten(1).any(dim=1)
        return (back * some[:, None, None])[place]

    def _denoised(self, digits: Tensor) -> Tensor:
        """Noised to the first of the times, then back through the others."""
        first = torch.tensor([self.times[0]], device=digits.device)
        x = self.process.noised(self.encode(digits), first, self.noise)
        for t, s in zip(self.times[:-1], self.times[1:], strict=True):
            x = self.process.jump(x, self.network(x, torch.tensor([t], device=x.device)), t, s)
        return self.decode(x)


def _times(times: int, noise_level: float, denoising_steps: int) -> list[int]:
    """Times of the denoising from the noise level to 0, evenly, none twice."""
    first = max(1, round(noise_level * times))
    steps = min(denoising_steps, first)
    return [round(first * (steps - k) / steps) for k in range(steps + 1)]
