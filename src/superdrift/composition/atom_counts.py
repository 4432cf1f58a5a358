"""Whole-number atom counts of many compositions at once: exact ones, and those of the published code.

An amount is read as the decimal it stands for: scaled by the lowest power of ten at which the nearest whole number
reads back as the same float32, which is what `vector.shortest_decimal` means. Compiled; the few rows with an amount of
more than six decimals are done with exact fractions.
"""

from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import integer_counts
from superdrift.composition.vector import from_vector
from superdrift.run.compiled import helper, kernel, prange

_MAX_DECIMALS = 6
"""Decimals of an amount that the compiled loop reads; those few of more are done with exact fractions, with equal
results."""


def whole_counts(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Smallest whole numbers in the proportion of the amounts.

    Args:
        amounts: (n, 96) float32, atoms per formula unit, none negative, some positive in each row.

    Returns:
        (n, 96) int64 without a common divisor within a row.
    """
    single = np.ascontiguousarray(amounts, dtype=np.float32)
    counts, done = _counts(single, False)
    for row in np.flatnonzero(~done):
        for symbol, count in integer_counts(from_vector(single[row])).items():
            counts[row, ATOMIC_NUMBER[symbol] - 1] = count
    return counts


def published_counts(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Atoms in whole numbers as the code of SuperDiff makes them: the whole part of amount × common denominator.

    In floating point 0.57 · 100 is 56.99…, of which 56 remains; an amount can vanish. Kept for comparison with the
    published shares only.

    Args:
        amounts: (n, 96) float32, atoms per formula unit, none negative.

    Returns:
        (n, 96) int64.
    """
    single = np.ascontiguousarray(amounts, dtype=np.float32)
    counts, done = _counts(single, True)
    for row in np.flatnonzero(~done):
        exact = from_vector(single[row])
        denominator = lcm(*(Fraction(amount).denominator for amount in exact.values()))
        for symbol, amount in exact.items():
            counts[row, ATOMIC_NUMBER[symbol] - 1] = int(float(amount) * denominator)
    return counts


@kernel
def _counts(amounts: NDArray[np.float32], published: bool) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Counts, and which rows they are done for; the others are left at 0."""
    counts, done = np.zeros(amounts.shape, dtype=np.int64), np.ones(len(amounts), dtype=np.bool_)
    for row in prange(len(amounts)):
        elements = np.flatnonzero(amounts[row])
        digits, ten = np.zeros(len(elements), dtype=np.int64), np.ones(len(elements), dtype=np.int64)
        common = 1
        for i in range(len(elements)):
            digits[i], ten[i] = _decimal(amounts[row, elements[i]])
            if ten[i] == 0:
                done[row] = False
                break
            denominator = ten[i] // np.gcd(digits[i], ten[i])
            common = common // np.gcd(common, denominator) * denominator
        if not done[row]:
            continue
        divisor = 0
        for i in range(len(elements)):
            if published:
                counts[row, elements[i]] = np.int64(digits[i] / ten[i] * common)
            else:
                counts[row, elements[i]] = digits[i] * common // ten[i]
                divisor = np.gcd(divisor, counts[row, elements[i]])
        if divisor > 1:
            for e in elements:
                counts[row, e] //= divisor
    return counts, done


@helper
def _decimal(value: np.float32) -> tuple[int, int]:
    """Digits and power of ten of an amount; power 0 where it has too many decimals."""
    ten = 100
    for _ in range(2, _MAX_DECIMALS + 1):
        scaled = np.rint(np.float64(value) * ten)
        if np.float32(scaled / ten) == value:
            return np.int64(scaled), ten
        ten *= 10
    return 0, 0
