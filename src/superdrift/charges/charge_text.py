"""The charges that the charge check assigns, as text: `Y3+ Ba2+ Cu2.27+ O2-`."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS, SYMBOLS, formula_order

_ORDER = np.array([ATOMIC_NUMBER[symbol] - 1 for symbol in sorted(SYMBOLS[:N_ELEMENTS], key=formula_order)])


def charge_texts(charges: NDArray[np.float64]) -> NDArray[np.object_]:
    """(n, 96) charges in e, nan where absent → (n,) texts in the order of the formula; None where all are nan."""
    hundredths = np.rint(charges[:, _ORDER] * 100)
    rows, columns = np.nonzero(~np.isnan(hundredths))
    write: Callable[[int, int], str] = cache(_written)
    pieces = [
        write(column, charge)
        for column, charge in zip(columns.tolist(), hundredths[rows, columns].astype(int).tolist(), strict=True)
    ]
    ends = np.cumsum(np.bincount(rows, minlength=len(charges))).tolist()
    texts = np.full(len(charges), None, dtype=object)
    for row, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        if end > start:
            texts[row] = " ".join(pieces[start:end])
    return texts


def _written(column: int, hundredths: int) -> str:
    size = f"{abs(hundredths) / 100:.2f}".rstrip("0").rstrip(".")
    return SYMBOLS[_ORDER[column]] + size + ("-" if hundredths < 0 else "+" if hundredths else "")
