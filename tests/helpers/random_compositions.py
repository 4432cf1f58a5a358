"""Random compositions in clusters, and all distances between two tables of them, for comparison by brute force."""

import numpy as np


def some_amounts(seed, n):
    """Random compounds in clusters, some repeated at another scale."""
    rng = np.random.default_rng(seed)
    centres = np.zeros((4, 96))
    for centre in centres:
        centre[rng.choice(96, 4, replace=False)] = rng.integers(1, 8, 4)
    amounts = centres[rng.integers(4, size=n)]
    amounts = amounts + (amounts > 0) * rng.choice([0, 0.01, 0.1, 0.5], size=(n, 1)) * rng.random((n, 96))
    amounts[n // 2] = 3 * amounts[0]
    return np.round(amounts, 2)


def all_distances(left, right, metric="manhattan"):
    """Half the L1 distance of atomic fractions, or their Euclidean distance, every pair."""
    fractions = [side / side.sum(axis=1, keepdims=True) for side in (left, right)]
    difference = fractions[0][:, None] - fractions[1][None]
    return np.abs(difference).sum(axis=2) / 2 if metric == "manhattan" else np.sqrt((difference**2).sum(axis=2))
