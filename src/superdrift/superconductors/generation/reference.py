"""The reference that samples are drawn around: its vector, and what the compounds that were trained on know of it."""

import logging

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import superconducting

COLUMNS = ("family", "superconducting", "amounts")
"""Columns of compounds.parquet that are read."""
_SAME = 1e-6
"""Half L1 distance of atomic fractions; compounds nearer than this are one."""

logger = logging.getLogger("superdrift")


def reference_vector(formula: str) -> NDArray[np.float32]:
    """A formula as a vector (96,) of atoms per formula unit.

    Raises:
        InputError: for a formula that cannot be read, an element beyond Z = 96, or amounts that are all zero; it names
            the formula.
    """
    amounts = parse_formula(formula)
    try:
        y = to_vector(amounts)
    except InputError as error:
        raise InputError(f"{formula}: {error}") from None
    if not y.any():
        raise InputError(f"{formula}: all amounts are zero; write a compound like La1.85Sr0.15CuO4")
    return y


def read_reference(formula: str, compounds: pa.Table, family: str) -> NDArray[np.float32]:
    """The reference as a vector (96,) of atoms per formula unit.

    The log says where it is itself a superconductor of the family, which the model may have been trained on, and warns
    of elements that none of them has.

    Args:
        formula: of the reference.
        compounds: table with COLUMNS.
        family: of the model.

    Raises:
        InputError: as `reference_vector`.
    """
    y = reference_vector(formula)
    rows = members(compounds["family"].to_pylist(), family) & superconducting(compounds)
    amounts = matrix(compounds["amounts"])[rows]
    unseen = [SYMBOLS[place] for place in np.flatnonzero((y > 0) & ~(amounts > 0).any(axis=0))]
    if unseen:
        logger.warning(
            "%s: none of the %s superconductors of %s has %s, so the model has never seen it; samples with it mean"
            " little", formula, f"{len(amounts):,}", family, ", ".join(unseen),
        )  # fmt: skip
    fractions = amounts / amounts.sum(axis=1, keepdims=True)
    if (np.abs(fractions - y / y.sum()).sum(axis=1) / 2 < _SAME).any():
        logger.info("%s is itself a known superconductor of %s, and may have been trained on", formula, family)
    return y
