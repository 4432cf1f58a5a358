"""How near one substitution in a known compound comes to a composition: what needs no imagination."""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.vector import atomic_fractions
from superdrift.run.compiled import kernel, prange


def substitution_distance(amounts: NDArray[np.floating], known: NDArray[np.floating]) -> NDArray[np.float64]:
    """Distance from each composition to the nearest of all that one substitution in a known compound can make.

    A substitution replaces any part of one element, or none, by one other element, whatever they are.

    Args:
        amounts: (n, 96) atoms per formula unit.
        known: (m, 96) likewise.

    Returns:
        (n,) half L1; 1 without any known compound.
    """
    return _smallest(atomic_fractions(amounts), atomic_fractions(known) if len(known) else np.zeros((0, 96)))


@kernel
def _smallest(targets: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half L1 after the best substitution: moving x from a to b saves at most twice the smaller of surplus and lack."""
    result = np.ones(len(targets))
    for t in prange(len(targets)):
        best = 1.0
        for k in range(len(known)):
            total, surplus, lack = 0.0, 0.0, 0.0
            for e in range(targets.shape[1]):
                difference = known[k, e] - targets[t, e]
                total += abs(difference)
                surplus = max(surplus, difference)
                lack = max(lack, -difference)
            best = min(best, total / 2 - min(surplus, lack))
        result[t] = max(best, 0.0)
    return result
