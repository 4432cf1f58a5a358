"""Near-duplicates: pairs of compositions closer than a radius, and groups of compounds linked by such pairs.

Groups that also keep chemical systems whole, and are limited in size, are a domain's matter: for the estimates of Tc,
`held_out_groups`.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.vector import atomic_fractions


def near_duplicate_groups(amounts: NDArray[np.floating], radius: float) -> NDArray[np.int32]:
    """Groups of compounds linked by steps of at most `radius` (single linkage): (n, 96) → (n,) numbers from 0."""
    pairs = near_pairs(amounts, radius)
    links = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(len(amounts),) * 2)
    return connected_components(links, directed=False)[1].astype(np.int32)


def near_pairs(amounts: NDArray[np.floating], radius: float) -> NDArray[np.int64]:
    """Pairs of rows (p, 2) of (n, 96) amounts at most `radius` (half L1) apart, each pair once."""
    tree = cKDTree(atomic_fractions(amounts))
    return tree.query_pairs(2 * (radius + TOLERANCE), p=1, output_type="ndarray")
