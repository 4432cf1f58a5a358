"""How far the chemistry of a composition is from that of known superconductors: what applicability is judged by.

Half the L1 distance of atomic fractions knows no chemistry: to it Ti and O are as unlike as Ti and Zr, and CO2 is near
any oxide. Novelty is the sum of four differences, averaged over the nearest superconductors:

- of the elements' properties (mean and deviation over the composition, in deviations over the periodic table);
- of the places in Mendeleev numbers, by the element mover's distance (Hargreaves et al., Chem. Mater. 32, 10610
  (2020)): how far atoms move along that scale to make one composition of the other;
- of the framework, what remains without the anions: half the L1 distance of its fractions;
- of the closed shell: whether the valence electrons fill the octets of the anions and no more (Mooser & Pearson,
  Acta Cryst. 12, 1015 (1959): 8 electrons per anion), as in NaCl, SiO2, CaCO3 or GaAs, but in few superconductors.

All are L1 distances of vectors, so that their sum is one too. The mean is over `NEAREST` superconductors: one
compound that stands alone among the known vouches for little.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.ion_charges import ANIONS
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.vector import atomic_fractions
from superdrift.run.compiled import is_interpreted, kernel, prange
from superdrift.superconductors.tc.features import element_property, element_property_table

NEAREST = 3
"""Superconductors that novelty is the mean distance to. Chosen with the weights below on held-out superconductors and
lists of compounds that nobody calls candidates (docs/methods/estimators.md); fixed: stored radii depend on it."""
PLACE_WEIGHT = 0.05
"""Per Mendeleev number that an average atom moves. See `NEAREST`."""
FRAMEWORK_WEIGHT = 0.25
"""Of half the L1 distance of the frameworks, 0 to 1. See `NEAREST`."""
OCTET_WEIGHT = 0.4
"""Of a closed shell against an open one. See `NEAREST`."""
OCTET_WIDTH = 0.05
"""Electrons per anion off the octet at which a shell counts as open. See `NEAREST`: dopants that make a superconductor
of an insulator bring as many."""

_OCTET = 8.0
"""Electrons per anion of a closed shell."""
_STEP = 16
"""Coordinates summed before the sum is compared with the nearest found so far; no result depends on it."""
_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS]
_BESIDE_OXYGEN = [ATOMIC_NUMBER[symbol] - 1 for symbol in ("O", "F", "Cl", "Br")]
"""Anions where there is oxygen: S, P, N and their like are then its partners in oxyanions."""


class KnownChemistry:
    """Known superconductors, as what novelty is measured from.

    Args:
        amounts: (m, 96) atoms per formula unit.
    """

    def __init__(self, amounts: NDArray[np.floating]) -> None:
        coordinates = _coordinates(amounts)
        # those that tell compounds apart come first, so that far ones are given up early
        self._order = np.argsort(-coordinates.var(axis=0), kind="stable") if len(coordinates) else np.arange(0)
        self._known = np.ascontiguousarray(coordinates[:, self._order])

    def novelty(self, amounts: NDArray[np.floating], *, limit: float = np.inf) -> NDArray[np.float64]:
        """Mean distance (n,) of (n, 96) compositions to the nearest known superconductors; inf without any.

        Args:
            amounts: atoms per formula unit.
            limit: beyond it a novelty need not be exact, only beyond it, which is found sooner.
        """
        if len(self._known) == 0:
            return np.full(len(amounts), np.inf)
        number = min(NEAREST, len(self._known))
        queries = np.ascontiguousarray(_coordinates(amounts)[:, self._order])
        search = _nearest_of_few if is_interpreted(_nearest, len(queries)) else _nearest
        return search(queries, self._known, number, number * limit)


def _coordinates(amounts: NDArray[np.floating]) -> NDArray[np.float32]:
    """Vectors (n, c) whose L1 distances are those of the module's first lines, for (n, 96) amounts."""
    x = atomic_fractions(amounts)
    table = _standardised()
    mean = x @ table
    deviation = np.sqrt(np.maximum(x @ table**2 - mean**2, 0.0))
    order, gaps = _scale()
    passing = np.cumsum(x[:, order], axis=1)[:, :-1]  # atoms that lie before each gap of the scale
    framework = x.copy()
    framework[:, _ANIONS] = 0.0
    total = framework.sum(axis=1, keepdims=True)
    framework = np.divide(framework, total, out=np.zeros_like(framework), where=total > 0)
    framework = np.concatenate([framework, total == 0], axis=1)  # anions alone are as far from any framework as can be
    parts = [mean / (2 * table.shape[1]), deviation / (2 * table.shape[1]), PLACE_WEIGHT * gaps * passing,
             FRAMEWORK_WEIGHT / 2 * framework, OCTET_WEIGHT * _closed_shell(x)[:, None]]  # fmt: skip
    return np.concatenate(parts, axis=1).astype(np.float32)


