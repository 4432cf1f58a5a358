"""Orders of the elements along which the low-pass of ILVR filters."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.encoding.tokens import ORDER

FILTER_ORDERS: dict[str, NDArray[np.integer]] = {"atomic_number": np.arange(N_ELEMENTS), "pettifor": ORDER}
"""Name → (96,) index (atomic number − 1) of the element at each place."""


def places(order: NDArray[np.integer]) -> NDArray[np.integer]:
    """(96,) place of each element in an order."""
    return np.argsort(order)
