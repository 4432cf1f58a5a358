"""Groups of compositions by average linkage of their distances, without a map; independent of how many were drawn.

Average linkage (Sokal & Michener 1958; scipy) merges the two groups whose members lie nearest on average, until no two
lie nearer than a cut. Rows that repeat or nearly repeat each other are thinned first, so that a region that was drawn a
thousand times weighs no more than one that was drawn once.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import average, fcluster
from scipy.spatial.distance import pdist

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.greedy_net import greedy_net
from superdrift.composition.vector import atomic_fractions


def thinned(amounts: NDArray[np.floating], radius: float) -> NDArray[np.int64]:
    """(m,) rows of (n, 96) compositions that stay when each within `radius` (half L1) of an earlier kept one goes."""
    return np.flatnonzero(greedy_net(amounts, radius))


def average_linkage(amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Tree (n − 1, 4) of average linkage, as scipy writes it, of half the L1 distances of (n, 96) compositions, n ≥ 2.

    Memory grows with n²: 16 bytes a pair at most.
    """
    return np.asarray(average(pdist(atomic_fractions(amounts), "cityblock") / 2))


def cut_tree(tree: NDArray[np.float64], cut: float) -> NDArray[np.int64]:
    """(n,) numbers from 0, in the order of their first rows, of the groups left when no two lie within `cut`."""
    labels = fcluster(tree, cut + TOLERANCE, criterion="distance")
    found, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(found), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(found))
    return number[inverse.ravel()]


def linked_groups(amounts: NDArray[np.floating], cut: float) -> NDArray[np.int64]:
    """(n,) group of each of (n, 96) compositions by average linkage up to `cut` (half L1), numbered from 0."""
    if len(amounts) < 2:
        return np.zeros(len(amounts), dtype=np.int64)
    return cut_tree(average_linkage(amounts), cut)
