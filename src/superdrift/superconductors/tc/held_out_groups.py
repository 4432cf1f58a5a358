"""Groups that are held out together: whole chemical systems, merged with their near-duplicates up to a largest size.

Near-duplicates in training and test data flatter every estimate. How near-duplicates are grouped for the generator's
split (plain single linkage) is in `composition/near_duplicates.py`.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.element_sets import element_set_numbers
from superdrift.superconductors.tc.neighbour_search import distance_blocks


def chemical_groups(fractions: NDArray[np.float64], *, radius: float, largest: int) -> NDArray[np.int64]:
    """Groups that share no chemical system, near-duplicates merged, nearest first, while a group stays small.

    Compositions of one element set are one group from the start. Then pairs within `radius` merge their
    groups in order of distance, unless the result were larger than `largest`: plain single linkage would
    chain most cuprates into one group. What near-duplicates remain in different groups is counted by
    `near_duplicate_share`.

    Args:
        fractions: (n, 96) atomic fractions.
        radius: half L1.
        largest: most compositions in a merged group.

    Returns:
        (n,) group numbers from 0.
    """
    systems = element_set_numbers(fractions)
    size = np.bincount(systems).tolist()
    parent = list(range(len(size)))
    for one, other in _links(fractions, systems, radius):
        a, b = _root(parent, one), _root(parent, other)
        if a != b and size[a] + size[b] <= largest:
            parent[b] = a
            size[a] += size[b]
    roots = np.array([_root(parent, system) for system in range(len(parent))])
    return np.unique(roots[systems], return_inverse=True)[1].ravel()


def near_duplicate_share(distance_to_training: NDArray[np.float64], radius: float) -> float:
    """Share of the held-out compositions that have a training composition within `radius` (half L1)."""
    return float((distance_to_training <= radius + TOLERANCE).mean())


def _links(fractions: NDArray[np.float64], systems: NDArray[np.int64], radius: float) -> list[list[int]]:
    """Pairs of different chemical systems that come within `radius` anywhere, nearest first."""
    found = []
    for start, distance in distance_blocks(fractions, fractions, "manhattan"):
        row, column = np.nonzero(distance <= radius + TOLERANCE)
        pair = np.sort(np.stack([systems[start + row], systems[column]]), axis=0)
        near = np.rint(distance[row, column] / TOLERANCE)
        found.append(np.concatenate([near[None], pair])[:, pair[0] < pair[1]])
    near, one, other = np.concatenate(found, axis=1)
    order = np.lexsort((other, one, near))
    pairs = np.stack([one, other], axis=1)[order].astype(np.int64)
    return pairs[np.sort(np.unique(pairs, axis=0, return_index=True)[1])].tolist()


def _root(parent: list[int], item: int) -> int:
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item