def _closed_shell(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """How nearly closed the shell is, (n,) 0 to 1, for (n, 96) fractions: 1 with 8 valence electrons per anion."""
    group = element_property("group")
    electrons = x @ np.where(group > 10, group - 10, group)  # filled d shells keep their electrons
    oxide = x[:, ATOMIC_NUMBER["O"] - 1] > 0
    anions = np.where(oxide, x[:, _BESIDE_OXYGEN].sum(axis=1), x[:, _ANIONS].sum(axis=1))
    per_anion = np.divide(electrons, anions, out=np.full(len(x), np.inf), where=anions > 0)
    return np.clip(1 - np.abs(per_anion - _OCTET) / OCTET_WIDTH, 0.0, 1.0)


@cache
def _standardised() -> NDArray[np.float64]:
    """(96, properties), each with mean 0 and deviation 1 over the elements."""
    table = element_property_table()
    return (table - table.mean(axis=0)) / table.std(axis=0)


@cache
def _scale() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Elements (96,) in the order of Mendeleev numbers, and the gaps (95,) between them."""
    place = element_property("mendeleev_no")
    order = np.argsort(place, kind="stable")
    return order, np.diff(place[order])


@kernel
def _nearest(queries: NDArray[np.float32], known: NDArray[np.float32], k: int, farthest: float) -> NDArray[np.float64]:
    """Mean L1 distance (n,) to the k nearest rows of `known`; inf where one of them is not nearer than `farthest`."""
    result = np.empty(len(queries))
    size = known.shape[1]
    for q in prange(len(queries)):
        best = np.full(k, np.inf)
        bound = farthest
        for row in range(len(known)):
            total = 0.0
            for start in range(0, size, _STEP):
                part = np.float32(0.0)
                for c in range(start, min(start + _STEP, size)):
                    part += abs(queries[q, c] - known[row, c])
                total += part
                if total >= bound:
                    break
            if total < bound:
                place = k - 1
                while place > 0 and best[place - 1] > total:
                    best[place] = best[place - 1]
                    place -= 1
                best[place] = total
                bound = min(farthest, best[k - 1])
        result[q] = best.mean()
    return result


def _nearest_of_few(
    queries: NDArray[np.float32], known: NDArray[np.float32], k: int, farthest: float
) -> NDArray[np.float64]:
    """As `_nearest`, bit for bit, by arrays: what the first coordinates put nearest bounds how far others may be."""
    result = np.empty(len(queries))
    for q, query in enumerate(queries):
        begun = _step(query, known, 0)
        first = np.argpartition(begun, k - 1)[:k]
        bound = _finished(query, known[first], begun[first], np.inf).max()
        near = np.flatnonzero(begun <= bound)
        total = np.sort(_finished(query, known[near], begun[near], bound))[:k]
        result[q] = total.mean() if total[-1] < farthest else np.inf
    return result


def _finished(
    query: NDArray[np.float32], known: NDArray[np.float32], begun: NDArray[np.float64], bound: float
) -> NDArray[np.float64]:
    """L1 distances (at most m,) of a query to (m, c) rows whose first `_STEP` are summed, those up to a bound."""
    total, rows = begun, np.arange(len(known))
    for start in range(_STEP, known.shape[1], _STEP):
        total = total + _step(query, known[rows], start)
        near = total <= bound
        total, rows = total[near], rows[near]
    return total


def _step(query: NDArray[np.float32], known: NDArray[np.float32], start: int) -> NDArray[np.float64]:
    """Differences (m,) of `_STEP` coordinates, summed one after another in single precision."""
    apart = np.abs(query[start : start + _STEP] - known[:, start : start + _STEP])
    return apart.cumsum(axis=1, dtype=np.float32)[:, -1].astype(np.float64)
