"""Digits of compositions as the networks see them: which rows fit, digits ↔ one-hot, digits ↔ amounts on a device.

Each element has three places (integer part, tenths, hundredths), as in the published drift; the integer part has an
alphabet of its own size, so that an amount of 12 is held rather than cut to 2. Rows that do not fit are named, never
truncated.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

DECIMALS = 10
"""Symbols of the tenths and of the hundredths."""


def representable(amounts: NDArray[np.floating], *, integers: int) -> NDArray[np.bool_]:
    """Mask of the rows that the digits hold exactly: on the 0.01 grid, below `integers`, not empty.

    Args:
        amounts: (n, 96) atoms per formula unit.
        integers: symbols of the integer part; amounts lie below it.
    """
    hundredths = np.asarray(amounts, dtype=np.float64) * 100
    rounded = np.rint(hundredths)
    on_grid = (np.abs(hundredths - rounded) < 1e-3).all(axis=1)
    in_range = ((rounded >= 0) & (rounded < 100 * integers)).all(axis=1)
    return on_grid & in_range & (rounded > 0).any(axis=1)


def symbols(integers: int) -> tuple[int, int, int]:
    """Alphabet sizes of the three places."""
    return integers, DECIMALS, DECIMALS


def one_hot(digits: Tensor, *, integers: int) -> Tensor:
    """Digits → one-hot, all zero where an element is absent.

    Args:
        digits: (n, 3, 96) int64.
        integers: symbols of the integer part.

    Returns:
        (n, 96, integers + 20) float32.
    """
    places = [functional.one_hot(digits[:, place], size) for place, size in enumerate(symbols(integers))]
    present = (digits > 0).any(dim=1)
    return torch.cat(places, dim=-1).float() * present[:, :, None]


def amounts_of(digits: Tensor, *, dtype: torch.dtype) -> Tensor:
    """(n, 3, 96) digits → (n, 96) atoms per formula unit, on the digits' device."""
    return (100 * digits[:, 0] + 10 * digits[:, 1] + digits[:, 2]).to(dtype) / 100
