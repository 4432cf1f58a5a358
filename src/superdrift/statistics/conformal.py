"""Conformal prediction: quantiles of held-out residuals that cover new ones (Vovk et al. 2005; Lei et al. 2018)."""

import numpy as np
from numpy.typing import NDArray


def conformal_quantiles(residuals: NDArray[np.float64], coverage: float) -> tuple[float, float]:
    """Conformal quantiles of both tails: order statistics with the finite-sample correction (n + 1)."""
    ordered, n = np.sort(residuals), len(residuals)
    rank = min(int(np.ceil((n + 1) * (1 + coverage) / 2)), n)
    return min(float(ordered[n - rank]), 0.0), max(float(ordered[rank - 1]), 0.0)
