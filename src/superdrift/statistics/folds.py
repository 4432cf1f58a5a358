"""Folds for cross-validation: whole units, balanced over strata."""

import numpy as np
from numpy.typing import NDArray


def balanced_folds(
    units: NDArray[np.int64], strata: NDArray[np.str_], folds: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Assign whole units to folds, largest first, each where its strata are least full.

    Args:
        units: (n,) what must stay together.
        strata: (n, s) names, from coarse to fine; each kind of stratum is spread evenly over the folds.
        folds: how many.
        generator: orders units of one size.

    Returns:
        (n,) fold numbers from 0.
    """
    names, unit = np.unique(units, return_inverse=True)
    counts = []
    for column in strata.T:
        part = np.unique(column, return_inverse=True)[1].ravel()
        counts.append(np.zeros((len(names), part.max() + 1)))
        np.add.at(counts[-1], (unit.ravel(), part), 1.0)
    count = np.concatenate(counts, axis=1)
    order = generator.permutation(len(names))
    order = order[np.argsort(-count[order].sum(axis=1), kind="stable")]
    filled, total = np.zeros((folds, count.shape[1])), count.sum(axis=0)
    chosen = np.zeros(len(names), dtype=np.int64)
    for i in order:
        # growth of the sum of squared fillings, each stratum relative to its size
        chosen[i] = int(np.argmin(((2 * filled + count[i]) * count[i] / total).sum(axis=1)))
        filled[chosen[i]] += count[i]
    return chosen[unit.ravel()]
