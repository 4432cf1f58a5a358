"""Distance to the convex hull of known compounds: from predicted energies, known competitors only, hence optimistic.

It is not the energy above the hull of a phase diagram: the energies are a network's, errors of the compound and of its
competitors do not cancel, no structure is known, and a competitor that nobody has listed is missing. A compound far
above this hull decomposes if the energies are right; one below it may still decompose into something unlisted.

For a composition x (atomic fractions) the hull is the linear programme

    min Σ wᵢ Eᵢ   subject to   Σ wᵢ xᵢ = x,  w ≥ 0,

over the known compounds whose elements x holds, and the elements themselves at 0 eV/atom. It has as many constraints
as x has elements, and the elements are a basis to start from: a compiled simplex method on a matrix of that size takes
microseconds. Queries of the same elements share the search for their competitors.
"""

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import SAME
from superdrift.composition.element_sets import group_by_element_set, holds, mask_of_elements
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.run.compiled import helper, kernel, prange

NEAR_HULL = 0.05
"""eV/atom; compounds no farther above the hull count as stable or nearly so: about the error of a distance. Fixed, so
that scores of different runs compare."""
_QUERIES_PER_TASK = 64
"""Most queries that one task of the parallel loop takes; no result depends on it."""
_REDUCED_COST_TOLERANCE = 1e-11
"""eV/atom; reduced costs above minus this count as none: rounding, far below any error of an energy."""
_PIVOT_TOLERANCE = 1e-10
"""Entries of a column up to this cannot leave the basis: rounding."""
_RATIO_TOLERANCE = 1e-14
"""Ratios of the ratio test closer than this are equal: rounding."""
_DANTZIG_STEPS = 60
"""Steps by Dantzig's rule (steepest) before Bland's takes over, which cannot cycle; the optimum is the same."""
_MAX_STEPS = 20_000
"""Steps after which a programme is given up as numerically hopeless; never met."""


class Hull:
    """The lower convex hull of known compounds and the elements.

    Compounds at or above 0 eV/atom cannot lower the hull and are dropped, elements are at 0 by definition, and of equal
    compositions the lowest energy counts.

    Args:
        amounts: (m, 96) atoms per formula unit of the known compounds.
        energies: (m,) formation energies, eV/atom; NaN where unknown.
    """

    def __init__(self, amounts: NDArray[np.floating], energies: NDArray[np.floating]) -> None:
        exact, energy = np.asarray(amounts, dtype=np.float64), np.asarray(energies, dtype=np.float64)
        rows = np.flatnonzero((energy < 0) & ((exact > 0).sum(axis=1) > 1))
        rows = rows[np.argsort(energy[rows], kind="stable")]
        fractions = atomic_fractions(exact[rows])
        kept = distinct_compositions(fractions) if len(rows) else np.zeros(0, dtype=np.int64)
        fractions, self._energies = fractions[kept], energy[rows][kept]
        self._sets = group_by_element_set(fractions)
        self._fractions, self._energies = fractions[self._sets.rows], self._energies[self._sets.rows]

    def distance(
        self, amounts: NDArray[np.floating], energies: NDArray[np.floating], *, others: bool = False
    ) -> NDArray[np.float64]:
        """How far compounds lie above the hull, eV/atom; negative: below all mixtures of known compounds.

        Args:
            amounts: (n, 96) atoms per formula unit.
            energies: (n,) formation energies, eV/atom.
            others: leave out known compounds of the very same composition (queries that are known themselves).

        Returns:
            (n,) NaN where the energy is, or where a row is no compound.
        """
        return np.asarray(energies, dtype=np.float64) - self.lowest(amounts, others=others)

    def competitors(self, amounts: NDArray[np.floating]) -> NDArray[np.int64]:
        """(n,) how many known compounds, none of the very same composition, lie in the hull of (n, 96) compositions."""
        sets, sizes = group_by_element_set(np.asarray(amounts)), np.diff(self._sets.starts)
        number = np.zeros(len(amounts), dtype=np.int64)
        for i, mask in enumerate(sets.masks):
            held = (self._sets.masks & ~mask == 0).all(axis=1)
            number[sets.rows[sets.starts[i] : sets.starts[i + 1]]] = sizes[held].sum()
        return number - (self._index.nearest(amounts)[0] <= SAME)

    @cached_property
    def _index(self) -> CompositionIndex:
        return CompositionIndex(self._fractions)

    def lowest(self, amounts: NDArray[np.floating], *, others: bool = False) -> NDArray[np.float64]:
        """(n,) energy of the hull at (n, 96) compositions, eV/atom; NaN where a row is no compound."""
        exact = np.asarray(amounts, dtype=np.float64)
        found = np.full(len(exact), np.nan)
        rows = np.flatnonzero((exact >= 0).all(axis=1) & (exact > 0).any(axis=1))
        if len(rows) == 0:
            return found
        fractions = atomic_fractions(exact[rows])
        sets = group_by_element_set(fractions)
        tasks = (np.arange(*pair, _QUERIES_PER_TASK) for pair in pairwise(sets.starts))
        bounds = np.concatenate([*tasks, sets.starts[-1:]])
        found[rows[sets.rows]] = _lowest(
            fractions[sets.rows], bounds, self._sets.masks, self._sets.starts, self._fractions, self._energies,
            SAME if others else -1.0,
        )  # fmt: skip
        return found


