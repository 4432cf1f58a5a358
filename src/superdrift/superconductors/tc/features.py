"""Features of a composition for decision trees: fractions, element statistics, charges.

Statistics of elemental properties after Ward et al., npj Comput. Mater. 2, 16028 (2016); for the ionic picture see
`charges.formal_valence`. Every feature is the same for a formula and its multiples.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import formal_valence
from superdrift.charges.ion_charges import COMMON_CHARGES
from superdrift.composition.element_properties import extremes, property_table
from superdrift.composition.elements import N_ELEMENTS, SYMBOLS
from superdrift.composition.vector import atomic_fractions

MISSING = -20.0
"""Value of a feature that a compound does not have: below the range of every feature that can be missing, which is all
that trees need. Fixed by stored trees."""
MAX_VALENCE = 10.0
"""e; formal valences beyond (traces of a redox ion) are cut to this, above any real one. Fixed by stored trees."""

_NORMS = (2, 3)
"""Orders p of the p-norms of the fractions (Ward et al. 2016). Fixed by stored trees."""
_BATCH = 2048
"""Rows at once: bounds the memory; no feature depends on it."""
_SPACERS = ("average_ionic_radius", "X", "charge")
"""Properties that are averaged over the cations other than the redox ion."""

_PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "Z": lambda e: e.Z,
    "X": lambda e: e.X,
    "atomic_mass": lambda e: e.atomic_mass,
    "atomic_radius": lambda e: e.atomic_radius,
    "mendeleev_no": lambda e: e.mendeleev_no,
    "row": lambda e: e.row,
    "group": lambda e: e.group,
    "melting_point": lambda e: e.melting_point,
    "electron_affinity": lambda e: e.electron_affinity,
    "ionization_energy": lambda e: e.ionization_energy,
    "molar_volume": lambda e: e.molar_volume,
    "thermal_conductivity": lambda e: e.thermal_conductivity,
    "average_ionic_radius": lambda e: e.average_ionic_radius,
    "d_electrons": lambda e: _electrons(e, "d"),
    "f_electrons": lambda e: _electrons(e, "f"),
    "valence_electrons": lambda e: 2 if e.Z == 2 else e.group if e.group <= 12 else e.group - 10,
}


def features(amounts: NDArray[np.floating]) -> NDArray[np.float32]:
    """Features of compositions.

    Args:
        amounts: (n, 96) atoms per formula unit; every row holds some atoms.

    Returns:
        (n, f), in the order of `feature_names`.
    """
    fractions = atomic_fractions(amounts)
    blocks = [np.zeros((0, len(feature_names())), dtype=np.float32)]
    for start in range(0, len(fractions), _BATCH):
        part = fractions[start : start + _BATCH]
        blocks.append(np.concatenate([part, _statistics(part), _charges(part)], axis=1).astype(np.float32))
    return np.concatenate(blocks)


@cache
def feature_names() -> tuple[str, ...]:
    """Names of the features, in their order."""
    statistics = [f"{kind} {name}" for kind in ("mean", "deviation", "largest", "smallest", "range")
                  for name in _PROPERTIES]  # fmt: skip
    spacers = [f"{kind} {name} of the other cations" for name in _SPACERS for kind in ("mean", "deviation")]
    return (
        *SYMBOLS[:N_ELEMENTS], *statistics, "elements", *(f"{p}-norm of the fractions" for p in _NORMS),
        "ionic", "formal valence", "carriers per redox ion", "redox ion", "fraction of the redox ion",
        "other cations per redox ion", "anions per redox ion", *spacers,
    )  # fmt: skip


def _statistics(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Statistics of the elements' properties, weighted by fraction where that means something: (n, 96) → (n, s)."""
    table, present = element_property_table(), x > 0
    mean = x @ table
    deviation = np.sqrt(np.maximum(x @ table**2 - mean**2, 0.0))
    largest, smallest = extremes(x, table)
    norms = [(x**p).sum(axis=1, keepdims=True) ** (1 / p) for p in _NORMS]
    return np.concatenate(
        [mean, deviation, largest, smallest, largest - smallest, present.sum(axis=1, keepdims=True), *norms], axis=1
    )


def _charges(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ionic picture: valence and carriers of the redox ion, and what surrounds it; (n, 96) → (n, c)."""
    found, rows = formal_valence(x), np.arange(len(x))
    has_ion = found.ion_index >= 0
    redox = np.where(has_ion, x[rows, found.ion_index], np.nan)
    usual = np.array([COMMON_CHARGES.get(symbol, np.nan) for symbol in SYMBOLS[:N_ELEMENTS]])
    cations = np.where(found.charges > 0, x, 0.0)
    cations[rows[has_ion], found.ion_index[has_ion]] = 0.0
    anions = np.where(found.charges < 0, x, 0.0)
    valence = np.clip(found.valence, -MAX_VALENCE, MAX_VALENCE)
    columns = [
        found.ionic, valence, valence - np.where(has_ion, usual[found.ion_index], np.nan),
        found.ion_index, redox, cations.sum(axis=1) / redox, anions.sum(axis=1) / redox,
        *_spacers(cations, np.nan_to_num(found.charges)),
    ]  # fmt: skip
    return np.nan_to_num(np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1), nan=MISSING)


def _spacers(cations: NDArray[np.float64], charges: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Mean and deviation of radius, electronegativity and charge over the cations other than the redox ion, (n,)."""
    total = cations.sum(axis=1)
    weights = np.divide(cations, total[:, None], out=np.full_like(cations, np.nan), where=total[:, None] > 0)
    names = list(_PROPERTIES)
    for name in _SPACERS:
        values = charges if name == "charge" else element_property_table()[:, names.index(name)]
        mean = (weights * values).sum(axis=1)
        yield mean
        yield np.sqrt(np.maximum((weights * values**2).sum(axis=1) - mean**2, 0.0))


def element_property(name: str) -> NDArray[np.float64]:
    """(96,) one property of the elements, by its name in `element_property_table`."""
    return element_property_table()[:, list(_PROPERTIES).index(name)]


@cache
def element_property_table() -> NDArray[np.float64]:
    """(96, properties) of the elements; what pymatgen does not know is the mean of the others."""
    return property_table(_PROPERTIES.values())


def _electrons(element: Any, orbital: str) -> int:
    """Electrons of an element in all d or all f orbitals."""
    return sum(count for _, kind, count in element.full_electronic_structure if kind == orbital)
