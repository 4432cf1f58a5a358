"""DDPM on the digit tensor (3 places × 96 elements × symbols, one-hot): it denoises what the VAE decodes.

A decoded composition is noised up to a set level with **one fixed noise**, the same for every composition, and denoised
by DDIM without noise of its own (Song et al. 2021). So the result is a function of the decoded digits, and of z.
"""

from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from superdrift.composition.elements import N_ELEMENTS
from superdrift.diffusion.denoisers.mlp import preconditioned_mlp
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.superconductors.encoding.digits import symbols

LEAST_DEVIATION = 0.01
"""Floor of the deviation of an entry in the training data: of symbols that hardly occur. Part of the method."""
ROWS_AT_ONCE = 512
"""Compositions denoised in one call of the network; bounds memory."""


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
        self.network = preconditioned_mlp(
            **self.process.denoiser_arguments, least_deviation=LEAST_DEVIATION, width=width, depth=depth
        )
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
