"""Compounds that a climb starts from: one formula, or a set drawn from the known superconductors of a family."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.generation.conditions import conditions

logger = logging.getLogger("superdrift")

COLUMNS = ("amounts", "family", "tc_consensus_k", "superconducting", "flags")
"""Columns of compounds.parquet that the choice needs."""


class Starts(NamedTuple):
    """Compounds to start from.

    Attributes:
        amounts: (s, 96) atoms per formula unit.
        tc_k: (s,) K, as measured, or as the nearest known compound's.
    """

    amounts: NDArray[np.float32]
    tc_k: NDArray[np.float64]

    def own(self) -> Tensor:
        """(s, 2) classes of family and Tc."""
        return conditions(self.amounts, self.tc_k)


def one_start(formula: str, compounds: pa.Table) -> Starts:
    """The start with a formula; its Tc is that of the nearest known superconductor.

    Args:
        formula: of the start.
        compounds: table with COLUMNS.

    Raises:
        InputError: for no formula.
    """
    amounts = to_vector(parse_formula(formula)).astype(np.float32)[None]
    rows = np.flatnonzero(superconducting(compounds))
    known = matrix(compounds["amounts"])[rows].astype(np.float64)
    known /= known.sum(axis=1, keepdims=True)
    distance = np.abs(known - amounts / amounts.sum()).sum(axis=1) / 2
    nearest = distance.argmin()
    tc_k = _consensus(compounds)[rows[nearest]]
    logger.info("start %s: read as a compound of %.1f K, as the nearest known superconductor is, at distance %.3f",
                formula, tc_k, distance[nearest])  # fmt: skip
    return Starts(amounts, tc_k[None])


def drawn_starts(
    name: str, wanted: Mapping[str, Any], compounds: pa.Table, exclude_flags: Sequence[str],
    generator: np.random.Generator,
) -> Starts:  # fmt: skip
    """A set of distinct known superconductors, drawn evenly.

    Args:
        name: of the set, for messages.
        wanted: family (everything: any), number, below_k (K; None: any Tc).
        compounds: table with COLUMNS.
        exclude_flags: rows with one of these flags are left out.
        generator: of the draw.

    Raises:
        InputError: for more than there are.
    """
    tc_k, families = _consensus(compounds), np.array(compounds["family"].to_pylist(), dtype=object)
    kept = superconducting(compounds) & unflagged(compounds, exclude_flags) & (tc_k > 0)
    if wanted["family"] != "everything":
        kept &= families == wanted["family"]
    if wanted["below_k"] is not None:
        kept &= tc_k < wanted["below_k"]
    rows, amounts = np.flatnonzero(kept), matrix(compounds["amounts"])
    rows = rows[np.sort(np.unique(amounts[rows], axis=0, return_index=True)[1])]
    if wanted["number"] > len(rows):
        below = "" if wanted["below_k"] is None else f" below {wanted['below_k']:g} K"
        raise InputError(
            f"drift.sets.{name}: {wanted['number']} starts are wanted, but {wanted['family']} has {len(rows)} known"
            f" superconductors{below}; lower number, or widen the set"
        )
    chosen = np.sort(generator.permutation(rows)[: wanted["number"]])
    return Starts(amounts[chosen].astype(np.float32), tc_k[chosen])


def _consensus(compounds: pa.Table) -> NDArray[np.float64]:
    return compounds["tc_consensus_k"].to_numpy(zero_copy_only=False).astype(np.float64)
