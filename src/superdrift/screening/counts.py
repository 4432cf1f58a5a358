"""Exact whole-number atom counts of many compositions at once."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import integer_counts
from superdrift.composition.vector import from_vector

_DECIMALS = (2, 3, 4, 5, 6)


def whole_counts(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Smallest whole numbers in the proportion of the amounts, read as the decimals they stand for.

    The fast path scales whole batches: each value by the lowest power of ten at which the nearest whole number
    reads back as the same float32, which is what `shortest_decimal` means. `formula.integer_counts` does the few
    rows with a value of more than six decimals.

    Args:
        amounts: (n, 96) float32, atoms per formula unit, none negative, some positive in each row.

    Returns:
        (n, 96) int64 without a common divisor within a row.
    """
    single = np.asarray(amounts, dtype=np.float32)
    exact = single.astype(np.float64)
    counts = np.zeros(single.shape, dtype=np.int64)
    decimals = np.zeros(single.shape, dtype=np.int64)
    todo = single != 0
    for digits in _DECIMALS:
        scaled = np.rint(exact * 10**digits)
        fits = todo & ((scaled / 10**digits).astype(np.float32) == single)
        counts[fits], decimals[fits] = scaled[fits].astype(np.int64), digits
        todo &= ~fits
        if not todo.any():
            break
    counts *= 10 ** (decimals.max(axis=1, keepdims=True, initial=0) - decimals) * (counts > 0)
    for row in np.flatnonzero(todo.any(axis=1)):
        counts[row] = 0
        for symbol, count in integer_counts(from_vector(single[row])).items():
            counts[row, ATOMIC_NUMBER[symbol] - 1] = count
    return counts // np.gcd.reduce(counts, axis=1)[:, None]
