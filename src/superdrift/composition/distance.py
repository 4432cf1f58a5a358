"""Distance of compositions: half the L1 distance of atomic fractions, 0 (same) to 1 (no element in common).

Half the L1 distance of fractions is one minus their overlap, the sum of the smaller fraction of each element. What
two compounds have in common can thus not exceed the fractions that one holds of the other's elements: this bound rules
out whole sets of elements at once, and makes the search for the nearest of many known compounds exact and fast.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.vector import atomic_fractions

TOLERANCE = 1e-9
"""Added to every radius, so that a pair at exactly the radius counts as within it whatever the rounding."""
SAME = 1e-6
"""Half L1; compositions this close are the same but for the rounding of single precision."""

_PROJECTIONS = 7
"""Directions of the grid in which a greedy net looks for neighbours."""


class CompositionIndex:
    """Nearest known compositions of many queries.

    Args:
        amounts: (m, 96) atoms per formula unit of the known compounds.
    """

    def __init__(self, amounts: NDArray[np.floating]) -> None:
        fractions = atomic_fractions(amounts)
        _, inverse = np.unique(np.packbits(fractions > 0, axis=1), axis=0, return_inverse=True)
        self._rows = np.argsort(inverse.ravel(), kind="stable")  # known compounds, by set of elements
        self._starts = np.r_[0, np.cumsum(np.bincount(inverse.ravel()))] if len(fractions) else np.zeros(1, np.int64)
        self._bounds, self._elements, self._fractions = _sparse(fractions[self._rows])

    def nearest(self, amounts: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distance to the nearest known compound and its row, each (n,), for (n, 96) queries.

        Of several at the same distance the first row is taken; without any known compound: distance 1, row −1.
        """
        distance, row = self.several(amounts, 1)
        return distance[:, 0], row[:, 0]

    def nearest_other(self, amounts: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """As `nearest`, leaving out known compounds of the very same composition (queries that are known themselves).

        Rows without any other compound get distance 1 and row −1.
        """
        distance, row = self.several(amounts, 1, others=True)
        return distance[:, 0], row[:, 0]

    def several(
        self, amounts: NDArray[np.floating], k: int, *, others: bool = False, metric: str = "manhattan"
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and rows of the k nearest known compounds, each (n, k), nearest first.

        Args:
            amounts: (n, 96) queries.
            k: how many.
            others: leave out known compounds of the very same composition.
            metric: manhattan (half L1) or euclidean, of atomic fractions.

        Returns:
            Distances and rows; where fewer than k known compounds share an element with the query, row −1.
        """
        return _nearest(
            atomic_fractions(amounts), k, SAME if others else -1.0, metric == "euclidean",
            self._rows, self._starts, self._bounds, self._elements, self._fractions,
        )  # fmt: skip


def near_duplicate_groups(amounts: NDArray[np.floating], radius: float) -> NDArray[np.int32]:
    """Groups of compounds linked by steps of at most `radius` (single linkage): (n, 96) → (n,) numbers from 0."""
    tree = cKDTree(atomic_fractions(amounts))
    pairs = tree.query_pairs(2 * (radius + TOLERANCE), p=1, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(amounts),) * 2)
    return connected_components(links, directed=False)[1].astype(np.int32)


def greedy_net(amounts: NDArray[np.floating], radius: float) -> NDArray[np.bool_]:
    """Mask of the rows kept when each row is dropped that lies closer than `radius` to an earlier kept one."""
    fractions = atomic_fractions(amounts)
    if len(fractions) == 0:
        return np.ones(0, dtype=bool)
    bounds, elements, values = _sparse(fractions)
    # Weights that span one unit change a weighted sum of fractions by at most the distance: rows within `radius` lie
    # in the same or in the next cell. Principal directions spread the rows over most cells.
    weights = np.linalg.eigh(np.cov(fractions[:: len(fractions) // 20_000 + 1].T, ddof=0))[1][:, -_PROJECTIONS:]
    span = np.ptp(weights, axis=0)
    weights = np.where(span > 1e-3, weights / np.maximum(span, 1e-3), 0.0)
    return _net(fractions @ weights, bounds, elements, values, radius - TOLERANCE)


def _sparse(
    fractions: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows as lists of the elements present: row r owns the entries bounds[r] to bounds[r + 1]."""
    rows, elements = np.nonzero(fractions)
    bounds = np.r_[0, np.cumsum(np.bincount(rows, minlength=len(fractions)))]
    return bounds, elements, fractions[rows, elements]


@njit(parallel=True, cache=True)
def _nearest(
    queries: NDArray[np.float64],
    k: int,
    same: float,
    euclidean: bool,
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    bounds: NDArray[np.int64],
    elements: NDArray[np.int64],
    fractions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k nearest of the known compounds, those within `same` left out; known rows are sorted by set of elements."""
    distance = np.full((len(queries), k), 2.0 if euclidean else 1.0)
    nearest = np.full((len(queries), k), -1)
    sets = len(starts) - 1
    for q in prange(len(queries)):
        query, best, found = queries[q], distance[q], nearest[q]
        whole = (query * query).sum() if euclidean else 1.0
        reach = np.empty(sets)  # most that a compound of these elements can have in common with the query
        for s in range(sets):
            first = starts[s]
            common = 0.0
            for entry in range(bounds[first], bounds[first + 1]):
                part = query[elements[entry]]
                common += part * part if euclidean else part
            reach[s] = common
        first_set = reach.argmax() if sets else 0
        for turn in range(sets):
            # The most promising set goes first, so that the others are ruled out early.
            s = first_set if turn == 0 else (turn - 1 if turn <= first_set else turn)
            beyond = max(0.0, whole - reach[s])
            if reach[s] == 0.0 or (np.sqrt(beyond) if euclidean else beyond) > best[k - 1] + 1e-12:
                continue
            for member in range(starts[s], starts[s + 1]):
                common = 0.0
                for entry in range(bounds[member], bounds[member + 1]):
                    part = fractions[entry]
                    common += (
                        part * (2 * query[elements[entry]] - part) if euclidean else min(query[elements[entry]], part)
                    )
                apart = max(0.0, whole - common)
                if euclidean:
                    apart = np.sqrt(apart)
                if apart <= same or apart > best[k - 1]:
                    continue
                row, place = rows[member], k - 1
                if apart == best[place] and 0 <= found[place] < row:
                    continue
                while place > 0 and (
                    best[place - 1] > apart or (best[place - 1] == apart and (found[place - 1] > row))
                ):
                    best[place], found[place] = best[place - 1], found[place - 1]
                    place -= 1
                best[place], found[place] = apart, row
    return distance, nearest


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
