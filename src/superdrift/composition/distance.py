"""Distance of compositions: half the L1 distance of atomic fractions, 0 (same) to 1 (no element in common)."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from superdrift.composition.vector import atomic_fractions

TOLERANCE = 1e-9
"""Added to every radius, so that a pair at exactly the radius counts as within it whatever the rounding."""


class CompositionIndex:
    """Nearest known composition of many queries.

    Args:
        amounts: (m, 96) atoms per formula unit of the known compounds.
    """

    def __init__(self, amounts: NDArray[np.floating]) -> None:
        self._tree = cKDTree(atomic_fractions(amounts))

    def nearest(self, amounts: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distance to the nearest known compound and its row, each (n,), for (n, 96) queries."""
        distance, row = self._tree.query(atomic_fractions(amounts), p=1, workers=-1)
        return distance / 2, row

    def nearest_other(self, amounts: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """As `nearest`, leaving out known compounds of the very same composition (queries that are known themselves).

        Rows without any other compound get distance 1 and row −1.
        """
        fractions = atomic_fractions(amounts)
        distance, row = np.full(len(fractions), 1.0), np.full(len(fractions), -1)
        todo, k = np.arange(len(fractions)), 2
        while len(todo):
            found, rows = self._tree.query(fractions[todo], k=min(k, self._tree.n), p=1, workers=-1)
            found, rows = np.atleast_2d(found.T).T / 2, np.atleast_2d(rows.T).T
            other = found > TOLERANCE * 1e3
            has, first = other.any(axis=1), other.argmax(axis=1)
            distance[todo[has]], row[todo[has]] = found[has, first[has]], rows[has, first[has]]
            if k >= self._tree.n:
                break
            todo, k = todo[~has], k * 4
        return distance, row


def near_duplicate_groups(amounts: NDArray[np.floating], radius: float) -> NDArray[np.int32]:
    """Groups of compounds linked by steps of at most `radius` (single linkage): (n, 96) → (n,) numbers from 0."""
    pairs = _pairs(atomic_fractions(amounts), radius)
    links = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(amounts),) * 2)
    return connected_components(links, directed=False)[1].astype(np.int32)


def greedy_net(amounts: NDArray[np.floating], radius: float) -> NDArray[np.bool_]:
    """Mask of the rows kept when each row is dropped that lies closer than `radius` to an earlier kept one."""
    pairs = np.sort(_pairs(atomic_fractions(amounts), radius - 2 * TOLERANCE), axis=1)
    order = np.argsort(pairs[:, 0], kind="stable")
    earlier, later = pairs[order].T
    bounds = np.searchsorted(earlier, np.arange(len(amounts) + 1))
    kept = np.ones(len(amounts), dtype=bool)
    for row in np.unique(earlier):
        if kept[row]:
            kept[later[bounds[row] : bounds[row + 1]]] = False
    return kept


def _pairs(fractions: NDArray[np.float64], radius: float) -> NDArray[np.int64]:
    """(p, 2) pairs of rows within `radius`."""
    return cKDTree(fractions).query_pairs(2 * (radius + TOLERANCE), p=1, output_type="ndarray")
