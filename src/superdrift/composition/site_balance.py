"""Site balance: whether the cations of a formula fill whole sites, a test without any chemistry."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER

NOT_CATIONS = ("O", "F", "Cl", "Br", "I", "S", "Se", "Te", "N", "P", "As", "H", "C", "B")
"""Elements left out of the sum: anions, and those that sit between sites."""

TOLERANCE = 0.006
"""Atoms per formula unit: half a hundredth for rounding on the 0.01 grid, and a little for float32."""


def site_balanced(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether the cations sum to a whole number, not zero.

    Substitution on a crystal's sites keeps the sum whole (La1.85 + Sr0.15 + Cu1 = 3); independent noise on
    the amounts does not. A sum is whole by chance in about 1 % of compositions on the 0.01 grid.

    Args:
        amounts: (n, 96) atoms per formula unit.
    """
    cations = np.asarray(amounts, dtype=np.float64).copy()
    cations[:, [ATOMIC_NUMBER[symbol] - 1 for symbol in NOT_CATIONS]] = 0.0
    total = cations.sum(axis=1)
    return (np.abs(total - np.rint(total)) <= TOLERANCE) & (total > 0.5)
