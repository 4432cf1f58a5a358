"""Which known compounds a model may learn from: superconductors or not, without the flags that it leaves out."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FEWEST_TRAINING_ROWS = 10
"""Compounds; below this there is nothing to learn a distribution from, and the run stops with an error."""


def superconducting(compounds: pa.Table) -> NDArray[np.bool_]:
    """(n,) mask of the superconductors of a table with the column `superconducting`; null is none known to be one."""
    return np.asarray(compounds["superconducting"].to_pylist(), dtype=bool)


def unflagged(compounds: pa.Table, exclude_flags: Collection[str]) -> NDArray[np.bool_]:
    """(n,) mask of the rows, of a table with the column `flags`, that have none of some flags."""
    excluded = set(exclude_flags)
    return np.array([excluded.isdisjoint(flags) for flags in compounds["flags"].to_pylist()], dtype=bool)


def in_split(compounds: pa.Table, side: str) -> NDArray[np.bool_]:
    """(n,) mask of the rows, of a table with the column `split`, on one side of it: train or validation."""
    return np.asarray(compounds["split"].to_pylist(), dtype=object) == side
