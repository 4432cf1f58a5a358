"""Digit codec: a composition as eight slots of (element, integer, tenths, hundredths), exactly, and back.

The masked diffusion writes these tokens; the latent VAE reads the same digits per element. Amounts live on the
0.01 grid below 100 atoms per formula unit; whatever else is given is named by `representable`, never truncated.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.errors import InputError

N_SLOTS = 8
"""Most elements a token row can hold; 99.9 % of SuperCon has at most eight."""
MAX_INTEGER = 99
VOCABULARY = (N_ELEMENTS + 1, MAX_INTEGER + 1, 10, 10)
"""Sizes of the four token fields of a slot. Element token 0 is an empty slot; token Z is the element Z."""


def representable(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n, 96) → (n,) mask of the rows that tokens hold exactly (grid, range, number of elements)."""
    hundredths = np.asarray(amounts, dtype=np.float64) * 100
    on_grid = np.abs(hundredths - np.rint(hundredths)).max(axis=1) < 1e-3
    in_range = (hundredths >= 0).all(axis=1) & (np.rint(hundredths) < (MAX_INTEGER + 1) * 100).all(axis=1)
    count = (np.rint(hundredths) > 0).sum(axis=1)
    return on_grid & in_range & (count >= 1) & (count <= N_SLOTS)


def to_tokens(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → tokens; elements stand in order of rising atomic number, empty slots last.

    Args:
        amounts: (n, 96) atoms per formula unit, all representable.

    Returns:
        (n, 8, 4) int64: element, integer part, tenths, hundredths of each slot.

    Raises:
        InputError: for a row that tokens cannot hold exactly.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    if not representable(exact).all():
        row = int(np.flatnonzero(~representable(exact))[0])
        raise InputError(
            f"composition in row {row} is off the 0.01 grid or has over {N_SLOTS} elements; filter it first"
        )
    hundredths = np.rint(exact * 100).astype(np.int64)
    tokens = np.zeros((len(exact), N_SLOTS, 4), dtype=np.int64)
    rows, columns = np.nonzero(hundredths)
    slots = np.concatenate([np.arange(count) for count in np.bincount(rows, minlength=len(exact))] or [rows])
    values = hundredths[rows, columns]
    tokens[rows, slots, 0] = columns + 1
    tokens[rows, slots, 1] = values // 100
    tokens[rows, slots, 2] = values // 10 % 10
    tokens[rows, slots, 3] = values % 10
    return tokens


def from_tokens(tokens: NDArray[np.integer]) -> NDArray[np.float32]:
    """Tokens → (n, 96) float32 amounts; amounts of an element written in two slots add up."""
    element, integer, tenths, hundredths = np.moveaxis(np.asarray(tokens, dtype=np.int64), -1, 0)
    values = np.where(element > 0, integer * 100 + tenths * 10 + hundredths, 0)
    total = np.zeros((len(element), N_ELEMENTS + 1), dtype=np.int64)
    np.add.at(total, (np.arange(len(element))[:, None], element), values)
    return (total[:, 1:] / 100).astype(np.float32)


def to_digits(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → (n, 3, 96) digits (integer part, tenths, hundredths) of each element; rows must be representable."""
    hundredths = np.rint(np.asarray(amounts, dtype=np.float64) * 100).astype(np.int64)
    return np.stack([hundredths // 100, hundredths // 10 % 10, hundredths % 10], axis=1)


def from_digits(digits: NDArray[np.integer]) -> NDArray[np.float32]:
    """(n, 3, 96) digits → (n, 96) float32 amounts, the inverse of `to_digits`."""
    return (np.tensordot(np.asarray(digits, dtype=np.int64), [100, 10, 1], axes=(1, 0)) / 100).astype(np.float32)
