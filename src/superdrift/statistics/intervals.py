"""Shares with their 95 % intervals: of independent rows, and of rows that come in groups."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Interval95 = tuple[float, float, float]
"""Value, lower and upper end of its 95 % interval."""
LEVEL = 0.95
"""Level of every interval of a share, as of all intervals that the package reports."""
TAILS = (0.025, 0.975)
"""Quantiles between which a distribution has 95 %."""
NORMAL = 1.959963984540054
"""Standard deviations within which a normal distribution has 95 %."""


def independent_share(hits: int, n: int) -> Interval95:
    """A share `hits / n`, n ≥ 1, with Wilson's score interval (Wilson, J. Am. Stat. Assoc. 22, 209 (1927))."""
    interval = binomtest(int(hits), int(n)).proportion_ci(LEVEL, method="wilson")
    return hits / n, float(interval.low), float(interval.high)


def grouped_share(hits: NDArray[np.bool_], groups: NDArray[np.int64]) -> Interval95:
    """A share with Wilson's 95 % interval at the effective number of rows.

    Near-duplicates are right or wrong together; the effective number is the one at which independent rows
    would scatter as the groups do (linearised variance of a ratio; Korn and Graubard 1998). Unlike a
    bootstrap it stays sensible when all rows agree: then every group counts as one row.

    Args:
        hits: (n,) what the share counts.
        groups: (n,) which rows belong together.

    Returns:
        Value, lower and upper end.
    """
    value, n = float(hits.mean()), len(hits)
    group = np.unique(groups, return_inverse=True)[1].ravel()
    number = int(group.max()) + 1
    deviations = np.bincount(group, weights=hits - value)
    variance = number / max(number - 1, 1) * float((deviations**2).sum()) / n**2
    effective = float(number) if variance <= 0 else min(value * (1 - value) / variance, float(n))
    effective = max(effective, 1.0)
    middle = (value + NORMAL**2 / (2 * effective)) / (1 + NORMAL**2 / effective)
    half = NORMAL * np.sqrt(value * (1 - value) / effective + NORMAL**2 / (4 * effective**2))
    half /= 1 + NORMAL**2 / effective
    return value, min(max(float(middle - half), 0.0), value), max(min(float(middle + half), 1.0), value)


def exact_share(hits: int, n: int) -> Interval95:
    """A share `hits / n`, n ≥ 1, of independent rows, with the interval of Clopper and Pearson (Biometrika 26, 404)."""
    interval = binomtest(int(hits), int(n)).proportion_ci(LEVEL, method="exact")
    return hits / n, float(interval.low), float(interval.high)
