"""Doping curves: estimated Tc against what varies in a group, and whether they have a dome."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEP = 0.02
"""Atoms per formula unit; members closer than this in x count once, by their mean: estimates of near-duplicates are no
independent points."""
_FEWEST = 6
"""Points of a curve; fewer do not tell a parabola from a line."""
STRONG = 6.0
"""Difference of the Bayesian information criteria from which evidence is called strong (Kass & Raftery, J. Am. Stat.
Assoc. 90, 773 (1995))."""


@dataclass(frozen=True)
class DopingCurve:
    """Estimated Tc against x.

    Attributes:
        points: number of distinct x.
        bic_difference: criterion of the line minus that of the parabola; positive: the parabola is better.
        dome: the parabola is better by `STRONG`, opens downward, and has its maximum within the range of x.
        x: of the maximum, atoms per formula unit; nan without a dome.
        tc_k: of the parabola there, K; nan without a dome.
    """

    points: int
    bic_difference: float
    dome: bool
    x: float
    tc_k: float


def doping_curve(x: NDArray[np.float64], tc_k: NDArray[np.float64]) -> DopingCurve | None:
    """Compare a line with a parabola through the estimates; None where x takes too few values.

    Args:
        x: (m,) atoms per formula unit.
        tc_k: (m,) estimated Tc, K; nan where there is none.
    """
    x, tc = x[np.isfinite(tc_k)], tc_k[np.isfinite(tc_k)]
    bins, place = np.unique(np.floor(x / _STEP + 1e-6), return_inverse=True)
    if len(bins) < _FEWEST:
        return None
    counts = np.bincount(place.ravel())
    x, tc = (np.bincount(place.ravel(), weights=values) / counts for values in (x, tc))
    line, parabola = (np.polynomial.Polynomial.fit(x, tc, degree) for degree in (1, 2))
    difference = _bic(tc - line(x), 2) - _bic(tc - parabola(x), 3)
    constant, slope, curvature = (*parabola.convert().coef, 0.0, 0.0)[:3]
    top = -slope / (2 * curvature) if curvature < 0 else np.nan
    dome = bool(difference >= STRONG and x.min() < top < x.max())
    height = float(constant + slope * top + curvature * top**2) if dome else float("nan")
    return DopingCurve(len(bins), float(difference), dome, float(top) if dome else float("nan"), height)


def _bic(residuals: NDArray[np.float64], parameters: int) -> float:
    """N ln(RSS / n) + k ln n, up to what all models share; residuals below a millikelvin count as that."""
    n = len(residuals)
    return float(n * np.log(max(float((residuals**2).mean()), 1e-6)) + parameters * np.log(n))
