"""Clusters on the map: HDBSCAN (Campello, Moulavi & Sander 2013), where the published work looked by eye."""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN


def cluster_map(plane: NDArray[np.float64], *, min_cluster_size: int) -> NDArray[np.int32]:
    """Cluster the points of a map.

    Args:
        plane: (n, 2) coordinates of `embedding.embed`.
        min_cluster_size: fewest points of a cluster.

    Returns:
        (n,) cluster numbers from 0 in the order in which they first appear; −1 for points in none.
    """
    if len(plane) < max(2, min_cluster_size):
        return np.full(len(plane), -1, dtype=np.int32)
    labels = HDBSCAN(min_cluster_size=min_cluster_size, copy=True).fit_predict(plane)
    found, first = np.unique(labels[labels >= 0], return_index=True)
    order = np.full(len(found) + 1, -1, dtype=np.int32)
    order[found[np.argsort(first)]] = np.arange(len(found), dtype=np.int32)
    return order[labels]
