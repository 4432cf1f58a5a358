"""Descriptors of alloys and intermetallics: size, electronegativity, electron count, places in the periodic table.

What Hume-Rothery's rules, Laves' ratio of radii and Miedema's model are made of: of each property of the elements the
mean over the atoms, its spread and its asymmetry (which says whether the many or the few are the large ones), the
largest and the smallest value, and how pairs of properties go together; beside them the fractions themselves, sorted,
whatever the elements. All are the same for a formula and its multiples.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_properties import extremes, property_table
from superdrift.composition.elements import ELECTRONEGATIVITY
from superdrift.composition.vector import atomic_fractions

_LARGEST_FRACTIONS = 4
"""Sorted fractions that are descriptors: hardly an alloy among the known has more elements."""
_DECIMALS = 5
"""Decimals that descriptors are rounded to: far below any difference of alloys, far above the rounding of single
precision, in which multiples of a formula differ."""
_BATCH = 4096
"""Rows at once: bounds the memory; no descriptor depends on it."""


def _valence_electrons(element: Any) -> int:
    """Electrons that bond: s, p and d; those of lanthanides count as three, f electrons of heavy actinides not."""
    if element.is_lanthanoid:
        return 3
    if element.is_actinoid:
        return min(element.Z - 86, 6)
    return element.group if element.group <= 12 else element.group - 10


_PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "mendeleev_no": lambda e: e.mendeleev_no,
    "group": lambda e: e.group,
    "period": lambda e: e.row,
    "electronegativity": lambda e: ELECTRONEGATIVITY.get(e.symbol),
    "size": lambda e: float(e.molar_volume) ** (1 / 3) if e.molar_volume else None,
    "melting_point": lambda e: e.melting_point,
    "valence_electrons": _valence_electrons,
    "radius": lambda e: e.atomic_radius,
}
"""Properties of the elements, by name: Mendeleev number (Villars), group, period, Pauling electronegativity, cube root
of the molar volume, melting point, electrons that bond, radius (Slater)."""
_TOGETHER = (
    ("mendeleev_no", "size"),
    ("electronegativity", "size"),
    ("electronegativity", "valence_electrons"),
    ("size", "valence_electrons"),
    ("electronegativity", "melting_point"),
    ("group", "size"),
)
"""Pairs of properties whose covariance over the atoms is a descriptor."""


def descriptors(amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Descriptors (n, f) of (n, 96) amounts; every row holds some atoms."""
    fractions = atomic_fractions(amounts)
    blocks = [_descriptors(fractions[start : start + _BATCH]) for start in range(0, max(1, len(fractions)), _BATCH)]
    return np.round(np.concatenate(blocks), _DECIMALS)


def _descriptors(x: NDArray[np.float64]) -> NDArray[np.float64]:
    table, present = _standardised(), x > 0
    mean, square = x @ table, x @ table**2
    variance = np.maximum(square - mean**2, 0.0)
    asymmetry = np.cbrt(x @ table**3 - 3 * mean * square + 2 * mean**3)
    largest, smallest = extremes(x, table)
    names = list(_PROPERTIES)
    together = [
        x @ (table[:, a] * table[:, b]) - mean[:, a] * mean[:, b]
        for a, b in ((names.index(one), names.index(other)) for one, other in _TOGETHER)
    ]
    fractions = -np.sort(-x, axis=1)[:, :_LARGEST_FRACTIONS]
    return np.concatenate(
        [mean, np.sqrt(variance), asymmetry, largest, smallest, np.stack(together, axis=1), fractions,
         present.sum(axis=1, keepdims=True)], axis=1,
    )  # fmt: skip


@cache
def _standardised() -> NDArray[np.float64]:
    """(96, properties), each with mean 0 and deviation 1 over the elements."""
    values = property_table(_PROPERTIES.values())
    return (values - values.mean(axis=0)) / values.std(axis=0)
