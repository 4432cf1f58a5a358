"""The charge check fitted to the known compounds without flags, superconducting and not."""

import numpy as np
import pyarrow as pa

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.settings import ChargeSettings
from superdrift.io.tables import matrix
from superdrift.superconductors.data.row_selection import superconducting


def charge_check(compounds: pa.Table, settings: ChargeSettings) -> ChargeCheck:
    """The check fitted to the rows without flags of a table (superconducting, amounts, flags)."""
    unflagged = np.array([not flags for flags in compounds["flags"].to_pylist()], dtype=bool)
    amounts, positive = matrix(compounds["amounts"]), superconducting(compounds)
    return ChargeCheck(amounts[unflagged & positive], settings, others=amounts[unflagged & ~positive])
