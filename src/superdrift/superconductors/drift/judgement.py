"""What a climb is worth by a judge that knows nothing of it: one candidate per start, frozen before it is judged.

The judge is another model (trees on features of elements, charges and neighbours) that learned from other compounds
(`drift.halves`); where it calls itself inapplicable, the candidate has failed. What predictor and judge disagree by on
compounds that nobody climbed to is no exploitation: it grows with the predicted Tc alone (Langevin et al., J. Chem.
Inf. Model. 62, 3831 (2022)), and `ordinary_gap` measures it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Gate = Callable[[NDArray[np.float32]], NDArray[np.bool_]]
"""(n, 96) amounts → (n,) whether the checks pass."""
NONE = -1
"""Place of a candidate where there is none."""


class Judge(Protocol):
    """Estimates of Tc of (n, 96) amounts: columns `tc_k`, `tc_low_k`, `tc_high_k` and `applicable`, each (n,)."""

    def estimate(self, amounts: NDArray[np.floating]) -> dict[str, NDArray[np.generic]]:
        """The estimates."""


@dataclass(frozen=True)
class Found:
    """Compounds that a search from several starts has met.

    Attributes:
        start: (p,) number of the start.
        amounts: (p, 96) atoms per formula unit.
        value: (p,) by the search's own objective, K.
        call: (p,) calls of the predictor, of this start's, after which it was met.
    """

    start: NDArray[np.int64]
    amounts: NDArray[np.float32]
    value: NDArray[np.float64]
    call: NDArray[np.int64]


def choose(found: Found, starts: int, gate: Gate, *, most: int) -> NDArray[np.int64]:
    """One candidate for each start: of the `most` best by the search's own objective the first that passes.

    Args:
        found: what was met.
        starts: how many there are.
        gate: the checks.
        most: how many are checked.

    Returns:
        (starts,) places in `found`; `NONE` where none of them passes.
    """
    best = np.lexsort([found.call, -found.value, found.start])
    distinct = best[_first_of_each(found.start[best], found.amounts[best])]
    rank = np.arange(len(distinct)) - np.searchsorted(found.start[distinct], found.start[distinct])
    tried = distinct[(rank < most) & np.isfinite(found.value[distinct])]
    passes = gate(found.amounts[tried]) if len(tried) else np.zeros(0, dtype=bool)
    chosen = np.full(starts, NONE)
    for place in tried[passes][::-1]:  # the best is written last
        chosen[found.start[place]] = place
    return chosen


def gains(
    chosen: NDArray[np.int64], found: Found, judge: Judge, start_tc_k: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Judged Tc of each candidate less that of its start, K; 0 without a candidate, or where the judge abstains.

    Args:
        chosen: of `choose`.
        found: what was met.
        judge: of Tc.
        start_tc_k: (starts,) Tc of the starts by the same judge, K.
    """
    gain, there = np.zeros(len(chosen)), np.flatnonzero(chosen != NONE)
    if len(there):
        judged = judge.estimate(found.amounts[chosen[there]])
        gain[there] = np.where(judged["applicable"], judged["tc_k"] - start_tc_k[there], 0.0)
    return gain


def ordinary_gap(
    predicted: NDArray[np.float64], judged: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """What predictor and judge disagree by on compounds that were not climbed to, by the predicted Tc.

    A line through the differences; beyond the largest predicted Tc it stays what it is there.

    Args:
        predicted: (n,) of such compounds by the predictor, K.
        judged: (n,) by the judge, K.
    """
    slope, level = np.polyfit(predicted, predicted - judged, 1)
    low, high = predicted.min(), predicted.max()
    return lambda values: level + slope * np.clip(values, low, high)


def best_so_far(found: Found, starts: int, calls: int, top: int) -> NDArray[np.float64]:
    """Mean value of the `top` best distinct compounds after each call, averaged over the calls, for each start, K.

    The area under the curve of the top compounds against calls, by which PMO compares optimisers (Gao et al., NeurIPS
    2022), in units of the objective; before so many are met the missing ones count 0.

    Args:
        found: what was met.
        starts: how many there are.
        calls: budget of each.
        top: how many count.
    """
    areas = np.zeros(starts)
    order = np.lexsort([found.call, found.start])
    order = order[_first_of_each(found.start[order], found.amounts[order])]
    for number, rows in _by_start(found.start[order]):
        places = order[rows]
        held, last, area = np.zeros(top), 0, 0.0
        for call, value in zip(found.call[places], found.value[places], strict=True):
            if value > held[0]:
                area += held.mean() * (min(call, calls) - last)
                last = min(call, calls)
                held[0] = value
                held.sort()
        areas[number] = (area + held.mean() * (calls - last)) / calls
    return areas


def _by_start(start: NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Runs of equal numbers."""
    ends = np.flatnonzero(np.diff(start, append=NONE - 1)) + 1
    for low, high in zip([0, *ends[:-1]], ends, strict=True):
        yield int(start[low]), slice(int(low), int(high))


def _first_of_each(start: NDArray[np.int64], amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Places of the first of equal compounds of one start, rising."""
    keys = np.ascontiguousarray(np.column_stack([start.astype(np.float32), amounts]))
    rows = keys.view([("", keys.dtype)] * keys.shape[1]).ravel()
    return np.sort(np.unique(rows, return_index=True)[1])
