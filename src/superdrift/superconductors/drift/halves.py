"""Two halves of the known compounds that share no chemistry: one is climbed on, the other judges."""

import numpy as np
from numpy.typing import NDArray

TC_BOUNDS_K = (0.5, 10.0, 30.0, 60.0, 90.0)
"""Bounds of the classes of Tc that both halves hold alike; below the first stand compounds without a Tc."""


def halves(
    groups: NDArray[np.int64],
    families: NDArray[np.object_],
    tc_k: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.bool_]:
    """Assign whole groups to one of two halves, so that both hold each family and class of Tc about equally often.

    A group belongs to the family that most of its rows have, and to the class of its median Tc. Of each such stratum
    the largest group goes first, to the half that holds less of the stratum.

    Args:
        groups: (n,) which rows stay together: chemical systems with their near-duplicates (`tc.held_out_groups`).
        families: (n,) family of each row.
        tc_k: (n,) K; NaN where none is known.
        generator: breaks ties.

    Returns:
        (n,) rows of the first half.
    """
    number = np.unique(groups, return_inverse=True)[1].ravel()
    count = int(number.max()) + 1
    names, family = np.unique(families.astype(str), return_inverse=True)
    votes = np.zeros((count, len(names)), dtype=np.int64)
    np.add.at(votes, (number, family), 1)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    median = np.array([np.median(np.nan_to_num(tc_k[rows])) for rows in members])
    stratum = votes.argmax(axis=1) * (len(TC_BOUNDS_K) + 1) + np.searchsorted(TC_BOUNDS_K, median, side="right")
    size, held = np.bincount(number), np.zeros((int(stratum.max()) + 1, 2), dtype=np.int64)
    first = np.zeros(count, dtype=bool)
    for group in np.lexsort([generator.random(count), -size]):
        ours, theirs = held[stratum[group]]
        side = int(theirs < ours) if ours != theirs else int(generator.integers(2))
        first[group] = side == 0
        held[stratum[group], side] += size[group]
    return first[number]
