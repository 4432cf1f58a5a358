"""Properties of the elements as a table, and the largest and smallest of them in a composition."""

import warnings
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS


def property_table(properties: Collection[Callable[[Any], Any]]) -> NDArray[np.float64]:
    """Properties (96, p) of the elements; what pymatgen does not know is the mean of the others.

    Args:
        properties: each reads one property from pymatgen's Element; None: not known.
    """
    from pymatgen.core import Element  # slow to import, and needed only where properties are  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns of each value that it lacks
        elements = [Element(symbol) for symbol in SYMBOLS[:N_ELEMENTS]]
        found = [[read(element) for read in properties] for element in elements]
    values = np.array([[np.nan if value is None else float(value) for value in row] for row in found])
    return np.where(np.isnan(values), np.nanmean(values, axis=0), values)


def extremes(x: NDArray[np.floating], table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Largest and smallest property of the elements in each composition, both (n, p).

    Args:
        x: (n, 96) amounts; every row holds some atoms.
        table: (96, p) properties of the elements.
    """
    largest = np.full((len(x), table.shape[1]), -np.inf)
    smallest = np.full_like(largest, np.inf)
    for element in np.flatnonzero((x > 0).any(axis=0)):
        rows = x[:, element] > 0
        largest[rows] = np.maximum(largest[rows], table[element])
        smallest[rows] = np.minimum(smallest[rows], table[element])
    return largest, smallest
