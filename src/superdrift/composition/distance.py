"""Distance of compositions: half the L1 distance of atomic fractions, 0 (same) to 1 (no element in common).

Numpy alone: machines that only train import it too. The search for the nearest of many compositions is in
`nearest_compositions`, pairs closer than a radius are in `near_duplicates`.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.vector import atomic_fractions

TOLERANCE = 1e-9
"""Half L1; added to every radius, so that a pair at exactly the radius counts as within it whatever the rounding: far
above the rounding of double precision, far below the 0.01 grid."""
SAME = 1e-6
"""Half L1; compositions this close are the same but for the rounding of single precision, in which amounts are
stored."""


def half_l1(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Distance of (n, 96) amounts from (n, 96) others, row by row: (n,); 1 where either row is empty."""
    present = (a.sum(axis=1) > 0) & (b.sum(axis=1) > 0)
    distance = np.ones(len(a))
    distance[present] = np.abs(atomic_fractions(a[present]) - atomic_fractions(b[present])).sum(axis=1) / 2
    return distance
