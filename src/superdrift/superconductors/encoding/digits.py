"""Digits of the amounts in a composition: which rows have them, amounts → digits, digits → amounts on a device.

Each element has three places (integer part, tenths, hundredths), as in the published drift; the integer part has an
alphabet of its own size, so that an amount of 12 is held rather than cut to 2. Rows that do not fit are named, never
truncated.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

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


def to_digits(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → (n, 3, 96) digits (integer part, tenths, hundredths) of each element; rows must be representable."""
    hundredths = np.rint(np.asarray(amounts, dtype=np.float64) * 100).astype(np.int64)
    return np.stack([hundredths // 100, hundredths // 10 % 10, hundredths % 10], axis=1)


def digits_of(amounts: Tensor) -> Tensor:
    """(n, 96) atoms per formula unit → (n, 3, 96) digits, on their device; rows must be representable."""
    hundredths = (amounts * 100).round().long()
    return torch.stack([hundredths // 100, hundredths // 10 % 10, hundredths % 10], dim=1)


def amounts_of(digits: Tensor, *, dtype: torch.dtype) -> Tensor:
    """(n, 3, 96) digits → (n, 96) atoms per formula unit, on the digits' device."""
    return (100 * digits[:, 0] + 10 * digits[:, 1] + digits[:, 2]).to(dtype) / 100


def expected_amounts(probabilities: Tensor, *, integers: int) -> Tensor:
    """(n, 96, symbols) probabilities of the symbols of each place, side by side → (n, 96) expected atoms."""
    places = zip(symbols(integers), (1.0, 0.1, 0.01), strict=True)
    return probabilities @ torch.cat([unit * torch.arange(size) for size, unit in places]).to(probabilities)