@kernel
def _lowest(
    queries: NDArray[np.float64],
    bounds: NDArray[np.int64],
    sets: NDArray[np.uint64],
    starts: NDArray[np.int64],
    fractions: NDArray[np.float64],
    energies: NDArray[np.float64],
    same: float,
) -> NDArray[np.float64]:
    """Hull energy (n,) of queries; those between two `bounds` hold the same elements."""
    result = np.empty(len(queries))
    for task in prange(len(bounds) - 1):
        first, last = bounds[task], bounds[task + 1]
        elements = np.flatnonzero(queries[first] > 0)
        held = mask_of_elements(elements)
        number = 0
        chosen = np.empty(len(sets), dtype=np.int64)
        total = 0
        for s in range(len(sets)):
            if holds(held, sets[s]):
                chosen[number] = s
                number += 1
                total += starts[s + 1] - starts[s]
        size = len(elements)
        columns, costs = np.zeros((size + total, size)), np.zeros(size + total)
        for k in range(size):  # the elements come first
            columns[k, k] = 1.0
        row = size
        for i in range(number):
            for phase in range(starts[chosen[i]], starts[chosen[i] + 1]):
                for k in range(size):
                    columns[row, k] = fractions[phase, elements[k]]
                costs[row] = energies[phase]
                row += 1
        for q in range(first, last):
            result[q] = _minimum(columns, costs, queries[q][elements], same)
    return result


@helper
def _minimum(columns: NDArray[np.float64], costs: NDArray[np.float64], x: NDArray[np.float64], same: float) -> float:
    """Revised simplex method from the basis of the elements; NaN where it does not end.

    Args:
        columns: (m, k) composition of each phase; the first k are the elements.
        costs: (m,) its energy, eV/atom.
        x: (k,) composition asked for, all above 0.
        same: phases within this half L1 distance of x are left out.
    """
    size = len(x)
    inverse, weight, cost = np.eye(size), x.copy(), np.zeros(size)
    basis = np.arange(size)
    duals, entering = np.zeros(size), np.empty(size)
    allowed = _others(columns, x, same)
    for step in range(_MAX_STEPS):
        column = _entering(columns, costs, duals, allowed, bland=step >= _DANTZIG_STEPS)
        if column < 0:
            return (cost * weight).sum()
        for i in range(size):
            entering[i] = (inverse[i] * columns[column]).sum()
        place = _leaving(entering, weight, basis, bland=step >= _DANTZIG_STEPS)
        if place < 0:
            break
        pivot = entering[place]
        inverse[place] /= pivot
        weight[place] /= pivot
        for i in range(size):
            if i != place:
                inverse[i] -= entering[i] * inverse[place]
                weight[i] = max(weight[i] - entering[i] * weight[place], 0.0)  # below 0 by rounding alone
        basis[place], cost[place] = column, costs[column]
        for k in range(size):
            duals[k] = (cost * inverse[:, k]).sum()
    return np.nan


@helper
def _others(columns: NDArray[np.float64], x: NDArray[np.float64], same: float) -> NDArray[np.bool_]:
    """(m,) phases farther than `same` from x, and the elements."""
    allowed = np.ones(len(columns), dtype=np.bool_)
    if same >= 0:
        for j in range(len(x), len(columns)):
            allowed[j] = np.abs(columns[j] - x).sum() / 2 > same
    return allowed


@helper
def _entering(
    columns: NDArray[np.float64],
    costs: NDArray[np.float64],
    duals: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    bland: bool,
) -> int:
    """Phase of the most negative reduced cost, or by Bland's rule the first of a negative one; −1: the optimum."""
    best, least = -1, -_REDUCED_COST_TOLERANCE
    for j in range(len(costs)):
        if allowed[j]:
            reduced = costs[j]
            for k in range(len(duals)):
                reduced -= columns[j, k] * duals[k]
            if reduced < least:
                best, least = j, reduced
                if bland:
                    break
    return best


@helper
def _leaving(entering: NDArray[np.float64], weight: NDArray[np.float64], basis: NDArray[np.int64], bland: bool) -> int:
    """Place that the entering phase takes, by the ratio test; −1 where none limits it.

    Of equal ratios the largest entry, which keeps the numbers accurate, or by Bland's rule the first phase.
    """
    place, least = -1, np.inf
    for i in range(len(weight)):
        if entering[i] > _PIVOT_TOLERANCE:
            ratio = weight[i] / entering[i]
            if place < 0 or ratio < least - _RATIO_TOLERANCE:
                place, least = i, ratio
            elif ratio <= least + _RATIO_TOLERANCE:
                if (basis[i] < basis[place]) if bland else (entering[i] > entering[place]):
                    place = i
                least = min(least, ratio)
    return place
