"""What the estimators are fitted to: one row per composition, from compounds.parquet or the stored table."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.vector import atomic_fractions
from superdrift.io import tables
from superdrift.run.errors import InputError

COLUMNS = ("id", "reduced_formula", "family", "superconducting", "tc_consensus_k", "amounts", "flags")
"""Columns of compounds.parquet that a fit needs."""


@dataclass(frozen=True)
class Known:
    """Distinct compositions with their labels.

    Attributes:
        ids: (n,) rows of compounds.parquet.
        amounts: (n, 96) atoms per formula unit.
        superconducting: (n,) measured to be, or not to be, superconducting.
        tc: (n,) consensus critical temperature in K; NaN where not superconducting.
        families: (n,) cuprates, pnictides or others.
    """

    ids: NDArray[np.int64]
    amounts: NDArray[np.float32]
    superconducting: NDArray[np.bool_]
    tc: NDArray[np.float64]
    families: NDArray[np.str_]

    @property
    def fractions(self) -> NDArray[np.float64]:
        """(n, 96) atomic fractions, the features of every estimator."""
        return atomic_fractions(self.amounts)

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From a table that has the columns of `NEIGHBOURS`."""
        return cls(
            ids=table["id"].to_numpy(),
            amounts=tables.matrix(table["amounts"]),
            superconducting=table["superconducting"].to_numpy(zero_copy_only=False).astype(bool),
            tc=np.array(table["tc_consensus_k"].to_pylist(), dtype=np.float64),
            families=np.array(table["family"].to_pylist(), dtype=np.str_),
        )

    def columns(self) -> dict[str, Any]:
        """The columns of `NEIGHBOURS`."""
        return {
            "id": self.ids,
            "family": self.families.tolist(),
            "superconducting": self.superconducting,
            "tc_consensus_k": [None if np.isnan(tc) else tc for tc in self.tc.tolist()],
            "amounts": self.amounts,
        }


def distinct(compounds: pa.Table, exclude_flags: Collection[str]) -> Known:
    """One row per composition, without flagged rows; a composition with any superconducting entry is one.

    Args:
        compounds: `COLUMNS` of compounds.parquet.
        exclude_flags: rows with any of these flags are neither trained nor tested on.

    Raises:
        InputError: when no superconductor or no measured non-superconductor is left.
    """
    flagged = [not set(flags).isdisjoint(exclude_flags) for flags in compounds["flags"].to_pylist()]
    unflagged = compounds.filter(pa.array(np.logical_not(flagged), type=pa.bool_()))
    superconducting = unflagged["superconducting"].to_numpy(zero_copy_only=False).astype(bool)
    first: dict[str, int] = {}
    formulas = unflagged["reduced_formula"].to_pylist()
    for row in np.argsort(~superconducting, kind="stable").tolist():
        first.setdefault(formulas[row], row)
    known = Known.of(unflagged.take(sorted(first.values())))
    for there, what, remedy in (
        (known.superconducting.any(), "superconductor", "rows with a Tc above 0"),
        (
            not known.superconducting.all(),
            "measured non-superconductor",
            "rows with Tc = 0, or the source `stanev`",
        ),
    ):
        if not there:
            raise InputError(
                f"no {what} among the {len(known.ids)} usable compositions: the estimators need both kinds; "
                f"add {remedy} to prepare.sources"
            )
    return known
