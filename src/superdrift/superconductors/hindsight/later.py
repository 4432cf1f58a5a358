"""The compounds reported after a year that were unlike everything known then: what a run of that year is judged by."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.greedy_net import greedy_net
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io.tables import matrix
from superdrift.run.errors import InputError
from superdrift.superconductors.data.row_selection import superconducting, unflagged

COLUMNS = ("id", "formula", "family", "superconducting", "tc_consensus_k", "amounts", "flags", "year")
"""Columns of compounds.parquet that are read, of all years."""
DOUBTFUL = ("misprint_suspect", "atomic_percent")
"""Flags of rows that nobody could be asked to foresee: what they say is hardly what was made."""
APART = "high_pressure"
"""Flag of what superconducts under pressure only, which no composition tells: listed, and counted apart."""


@dataclass(frozen=True)
class Later:
    """Superconductors first reported after a cut-off, one for each neighbourhood, the earliest first.

    Attributes:
        table: (n,) rows of compounds.parquet, `COLUMNS`.
        amounts: (n, 96) atoms per formula unit.
        distance: (n,) to the nearest compound known at the cut-off, half L1.
        crowd: (m, 96) all of them, also those near an earlier one.
        place: (n,) their rows there.
    """

    table: pa.Table
    amounts: NDArray[np.float32]
    distance: NDArray[np.float64]
    crowd: NDArray[np.float32]
    place: NDArray[np.int64]

    @property
    def families(self) -> NDArray[np.str_]:
        """(n,) cuprates, pnictides or others."""
        return np.array(self.table["family"].to_pylist(), dtype=np.str_)

    @property
    def tc(self) -> NDArray[np.float64]:
        """(n,) consensus Tc, K."""
        return self.table["tc_consensus_k"].to_numpy().astype(np.float64)

    @property
    def years(self) -> NDArray[np.int64]:
        """(n,) of the first report."""
        return self.table["year"].to_numpy().astype(np.int64)

    @property
    def apart(self) -> NDArray[np.bool_]:
        """(n,) superconducting under pressure only."""
        return ~unflagged(self.table, [APART])

    def only(self, rows: NDArray[np.bool_]) -> "Later":
        """Some of them."""
        return Later(
            self.table.filter(pa.array(rows)), self.amounts[rows], self.distance[rows], self.crowd, self.place[rows]
        )


def later_compounds(every: pa.Table, known_then: NDArray[np.floating], *, cutoff: int, spacing: float) -> Later:
    """What was reported after a cut-off, far from what was known and from what was reported before it.

    Args:
        every: `COLUMNS` of compounds.parquet of all years. Rows without a year are left out.
        known_then: (m, 96) everything known at the cut-off, superconducting or not.
        cutoff: the last year whose reports are known.
        spacing: half L1; least distance from what was known, and between any two of the result.

    Raises:
        InputError: when nothing was reported after the cut-off.
    """
    year = np.nan_to_num(every["year"].to_numpy(zero_copy_only=False).astype(np.float64), nan=-np.inf)
    chosen = superconducting(every) & unflagged(every, DOUBTFUL) & (year > cutoff)
    if not chosen.any():
        raise InputError(
            f"no superconductor of the sources was first reported after {cutoff}; give an earlier year in"
            " hindsight.cutoffs, or sources with years in prepare.sources"
        )
    order = np.flatnonzero(chosen)[np.argsort(year[chosen], kind="stable")]
    amounts = matrix(every["amounts"])[order]
    distance = CompositionIndex(known_then).nearest(amounts)[0]
    new = np.flatnonzero(distance >= spacing - TOLERANCE)
    place = np.flatnonzero(greedy_net(amounts[new], spacing))
    kept = new[place]
    return Later(every.take(order[kept]), amounts[kept], distance[kept], amounts[new], place)
