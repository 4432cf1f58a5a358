"""The general formula of a group of compounds: each element with the range of its amounts."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS, formula_order
from superdrift.composition.formula import shortest

_CENT = Decimal("0.01")


def general_formula(amounts: NDArray[np.floating], *, optional_share: float) -> str:
    """Write a group as one formula, e.g. `Sr0.5-0.8Ba1.2-1.5YCu3(As0.1-0.3)Se0.2-0.5O6-6.1`.

    Members written for a whole multiple of the typical formula unit are brought to its size first. An
    element that some members lack stands in brackets, with the range over those that have it; one that fewer
    than `optional_share` have is left out.

    Args:
        amounts: (m, 96) atoms per formula unit, m ≥ 1.
        optional_share: 0…1.
    """
    unit = same_size(amounts)
    present = unit > 0
    share = present.mean(axis=0)
    listed = [index for index in np.flatnonzero(share) if share[index] >= optional_share]
    listed = listed or [int(share.argmax())]
    parts = []
    for index in sorted(listed, key=lambda i: formula_order(SYMBOLS[i])):
        values = unit[present[:, index], index]
        text = SYMBOLS[index] + _range(float(values.min()), float(values.max()))
        parts.append(text if present[:, index].all() else f"({text})")
    return "".join(parts)


def same_size(amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """(m, 96) amounts, each times or over the whole number that brings it nearest to the median size."""
    exact = np.asarray(amounts, dtype=np.float64)
    total = exact.sum(axis=1)
    ratio = np.median(total) / total
    factor = np.where(ratio >= 1, np.rint(ratio), 1 / np.rint(np.maximum(1 / ratio, 1)))
    return exact * factor[:, None]


def _range(low: float, high: float) -> str:
    ends: Sequence[Decimal] = [Decimal(repr(value)).quantize(_CENT) for value in (low, high)]
    if ends[0] == ends[1]:
        return "" if ends[0] == 1 else shortest(ends[0])
    return f"{shortest(ends[0])}-{shortest(ends[1])}"
