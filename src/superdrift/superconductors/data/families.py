"""Which family a compound belongs to, and which compounds a model is trained on."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.run.errors import InputError

COMPOUND_FAMILIES = ("cuprates", "pnictides", "others")
"""The three families; the numbers 1, 2, 3 of the SuperCon file with types, in this order."""

IRON_PARTNERS = ("As", "P", "Se", "Te")
"""Any of these beside iron makes a compound a pnictide."""

EVERYTHING = "everything"
"""All families together."""
MODEL_FAMILIES = (EVERYTHING, *COMPOUND_FAMILIES)
"""Families that a model may be trained on (SuperDiff, Table 1 calls them versions): everything, or one of the above."""


def family_of(elements: Collection[str]) -> str:
    """Family by elements: Cu and O → cuprates; else Fe with As, P, Se or Te → pnictides; else others."""
    present = set(elements)
    if {"Cu", "O"} <= present:
        return "cuprates"
    if "Fe" in present and present & set(IRON_PARTNERS):
        return "pnictides"
    return "others"


def families_of(amounts: NDArray[np.floating]) -> NDArray[np.str_]:
    """Families (n,) of (n, 96) compositions, by the rule of `family_of`."""
    copper, oxygen, iron = (amounts[:, ATOMIC_NUMBER[symbol] - 1] > 0 for symbol in ("Cu", "O", "Fe"))
    anion = (amounts[:, [ATOMIC_NUMBER[symbol] - 1 for symbol in IRON_PARTNERS]] > 0).any(axis=1)
    return np.select([copper & oxygen, iron & anion], COMPOUND_FAMILIES[:2], COMPOUND_FAMILIES[2])


def members(families: Sequence[str], family: str) -> NDArray[np.bool_]:
    """Mask of the compounds that belong to a family.

    Raises:
        InputError: for a family that does not exist.
    """
    if family not in MODEL_FAMILIES:
        raise InputError(f"unknown family '{family}'; choose one of {', '.join(MODEL_FAMILIES)}")
    column = np.asarray(families, dtype=object)
    return np.ones(len(column), dtype=bool) if family == EVERYTHING else column == family
