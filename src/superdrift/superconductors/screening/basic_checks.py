"""The published basic checks: two decimals, noise floor, nothing negative, number of elements in a range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.vector import round_amounts


@dataclass(frozen=True)
class Basic:
    """Outcome of the basic checks of n rows.

    Attributes:
        amounts: (n, 96) float32, atoms per formula unit, after rounding and noise floor.
        n_elements: (n,) number of elements with an amount other than 0.
        compound: (n,) whether the row describes a compound at all: finite, nothing negative, something
            positive.
        passed: (n,) whether it passes every check.
        failure: (n,) why not; None where passed.
    """

    amounts: NDArray[np.float32]
    n_elements: NDArray[np.int64]
    compound: NDArray[np.bool_]
    passed: NDArray[np.bool_]
    failure: NDArray[np.object_]


def basic_checks(
    amounts: NDArray[np.floating], *, n_elements: Sequence[int], noise_floor: float, exact: bool = False
) -> Basic:
    """Post-process and check samples as published (SuperDiff, Methods).

    Args:
        amounts: (n, 96) atoms per formula unit, as drawn.
        n_elements: fewest and most elements.
        noise_floor: absolute amounts below this become 0.
        exact: leave amounts as they are; for compounds from a table, whose digits are no noise.
    """
    finite = np.isfinite(amounts).all(axis=1)
    given = np.where(finite[:, None], amounts, 0.0)
    clean = given.astype(np.float32) if exact else round_amounts(given, noise_floor=noise_floor)
    count = np.count_nonzero(clean, axis=1)
    negative = (clean < 0).any(axis=1)
    fewest, most = n_elements
    failure = np.full(len(clean), None, dtype=object)
    for row in np.flatnonzero((count < fewest) | (count > most)):
        plural = "element" if count[row] == 1 else "elements"
        failure[row] = f"{count[row]} {plural}, not {fewest} to {most}"
    failure[count == 0] = "no element is left"
    for row in np.flatnonzero(negative):
        worst = int(clean[row].argmin())
        failure[row] = f"negative amount of {SYMBOLS[worst]} ({clean[row, worst]:.2f})"
    failure[~finite] = "an amount is not a finite number"
    return Basic(clean, count, finite & ~negative & (count > 0), failure == None, failure)  # noqa: E711 - elementwise
