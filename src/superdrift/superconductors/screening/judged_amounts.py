"""The amounts that verdicts were made from, of some rows of a screened table, without holding those of all rows."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.io import tables
from superdrift.superconductors.tables import SCREENED


def judged_amounts(screened: Path, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Amounts (m, 96) of the wanted rows of a screened table, atoms per formula unit, in its order.

    Args:
        screened: the file.
        wanted: (n,) mask over its rows.
    """
    found, start = [np.zeros((0, N_ELEMENTS), dtype=np.float32)], 0
    for batch in tables.read_batches(screened, SCREENED, ["amounts"]):
        rows = wanted[start : start + batch.num_rows]
        found.append(tables.matrix(batch["amounts"])[rows])
        start += batch.num_rows
    return np.concatenate(found)
