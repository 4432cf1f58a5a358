"""Conformal intervals of Tc: residuals of held-out compounds, relative to a scale that grows with distance.

Split conformal prediction with normalised residuals (Papadopoulos et al. 2002; Lei et al., JASA 113, 1094
(2018)); the two tails are calibrated apart because the errors of Tc are skewed.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from superdrift.errors import InputError


@dataclass(frozen=True)
class Predicted:
    """Predictions of Tc and what their error is judged by, each (n,).

    Attributes:
        tc: mean of the neighbours, K.
        spread: their standard deviation, K.
        distance: to the nearest superconductor of the training data, half L1.
    """

    tc: NDArray[np.float64]
    spread: NDArray[np.float64]
    distance: NDArray[np.float64]

    def __getitem__(self, rows: NDArray[np.bool_]) -> "Predicted":
        """Some of the rows."""
        return Predicted(self.tc[rows], self.spread[rows], self.distance[rows])

    def terms(self) -> NDArray[np.float64]:
        """(n, 4) terms of the scale; the square root lets the error rise at once and level off far away."""
        far = np.sqrt(self.distance)
        return np.stack([np.ones_like(self.tc), self.spread, far, far * self.tc], axis=1)


@dataclass(frozen=True)
class Interval:
    """A calibrated interval: [tc + lower · scale, tc + upper · scale], cut off at 0 K.

    Attributes:
        coefficients: of `Predicted.terms`; none is negative, so that no interval narrows with distance.
        lower: quantile of the normalised residuals at (1 − coverage) / 2.
        upper: quantile at (1 + coverage) / 2.
    """

    coefficients: tuple[float, ...]
    lower: float
    upper: float

    @classmethod
    def calibrate(
        cls,
        scaled: tuple[Predicted, NDArray[np.float64]],
        judged: tuple[Predicted, NDArray[np.float64]],
        *,
        coverage: float,
    ) -> Self:
        """Fit the scale to absolute residuals, then take the quantiles of normalised ones.

        Args:
            scaled: predictions at all distances, and measured Tc, for the scale.
            judged: predictions for held-out chemical systems, and measured Tc, for the quantiles.
            coverage: share of compounds that the interval is to hold.

        Raises:
            InputError: when there is nothing to calibrate on.
        """
        if len(judged[1]) == 0:
            raise InputError("no held-out superconductor to calibrate the Tc intervals on; add compounds")
        coefficients, _ = nnls(scaled[0].terms(), np.abs(scaled[1] - scaled[0].tc))
        if not coefficients.any():
            coefficients[0] = 1.0
        residuals = (judged[1] - judged[0].tc) / _scale(judged[0], coefficients)
        lower, upper = _quantiles(residuals, coverage)
        return cls(tuple(coefficients.tolist()), min(lower, 0.0), max(upper, 0.0))

    def bounds(self, predicted: Predicted) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper ends, (n,) each, in K."""
        scale = _scale(predicted, np.array(self.coefficients))
        return np.maximum(predicted.tc + self.lower * scale, 0.0), predicted.tc + self.upper * scale


def _scale(predicted: Predicted, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = predicted.terms() @ coefficients
    return np.maximum(scale, np.finfo(np.float64).eps * (1.0 + predicted.tc))


def _quantiles(residuals: NDArray[np.float64], coverage: float) -> tuple[float, float]:
    """Conformal quantiles of both tails: order statistics with the finite-sample correction (n + 1)."""
    ordered, n = np.sort(residuals), len(residuals)
    rank = min(int(np.ceil((n + 1) * (1 + coverage) / 2)), n)
    return float(ordered[n - rank]), float(ordered[rank - 1])
