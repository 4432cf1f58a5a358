"""A known compound in which one element makes room for another, wholly or in part.

Which elements replace each other is drawn from data-mined probabilities (Hautier et al., Inorg. Chem. 50, 656 (2011),
as pymatgen has them) or from the neighbours in Pettifor's order (Pettifor, Solid State Commun. 51, 31 (1984)).
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.substitution import rows_to_one
from superdrift.superconductors.tc.features import element_property

GRID = 0.01
"""Atoms per formula unit; step of the amounts that are written, as the generator writes them."""


def pettifor(reach: int) -> NDArray[np.float64]:
    """(96, 96) equal chances for the elements at most `reach` places away in Pettifor's order (Mendeleev numbers)."""
    order = np.argsort(element_property("mendeleev_no"), kind="stable")
    place = np.argsort(order, kind="stable")
    apart = np.abs(place[:, None] - place[None, :])
    return rows_to_one(((apart > 0) & (apart <= reach)).astype(np.float64))


def substituted(
    known: NDArray[np.float32],
    chances: NDArray[np.float64],
    n: int,
    *,
    whole_share: float,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """Known compounds with one element replaced, wholly or by a part drawn uniformly.

    Args:
        known: (m, 96) atoms per formula unit.
        chances: (96, 96) of `composition.substitution.data_mined` or `pettifor`.
        n: how many.
        whole_share: share of them in which the whole amount is replaced.
        generator: draws compound, element, replacement and part.

    Returns:
        (n, 96) atoms per formula unit, on the grid of hundredths.
    """
    rows = known[generator.integers(len(known), size=n)]
    return replaced(rows, chances, whole_share=whole_share, generator=generator)


def replaced(
    rows: NDArray[np.float32], chances: NDArray[np.float64], *, whole_share: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Every row with one element replaced, wholly or by a part drawn uniformly.

    Args:
        rows: (n, 96) atoms per formula unit.
        chances: as in `substituted`.
        whole_share: likewise.
        generator: draws replacement and part.

    Returns:
        (n, 96) atoms per formula unit, on the grid of hundredths.
    """
    amounts, n = rows.astype(np.float64), len(rows)
    replaceable = (amounts > 0) & (chances.sum(axis=1) > 0)
    leaving = np.where(replaceable, generator.random(amounts.shape), -1.0).argmax(axis=1)
    drawn = (chances.cumsum(axis=1)[leaving] < generator.random(n)[:, None] * chances.sum(axis=1)[leaving, None]).sum(1)
    place, whole = np.arange(n), generator.random(n) < whole_share
    present = amounts[place, leaving]
    part = np.where(whole, present, np.clip(np.round(generator.random(n) * present, 2), GRID, None))
    part = np.where(replaceable.any(axis=1), np.minimum(part, present), 0.0)
    amounts[place, leaving] -= part
    amounts[place, np.minimum(drawn, N_ELEMENTS - 1)] += part
    return np.round(amounts, 2).astype(np.float32)
