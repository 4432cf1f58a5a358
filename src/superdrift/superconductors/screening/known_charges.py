"""The charge check fitted to the known compounds without flags, superconducting and not."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.settings import ChargeSettings
from superdrift.io.tables import matrix
from superdrift.superconductors.data.row_selection import superconducting

COLUMNS = ("superconducting", "amounts", "flags")
"""Columns of compounds.parquet that the check is fitted to."""


def charge_check(
    compounds: pa.Table, settings: ChargeSettings, thresholds: Mapping[str, Mapping[str, float]] | None = None
) -> ChargeCheck:
    """The check fitted to the rows without flags of a table of `COLUMNS`; see `ChargeCheck` on `thresholds`."""
    unflagged = np.array([not flags for flags in compounds["flags"].to_pylist()], dtype=bool)
    amounts, positive = matrix(compounds["amounts"]), superconducting(compounds)
    others = amounts[unflagged & ~positive]
    return ChargeCheck(amounts[unflagged & positive], settings, others=others, thresholds=thresholds)
