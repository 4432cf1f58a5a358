"""Compiled: the fewest hundredths of atoms that bring a sum of charges where it should be.

One linear condition on the amounts: each hundredth of an element changes the sum by a fixed gain, so taking the
elements of the largest gain first takes the fewest.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.run.compiled import helper, kernel, prange

OUT_OF_REACH = 1 << 30
"""Number of moves, in hundredths of an atom, that stands for: cannot be reached; above any that a tolerance allows."""


@kernel
def reach_interval(
    hundredths: NDArray[np.int64],
    charges: NDArray[np.float64],
    redox: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    most: int,
) -> NDArray[np.int64]:
    """Fewest hundredths that bring −Σ q h / h_redox into one of the intervals; rows of −1 where none suffice."""
    result = np.full_like(hundredths, -1)
    for row in prange(len(hundredths)):
        counts, ion = hundredths[row], redox[row]
        best = OUT_OF_REACH
        gain = charges[row].copy()
        for i in range(low.shape[1]):
            for end in (low[row, i], high[row, i]):
                if np.isnan(end):
                    continue
                # With the ion at the end of the interval the charges must cancel from the valence's side.
                gain[ion] = end
                total = 0.0
                for e in range(len(gain)):
                    total += gain[e] * counts[e]
                moves = np.zeros(len(gain), dtype=np.int64)
                used = _spend(counts, gain, total, most, moves)
                if used < best:
                    best = used
                    result[row] = counts + moves
    return result


@kernel
def cancel(
    hundredths: NDArray[np.int64], charges: NDArray[np.float64], slack: NDArray[np.float64], most: int
) -> NDArray[np.int64]:
    """Fewest hundredths that bring |Σ q h| down to the slack; rows of −1 where none suffice."""
    result = np.full_like(hundredths, -1)
    for row in prange(len(hundredths)):
        total = 0.0
        for e in range(hundredths.shape[1]):
            total += charges[row, e] * hundredths[row, e]
        excess = np.sign(total) * max(0.0, abs(total) - slack[row])
        moves = np.zeros(hundredths.shape[1], dtype=np.int64)
        if _spend(hundredths[row], charges[row], excess, most, moves) < OUT_OF_REACH:
            result[row] = hundredths[row] + moves
    return result


@helper
def _spend(
    counts: NDArray[np.int64], gain: NDArray[np.float64], total: float, most: int, moves: NDArray[np.int64]
) -> int:
    """Bring `total` to 0 or just past it, by units of the largest gain first, which takes the fewest.

    Each unit of element e changes the total by gain[e]. Fills `moves`; returns their number, OUT_OF_REACH if not
    enough.
    """
    direction = -1.0 if total > 0 else 1.0
    need, used = abs(total), 0
    order = np.argsort(-np.abs(gain))
    for e in order:
        if need <= 1e-9:
            break
        size = abs(gain[e])
        if counts[e] == 0 or size < 1e-9:
            continue
        rises = gain[e] * direction > 0
        room = most if rises else min(most, counts[e] - 1)
        units = min(room, np.int64(np.ceil((need - 1e-9) / size)))
        moves[e] = units if rises else -units
        need -= units * size
        used += units
    return used if need <= 1e-9 else OUT_OF_REACH
