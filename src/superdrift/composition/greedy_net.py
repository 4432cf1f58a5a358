"""Greedy net of compositions: rows kept in order, each at least a radius (half L1) from all kept before it."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.vector import atomic_fractions, sparse_rows
from superdrift.run.kernels import njit

_PROJECTIONS = 7
"""Directions of the grid in which a greedy net looks for neighbours: 2⁷ cells a look-up. The net is the same for any
number."""
_SAMPLED_ROWS = 20_000
"""Rows, at most twice as many, from which these directions are found. The net is the same for any number."""


def greedy_net(amounts: NDArray[np.floating], radius: float) -> NDArray[np.bool_]:
    """Mask of the rows kept when each row is dropped that lies closer than `radius` to an earlier kept one."""
    fractions = atomic_fractions(amounts)
    if len(fractions) == 0:
        return np.ones(0, dtype=bool)
    bounds, elements, values = sparse_rows(fractions)
    # Weights that span one unit change a weighted sum of fractions by at most the distance: rows within `radius` lie
    # in the same or in the next cell. Principal directions spread the rows over most cells.
    weights = np.linalg.eigh(np.cov(fractions[:: len(fractions) // _SAMPLED_ROWS + 1].T, ddof=0))[1][:, -_PROJECTIONS:]
    span = np.ptp(weights, axis=0)
    weights = np.where(span > 1e-3, weights / np.maximum(span, 1e-3), 0.0)
    return _net(fractions @ weights, bounds, elements, values, radius - TOLERANCE)


@njit(cache=True)
def _net(
    coordinates: NDArray[np.float64],
    bounds: NDArray[np.int64],
    elements: NDArray[np.int64],
    fractions: NDArray[np.float64],
    radius: float,
) -> NDArray[np.bool_]:
    """Greedy net over a grid of cells two radii wide, kept rows in hashed lists."""
    n, dimensions = coordinates.shape
    kept = np.zeros(n, dtype=np.bool_)
    size = 1
    while size < 2 * n:
        size *= 2
    head, following = np.full(size, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    cell, side = np.empty(dimensions, dtype=np.int64), np.empty(dimensions, dtype=np.int64)
    row_of = np.zeros(N_ELEMENTS)
    for row in range(n):
        for d in range(dimensions):
            place = coordinates[row, d] / (2 * radius + 1e-12)
            cell[d] = np.int64(np.floor(place))
            side[d] = 1 if place - cell[d] > 0.5 else -1
        for entry in range(bounds[row], bounds[row + 1]):
            row_of[elements[entry]] = fractions[entry]
        near = False
        for corner in range(1 << dimensions):
            other = head[_slot(cell, side, corner, size)]
            while other >= 0 and not near:
                common = 0.0
                for entry in range(bounds[other], bounds[other + 1]):
                    common += min(row_of[elements[entry]], fractions[entry])
                near = 1.0 - common <= radius
                other = following[other]
            if near:
                break
        for entry in range(bounds[row], bounds[row + 1]):
            row_of[elements[entry]] = 0.0
        if not near:
            kept[row] = True
            slot = _slot(cell, side, 0, size)
            following[row], head[slot] = head[slot], row
    return kept


@njit(cache=True)
def _slot(cell: NDArray[np.int64], side: NDArray[np.int64], corner: int, size: int) -> int:
    """Place in the table of one of the cells that touch a row's ball."""
    mixed = np.uint64(1469598103934665603)
    for d in range(len(cell)):
        value = cell[d] + (side[d] if corner >> d & 1 else 0)
        mixed = (mixed ^ np.uint64(value + 1_000_000)) * np.uint64(1099511628211)
        mixed ^= mixed >> np.uint64(29)
    return np.int64(mixed & np.uint64(size - 1))
