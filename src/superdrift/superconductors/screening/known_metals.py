"""The check of metals fitted to the known compounds of metals only, and to the intermetallics that come along."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.charges.formal_valence import metals_only
from superdrift.io.tables import matrix
from superdrift.metals.intermetallics import listed_intermetallics
from superdrift.metals.metal_check import MetalCheck, fit_trees

DOUBTFUL = frozenset({"misprint_suspect", "repeated_element", "high_pressure"})
"""Flags of rows whose composition is doubtful, or that nobody could make at ambient pressure."""


def known_alloys(compounds: pa.Table) -> NDArray[np.float32]:
    """Amounts (m, 96) of the compounds of two metals or more in a table (amounts, flags), superconducting or not."""
    amounts = matrix(compounds["amounts"])
    sure = np.array([DOUBTFUL.isdisjoint(flags) for flags in compounds["flags"].to_pylist()], dtype=bool)
    return amounts[sure & metals_only(amounts) & ((amounts > 0).sum(axis=1) > 1)]


def metal_check(compounds: pa.Table, *, threads: int) -> MetalCheck:
    """The check fitted, once it is asked, to the known alloys of a table and to the listed intermetallics."""
    return MetalCheck(lambda: fit_trees(known_alloys(compounds), listed_intermetallics(), threads=threads))
