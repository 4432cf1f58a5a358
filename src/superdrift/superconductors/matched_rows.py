"""Rows of one table found in another by their id."""

import numpy as np
from numpy.typing import NDArray

from superdrift.run.errors import InputError


def match(ids: NDArray[np.int64], wanted: NDArray[np.int64], *, place: str) -> NDArray[np.int64]:
    """Positions of `wanted` in `ids`, both (…,) without repeats.

    Raises:
        InputError: when one is missing.
    """
    order = np.argsort(ids, kind="stable")
    if len(ids) == 0:
        position = np.zeros(len(wanted), dtype=np.int64)
        missing = np.ones(len(wanted), dtype=bool)
    else:
        position = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
        missing = ids[position] != wanted
    if missing.any():
        raise InputError(
            f"{place} has no row with id {wanted[missing][0]} (and {int(missing.sum()) - 1} more), "
            "which was screened; "
            "the two come from different runs: delete both and run snakemake again"
        )
    return position
