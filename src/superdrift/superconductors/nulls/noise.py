"""A known compound with its amounts shaken; the projection then moves it to where its charges balance."""

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.nulls.substitution import GRID


def shaken(
    known: NDArray[np.float32], n: int, *, relative_sd: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Known compounds, each amount multiplied by a normal deviate around 1; no element vanishes.

    Args:
        known: (m, 96) atoms per formula unit.
        n: how many.
        relative_sd: standard deviation of the deviate.
        generator: draws compounds and deviates.

    Returns:
        (n, 96) atoms per formula unit, on the grid of hundredths.
    """
    amounts = known[generator.integers(len(known), size=n)].astype(np.float64)
    moved = np.round(amounts * (1 + relative_sd * generator.standard_normal(amounts.shape)), 2)
    return np.where(amounts > 0, np.maximum(moved, GRID), 0.0).astype(np.float32)
