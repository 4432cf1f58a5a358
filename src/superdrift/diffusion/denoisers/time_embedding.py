"""Sinusoidal embedding of the diffusion time, shared by the denoisers of Gaussian diffusion."""

import math

import torch
from torch import Tensor

LONGEST_PERIOD = 10_000.0
"""Longest wavelength over 2π of the sinusoidal embedding (Vaswani et al. 2017, section 3.5)."""


def sinusoidal(t: Tensor, width: int) -> Tensor:
    """(n,) times → (n, width): sines, then cosines, at geometrically spaced frequencies (Vaswani et al. 2017)."""
    half = width // 2
    frequency = torch.exp(torch.arange(half, device=t.device) * (-math.log(LONGEST_PERIOD) / (half - 1)))
    angle = t[:, None].float() * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)
