"""Blocks of made-up distances: a null distribution for tests of new families."""

import numpy as np

from superdrift.superconductors.new_families.blocks import Blocks


def made_up_blocks(distance, family, n_elements=4, version="cuprates"):
    """Blocks of these distances and families; one number of elements and version for all, or one each."""
    n = len(distance)
    return Blocks(
        elements=np.array(["x"] * n), version=np.full(n, version), n_elements=np.broadcast_to(n_elements, n).copy(),
        family=np.asarray(family), members=np.full(n, 5), distance=np.asarray(distance, dtype=float),
    )  # fmt: skip
