"""Exact amounts ↔ vectors of R^96: index = atomic number − 1, value = atoms per formula unit (SuperDiff, Methods)."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS
from superdrift.run.errors import InputError

_DECIMALS = 6
"""Atomic fractions that agree to so many decimals are one composition: single precision, in which amounts are stored,
keeps about seven digits."""


def to_vector(amounts: Mapping[str, Decimal]) -> NDArray[np.float32]:
    """Place exact amounts in a vector.

    Args:
        amounts: atoms per formula unit by symbol.

    Returns:
        (96,) float32. Each value reads back as the same decimal up to seven significant digits.

    Raises:
        InputError: for an element beyond Z = 96, or an amount that float32 cannot give back.
    """
    vector = np.zeros(N_ELEMENTS, dtype=np.float32)
    for symbol, amount in amounts.items():
        if ATOMIC_NUMBER[symbol] > N_ELEMENTS:
            raise InputError(f"element {symbol} (Z = {ATOMIC_NUMBER[symbol]}) lies beyond Z = {N_ELEMENTS}; drop it")
        value = np.float32(float(amount))
        if shortest_decimal(value) != amount:
            raise InputError(f"amount {amount} of {symbol} has more digits than single precision keeps; round it")
        vector[ATOMIC_NUMBER[symbol] - 1] = value
    return vector


def from_vector(vector: NDArray[np.float32]) -> dict[str, Decimal]:
    """Read exact amounts back: the inverse of `to_vector`; zero entries are dropped."""
    return {SYMBOLS[i]: shortest_decimal(vector[i]) for i in np.flatnonzero(vector)}


def shortest_decimal(value: np.float32) -> Decimal:
    """The decimal with the fewest digits that reads back as the same float32."""
    return Decimal(np.format_float_positional(value, unique=True, trim="-"))


def round_amounts(amounts: NDArray[np.floating], *, noise_floor: float) -> NDArray[np.float32]:
    """Post-processing of samples as published: two decimals, then amounts below the noise floor become zero.

    Args:
        amounts: (n, 96) atoms per formula unit, as drawn.
        noise_floor: absolute amounts below this become 0 (0.08 as published for continuous models; 0 for
            models that write exact hundredths).

    Returns:
        (n, 96) float32 on the 0.01 grid; negative amounts beyond the noise floor stay negative.
    """
    rounded = np.round(np.asarray(amounts, dtype=np.float64), 2)
    rounded[np.abs(rounded) < noise_floor] = 0.0
    return (rounded + 0.0).astype(np.float32)


def atomic_fractions(amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, 96) amounts → (n, 96) fractions of atoms, rows summing to 1."""
    exact = np.asarray(amounts, dtype=np.float64)
    return exact / exact.sum(axis=1, keepdims=True)


def sparse_rows(
    fractions: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(n, 96) rows as lists of the elements present: row r owns the entries bounds[r] to bounds[r + 1].

    Returns:
        bounds (n + 1,), elements and their fractions, both (entries,).
    """
    rows, elements = np.nonzero(fractions)
    bounds = np.r_[0, np.cumsum(np.bincount(rows, minlength=len(fractions)))]
    return bounds, elements, fractions[rows, elements]


def distinct_compositions(fractions: NDArray[np.float64]) -> NDArray[np.int64]:
    """First row of each composition among (n, 96) atomic fractions, in rising order."""
    rounded = np.ascontiguousarray(np.round(fractions, _DECIMALS) + 0.0, dtype=np.float32)  # + 0.0: no negative zero
    whole = rounded.view(np.dtype((np.void, rounded.itemsize * N_ELEMENTS))).ravel()
    return np.sort(np.unique(whole, return_index=True)[1])
