"""Whole-number atom counts of many compositions at once: exact ones, and those of the published code."""

from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import integer_counts
from superdrift.composition.vector import from_vector

_DECIMALS = (2, 3, 4, 5, 6)


def whole_counts(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Smallest whole numbers in the proportion of the amounts, read as the decimals they stand for.

    Args:
        amounts: (n, 96) float32, atoms per formula unit, none negative, some positive in each row.

    Returns:
        (n, 96) int64 without a common divisor within a row.
    """
    digits, power, rest = _decimals(amounts)
    counts = digits * 10 ** (power.max(axis=1, keepdims=True, initial=0) - power) * (digits > 0)
    for row in rest:
        counts[row] = 0
        for symbol, count in integer_counts(from_vector(np.asarray(amounts[row], dtype=np.float32))).items():
            counts[row, ATOMIC_NUMBER[symbol] - 1] = count
    return counts // np.maximum(np.gcd.reduce(counts, axis=1), 1)[:, None]


def published_counts(amounts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Atoms in whole numbers as the code of SuperDiff makes them: the whole part of amount × common denominator.

    In floating point 0.57 · 100 is 56.99…, of which 56 remains; an amount can vanish. Kept for comparison with the
    published shares only.

    Args:
        amounts: (n, 96) float32, atoms per formula unit, none negative.

    Returns:
        (n, 96) int64.
    """
    digits, power, rest = _decimals(amounts)
    ten = 10**power
    common = np.lcm.reduce(np.where(digits > 0, ten // np.maximum(np.gcd(digits, ten), 1), 1), axis=1)
    counts = np.trunc(digits / ten * common[:, None]).astype(np.int64)
    for row in rest:
        exact = from_vector(np.asarray(amounts[row], dtype=np.float32))
        denominator = lcm(*(Fraction(amount).denominator for amount in exact.values()))
        for symbol, amount in exact.items():
            counts[row, ATOMIC_NUMBER[symbol] - 1] = int(float(amount) * denominator)
    return counts


def _decimals(amounts: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Each amount as digits / 10^power, both (n, 96), and the rows with an amount of more than six decimals.

    Values are scaled by the lowest power of ten at which the nearest whole number reads back as the same float32,
    which is what `shortest_decimal` means.
    """
    single = np.asarray(amounts, dtype=np.float32)
    rows, columns = np.nonzero(single)
    values = single[rows, columns]
    exact = values.astype(np.float64)
    found, power = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    todo = np.ones(len(values), dtype=bool)
    for decimals in _DECIMALS:
        scaled = np.rint(exact * 10**decimals)
        fits = todo & ((scaled / 10**decimals).astype(np.float32) == values)
        found[fits], power[fits] = scaled[fits].astype(np.int64), decimals
        todo &= ~fits
        if not todo.any():
            break
    digits, powers = np.zeros(single.shape, dtype=np.int64), np.zeros(single.shape, dtype=np.int64)
    digits[rows, columns], powers[rows, columns] = found, power
    return digits, powers, np.unique(rows[todo])
