"""What the estimators are fitted to: one row per composition, from compounds.parquet or the stored table."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.vector import atomic_fractions
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors.data import row_selection

COLUMNS = ("id", "reduced_formula", "family", "superconducting", "tc_consensus_k", "amounts", "flags")
"""Columns of compounds.parquet that a fit needs."""
FEWEST_NEGATIVES = 10
"""Measured negatives from which on a false-positive rate is stated; of fewer, the interval spans nearly everything."""
_PRECEDENCE = (True, False, None)
"""Which entry of a composition counts, in order: a Tc, a measurement without one, no measurement."""


@dataclass(frozen=True)
class Known:
    """Distinct compositions with one of three labels: superconductor, measured negative, unlabelled.

    Attributes:
        ids: (n,) rows of compounds.parquet.
        amounts: (n, 96) atoms per formula unit.
        superconducting: (n,) measured to be superconducting.
        tc: (n,) consensus critical temperature in K; NaN where not superconducting.
        families: (n,) cuprates, pnictides or others.
        unlabelled: (n,) listed without a Tc, so that nobody knows.
    """

    ids: NDArray[np.int64]
    amounts: NDArray[np.float32]
    superconducting: NDArray[np.bool_]
    tc: NDArray[np.float64]
    families: NDArray[np.str_]
    unlabelled: NDArray[np.bool_]

    @property
    def negative(self) -> NDArray[np.bool_]:
        """(n,) measured and found not superconducting."""
        return ~self.superconducting & ~self.unlabelled

    @property
    def labels(self) -> NDArray[np.str_]:
        """(n,) name of each label."""
        return np.select([self.superconducting, self.unlabelled], ["superconductor", "unlabelled"], "negative")

    def weights(self, unlabelled: float) -> NDArray[np.float64]:
        """(n,) weight in the fit of the classifier: 1 where measured, that given where unlabelled."""
        return np.where(self.unlabelled, unlabelled, 1.0)

    def take(self, rows: NDArray[Any]) -> Self:
        """Some of the compositions, by mask or number."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

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
            superconducting=row_selection.superconducting(table),
            tc=np.array(table["tc_consensus_k"].to_pylist(), dtype=np.float64),
            families=np.array(table["family"].to_pylist(), dtype=np.str_),
            unlabelled=table["superconducting"].is_null().to_numpy(),
        )

    def nullable_labels(self) -> list[bool | None]:
        """(n,) the column `superconducting` of tables: null where unlabelled."""
        labels = {"superconductor": True, "negative": False, "unlabelled": None}
        return [labels[label] for label in self.labels.tolist()]

    def columns(self) -> dict[str, Any]:
        """The columns of `NEIGHBOURS`."""
        return {
            "id": self.ids,
            "family": self.families.tolist(),
            "superconducting": self.nullable_labels(),
            "tc_consensus_k": [None if np.isnan(tc) else tc for tc in self.tc.tolist()],
            "amounts": self.amounts,
        }


def distinct(compounds: pa.Table, exclude_flags: Collection[str]) -> Known:
    """One row per composition, without flagged rows.

    A composition with any superconducting entry is a superconductor; else one with any measured entry is a measured
    negative; else it is unlabelled.

    Args:
        compounds: `COLUMNS` of compounds.parquet.
        exclude_flags: rows with any of these flags are neither trained nor tested on.

    Raises:
        InputError: when no superconductor, or nothing but superconductors, is left.
    """
    flagged = [not set(flags).isdisjoint(exclude_flags) for flags in compounds["flags"].to_pylist()]
    unflagged = compounds.filter(pa.array(np.logical_not(flagged), type=pa.bool_()))
    first: dict[str, int] = {}
    formulas = unflagged["reduced_formula"].to_pylist()
    precedence = np.array([_PRECEDENCE.index(label) for label in unflagged["superconducting"].to_pylist()], dtype=int)
    for row in np.argsort(precedence, kind="stable").tolist():
        first.setdefault(formulas[row], row)
    known = Known.of(unflagged.take(sorted(first.values())))
    for there, what, remedy in (
        (known.superconducting.any(), "superconductor", "rows with a Tc above 0"),
        (
            not known.superconducting.all(),
            "non-superconductor, measured or unlabelled,",
            "rows with Tc = 0, or the sources `literature_negatives` and `stanev`",
        ),
    ):
        if not there:
            raise InputError(
                f"no {what} among the {len(known.ids)} usable compositions: the estimators need both kinds; "
                f"add {remedy} to prepare.sources"
            )
    return known
