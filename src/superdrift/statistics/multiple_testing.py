"""Many tests at once: adjusted p-values by Benjamini & Hochberg (J. R. Stat. Soc. B 57, 289 (1995)) and by Holm."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control


def q_values(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) adjusted p-values of (n,) p-values; nan, what was not tested, stays nan and counts as no test.

    Rejecting all q ≤ α keeps the expected share of false rejections below α where tests are independent or positively
    dependent, as tests against one and the same null distribution are.
    """
    adjusted = np.full(len(p), np.nan)
    tested = ~np.isnan(p)
    if tested.any():
        adjusted[tested] = false_discovery_control(p[tested], method="bh")
    return adjusted


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) adjusted p-values of (n,) p-values by Holm (Scand. J. Stat. 6, 65 (1979)).

    Rejecting all below α keeps the chance of any false rejection below α, however the tests depend on each other.
    """
    order = np.argsort(p)
    adjusted = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted[np.argsort(order)]
