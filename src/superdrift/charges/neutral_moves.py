"""Compiled: the nearest composition that is exactly neutral in whole oxidation states, in Pauling's order.

All assignments are walked as the published rule walks them. For each, the units that cancel its charge are sought
depth first with a budget that grows from the fewest that could do, so that the first success is the nearest.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.moves import OUT_OF_REACH
from superdrift.charges.oxidation_state_sets import OxidationSet
from superdrift.charges.smact_rule import MAX_SEARCHED_ELEMENTS, following_assignment
from superdrift.run.compiled import helper, kernel, prange


def neutral_nearest(hundredths: NDArray[np.int64], data: OxidationSet, most: int) -> NDArray[np.int64]:
    """The nearest rows that are neutral in whole oxidation states and keep Pauling's order; as given without one."""
    return _neutral(hundredths, data.states, data.number, data.electronegativity, data.metal, most)


@kernel
def _neutral(
    hundredths: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    metal: NDArray[np.bool_],
    most: int,
) -> NDArray[np.int64]:
    result = hundredths.copy()
    for row in prange(len(hundredths)):
        elements = np.flatnonzero(hundredths[row] > 0)
        if len(elements) < 2 or len(elements) > MAX_SEARCHED_ELEMENTS or metal[elements].all():
            continue
        if np.isnan(electronegativity[elements]).any() or (number[elements] == 0).any():
            continue
        elements = elements[np.argsort(electronegativity[elements])]
        best = np.zeros(len(elements), dtype=np.int64)
        if _best_moves(hundredths[row][elements], elements, states, number, electronegativity, most, best):
            for i in range(len(elements)):
                result[row, elements[i]] += best[i]
    return result


@helper
def _best_moves(
    counts: NDArray[np.int64],
    elements: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    most: int,
    best: NDArray[np.int64],
) -> bool:
    """Keep, of all assignments in Pauling's order, the cheapest to make neutral; fills `best`."""
    k = len(elements)
    slack = 0  # most charge that moves within the tolerance can cancel
    for e in elements:
        slack += most * np.abs(states[e, : number[e]]).max()
    fewest, at = OUT_OF_REACH, 0
    chosen, turn = np.zeros(k, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    while fewest > 0:
        at = following_assignment(at, counts, elements, states, number, electronegativity, slack, chosen, turn)
        if at < 0:
            break
        fewest = _cheapest(counts, chosen, (counts * chosen).sum(), most, fewest, best)
    return fewest < OUT_OF_REACH


@helper
def _cheapest(
    counts: NDArray[np.int64], charges: NDArray[np.int64], total: int, most: int, fewest: int, best: NDArray[np.int64]
) -> int:
    """Fewest units that make Σ charges · (counts + units) vanish exactly, if fewer than `fewest`; fills `best`."""
    order = np.argsort(-np.abs(charges))
    size = np.abs(charges)[order]
    if size[0] == 0:
        if total == 0 and fewest > 0:
            best[:] = 0
            return 0
        return fewest
    # The fewest units that could do; one more each time until they do, so that every search stays narrow.
    for budget in range((abs(total) + size[0] - 1) // size[0], min(fewest, most * len(counts) + 1)):
        if _within(counts, charges, order, size, total, most, budget, best):
            return budget
    return fewest


@helper
def _within(
    counts: NDArray[np.int64],
    charges: NDArray[np.int64],
    order: NDArray[np.int64],
    size: NDArray[np.int64],
    total: int,
    most: int,
    budget: int,
    best: NDArray[np.int64],
) -> bool:
    """Whether `budget` units can cancel the total exactly: depth first, the largest charges first; fills `best`."""
    k = len(counts)
    rest, used = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    units, last = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    rest[0] = total
    i = 0
    if total == 0:
        best[:] = 0
        return True
    units[0], last[0] = _range(counts[order[0]], budget, most)
    while i >= 0:
        units[i] += 1
        if units[i] > last[i]:
            i -= 1
            continue
        rest[i + 1] = rest[i] + units[i] * charges[order[i]]
        used[i + 1] = used[i] + abs(units[i])
        if rest[i + 1] == 0:
            best[:] = 0
            for j in range(i + 1):
                best[order[j]] = units[j]
            return True
        following = size[i + 1] if i + 1 < k else 0
        if following == 0 or used[i + 1] + (abs(rest[i + 1]) + following - 1) // following > budget:
            continue
        i += 1
        units[i], last[i] = _range(counts[order[i]], budget - used[i], most)
    return False


@helper
def _range(count: int, budget: int, most: int) -> tuple[int, int]:
    """Units that an element may move by, within tolerance and budget, one hundredth remaining; the first less one."""
    cap = min(most, budget)
    return -min(cap, count - 1) - 1, cap
