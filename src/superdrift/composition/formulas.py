"""Formulas of many compositions at once: the same texts as `formula` writes, for whole tables."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS, formula_order
from superdrift.composition.formula import shortest
from superdrift.composition.vector import shortest_decimal

_ORDER = np.array([ATOMIC_NUMBER[symbol] - 1 for symbol in sorted(SYMBOLS[:N_ELEMENTS], key=formula_order)])
_ORDERED = [SYMBOLS[index] for index in _ORDER]


def formulas(amounts: NDArray[np.float32]) -> list[str]:
    """(n, 96) amounts → formulas, elements by rising electronegativity, amounts as the shortest decimals."""
    ordered = np.asarray(amounts, dtype=np.float32)[:, _ORDER]
    rows, columns = np.nonzero(ordered)
    values, which = np.unique(ordered[rows, columns], return_inverse=True)
    return _join(len(ordered), rows, columns, [shortest(shortest_decimal(value)) for value in values], which)


def count_formulas(counts: NDArray[np.integer]) -> list[str]:
    """(n, 96) whole numbers of atoms → formulas; of `whole_counts` they are the reduced formulas."""
    ordered = np.asarray(counts)[:, _ORDER]
    rows, columns = np.nonzero(ordered)
    values, which = np.unique(ordered[rows, columns], return_inverse=True)
    return _join(len(ordered), rows, columns, [str(value) for value in values], which)


def _join(
    n: int, rows: NDArray[np.int64], columns: NDArray[np.int64], texts: Sequence[str], which: NDArray[np.int64]
) -> list[str]:
    """Symbols and amounts of each row as one text; an amount of 1 is not written."""
    written = ["" if text == "1" else text for text in texts]
    pieces = [_ORDERED[c] + written[w] for c, w in zip(columns.tolist(), which.tolist(), strict=True)]
    ends = np.cumsum(np.bincount(rows, minlength=n)).tolist()
    return ["".join(pieces[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
