"""Descriptors of each element, input of a network beside a learned embedding: its place in the periodic table."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ELECTRONEGATIVITY, N_ELEMENTS, SYMBOLS

_NOBLE = (0, 2, 10, 18, 36, 54, 86)
"""Atomic numbers at which a period is full (0: before the first): the periodic table."""
_LENGTHS = (2, 8, 8, 18, 18, 32, 32)
"""Elements in each period: the periodic table."""

DESCRIPTORS = 8
"""Numbers per element, as many as `_describe` gives; fixed by stored networks."""


def element_descriptors() -> NDArray[np.float32]:
    """(96, 8) descriptors, each with mean 0 and standard deviation 1 over the elements.

    Period, electrons beyond the last noble gas in s, p, d and f (filled in the order s, f, d, p, without the exceptions
    of chromium, copper and their like), Pauling electronegativity (the mean where there is none), place in the
    period counted from its start and from its end.
    """
    table = np.array([_describe(number) for number in range(1, N_ELEMENTS + 1)])
    table = np.where(np.isnan(table), np.nanmean(table, axis=0), table)
    return ((table - table.mean(axis=0)) / table.std(axis=0)).astype(np.float32)


def _describe(number: int) -> tuple[float, ...]:
    """Raw descriptors of an atomic number."""
    period = sum(number > full for full in _NOBLE)
    place, length = number - _NOBLE[period - 1], _LENGTHS[period - 1]
    s = min(place, 2)
    f = min(place - s, 14) if length == 32 else 0
    d = min(place - s - f, 10) if length >= 18 else 0
    p = place - s - f - d
    electronegativity = ELECTRONEGATIVITY.get(SYMBOLS[number - 1], np.nan)
    return period, s, p, d, f, electronegativity, place, length - place
