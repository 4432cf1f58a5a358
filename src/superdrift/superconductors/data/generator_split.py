"""The column `split`, train or validation: near-duplicate groups stay whole, each family gives its share."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superdrift.run.seeds import generator
from superdrift.superconductors.data.families import COMPOUND_FAMILIES

TRAIN, VALIDATION = "train", "validation"


def split_groups(
    groups: NDArray[np.integer],
    families: Sequence[str],
    superconducting: NDArray[np.bool_],
    *,
    fraction: float,
    seed: int,
) -> list[str]:
    """Choose whole groups for validation until each family has given its share of superconductors.

    Groups are drawn in an order shuffled by (seed, family); one that is larger than what remains of the quota
    is passed over. A group counts for the family that most of its superconductors belong to. A family of
    which nothing fits gives its smallest group, unless that is all it has.

    Args:
        groups: (n,) near-duplicate group of each row.
        families: (n,) family of each row.
        superconducting: (n,) only superconductors count; groups of negatives alone go to train.
        fraction: share of each family's superconductors held out.
        seed: seed of the run.

    Returns:
        (n,) "train" or "validation".
    """
    counts = _counts(groups, families, superconducting)
    size, owner = counts.sum(axis=1), counts.argmax(axis=1)
    chosen = np.zeros(len(counts), dtype=bool)
    for column, family in enumerate(COMPOUND_FAMILIES):
        remaining = round(fraction * counts[:, column].sum())
        own = np.flatnonzero((owner == column) & (size > 0))
        for group in generator(seed, "prepare", "split", family).permutation(own):
            if size[group] <= remaining:
                chosen[group] = True
                remaining -= size[group]
    for column in range(len(COMPOUND_FAMILIES)):
        present = np.flatnonzero(counts[:, column] > 0)
        if len(present) >= 2 and not chosen[present].any():
            chosen[present[np.argmin(size[present])]] = True
    return [VALIDATION if chosen[group] else TRAIN for group in groups]


def _counts(
    groups: NDArray[np.integer], families: Sequence[str], superconducting: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(groups, families) number of superconductors."""
    counts = np.zeros((int(groups.max(initial=-1)) + 1, len(COMPOUND_FAMILIES)), dtype=np.int64)
    columns = np.array([COMPOUND_FAMILIES.index(family) for family in families], dtype=np.int64)
    np.add.at(counts, (groups[superconducting], columns[superconducting]), 1)
    return counts
