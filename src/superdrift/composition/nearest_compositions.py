"""The nearest of many known compositions, exactly: by half the L1 distance of atomic fractions, or the Euclidean one.

Half the L1 distance of fractions is one minus their overlap, the sum of the smaller fraction of each element. What
two compounds have in common can thus not exceed the fractions that one holds of the other's elements: this bound rules
out whole sets of elements at once, and makes the search for the nearest of many known compounds exact and fast.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import SAME
from superdrift.composition.element_sets import group_by_element_set
from superdrift.composition.vector import atomic_fractions, sparse_rows
from superdrift.run.compiled import is_compiled, is_interpreted, kernel, prange

FEW_PAIRS = 5_000_000
"""Pairs of query and known compound up to which all are compared at once (a second or two) as long as no code is
compiled; what is found is the same."""
_PAIRS_AT_ONCE = 1_000_000
"""Pairs in one array: bounds the memory."""


class CompositionIndex:
    """Nearest known compositions of many queries.

    Args:
        amounts: (m, 96) atoms per formula unit of the known compounds.
    """

    def __init__(self, amounts: NDArray[np.floating]) -> None:
        fractions = atomic_fractions(amounts)
        sets = group_by_element_set(fractions)
        self._rows, self._starts = sets.rows, sets.starts
        self._bounds, self._elements, self._fractions = sparse_rows(fractions[self._rows])

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
        fractions = atomic_fractions(amounts)
        few = len(fractions) * len(self._rows) <= FEW_PAIRS and not is_compiled(_nearest)
        few |= is_interpreted(_nearest, len(fractions))
        return (_nearest_of_few if few else _nearest)(
            fractions, k, SAME if others else -1.0, metric == "euclidean",
            self._rows, self._starts, self._bounds, self._elements, self._fractions,
        )  # fmt: skip


@kernel
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


def _nearest_of_few(
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
    """As `_nearest`, bit for bit, by arrays of all pairs: sums run over the elements in the same order."""
    del starts
    holder = np.repeat(np.arange(len(rows)), np.diff(bounds))
    order = np.argsort(elements, kind="stable")
    ends = np.searchsorted(elements[order], np.arange(queries.shape[1] + 1))
    held = [(holder[order[a:b]], fractions[order[a:b]]) for a, b in pairwise(ends)]
    distance = np.full((len(queries), k), 2.0 if euclidean else 1.0)
    nearest = np.full((len(queries), k), -1)
    size = max(1, _PAIRS_AT_ONCE // max(1, len(rows)))
    for first in range(0, len(queries), size):
        apart = _distances(queries[first : first + size], held, len(rows), euclidean=euclidean)
        apart[apart <= same] = np.inf
        for query, row in enumerate(apart, start=first):
            found = _smallest(row, rows, k)
            distance[query, : len(found)], nearest[query, : len(found)] = row[found], rows[found]
    return distance, nearest


def _smallest(apart: NDArray[np.float64], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Places of the k smallest finite distances, nearest first, of equal ones the first row."""
    bound = np.partition(apart, k - 1)[k - 1] if len(apart) > k else np.inf
    near = np.flatnonzero((apart <= bound) & (apart < np.inf))
    return near[np.lexsort((rows[near], apart[near]))[:k]]


def _distances(
    queries: NDArray[np.float64], held: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]], known: int, *,
    euclidean: bool,
) -> NDArray[np.float64]:  # fmt: skip
    """(n, m) distances of fractions; inf where no element is shared.

    Args:
        queries: (n, 96) fractions.
        held: for each element the known compounds that hold it, and their fractions of it.
        known: how many compounds are known.
        euclidean: the metric.
    """
    common, whole = np.zeros((len(queries), known)), np.ones((len(queries), 1))
    shared = np.zeros((len(queries), known), dtype=bool)
    if euclidean:
        whole = (queries * queries).cumsum(axis=1)[:, -1:]
    for element, (holders, other) in enumerate(held):
        for query in range(len(queries)) if len(holders) else ():
            own = queries[query, element]
            if euclidean:
                common[query, holders] += other * (2 * own - other)
            elif own > 0:
                common[query, holders] += np.minimum(own, other)
            if own > 0:
                shared[query, holders] = True
    apart = np.maximum(0.0, whole - common)
    return np.where(shared, np.sqrt(apart) if euclidean else apart, np.inf)
