"""The share of superconductors among generated compounds, corrected for the classifier's own errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.statistics.intervals import NORMAL, TAILS

_DRAWS = 20_000
"""Draws that the interval is made from: its ends scatter by less than a hundredth of its width."""
_SEED = 0
"""The draws integrate a known distribution: fixed, so that equal inputs give equal intervals."""
_MIN_BETA_SIZE = 1e-3
"""Least sum of the parameters of a beta distribution: keeps the widest interval a distribution."""


@dataclass(frozen=True)
class Rate:
    """A measured rate with its 95 % interval; `low == high` is a rate taken as exact (a published one)."""

    value: float
    low: float
    high: float

    @classmethod
    def exact(cls, value: float) -> "Rate":
        """A rate without uncertainty."""
        return cls(value, value, value)

    def draws(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Values of a beta distribution with the centre and the width of the interval."""
        centre, deviation = (self.low + self.high) / 2, (self.high - self.low) / (2 * NORMAL)
        if deviation <= 0:
            return np.full(_DRAWS, self.value)
        size = max(centre * (1 - centre) / deviation**2 - 1, _MIN_BETA_SIZE)
        return generator.beta(centre * size, (1 - centre) * size, _DRAWS)


def corrected_share(
    classified: int, n: int, true_positive_rate: Rate, false_positive_rate: Rate
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Share of superconductors rho = (p − fp) / (tp − fp), clipped to 0…1 (SuperDiff, Methods).

    The formula is Roter and Dordevic's (2020); tp and fp are the true- and the false-positive rate. The interval
    carries the uncertainty of p (beta, Jeffreys' prior), of tp and of fp.

    Args:
        classified: how many of the compounds are classified superconducting.
        n: how many compounds there are.
        true_positive_rate: share of superconductors that are classified superconducting.
        false_positive_rate: share of non-superconductors that are classified superconducting.

    Returns:
        Value, lower and upper end of the 95 % interval; three None where the share is not defined: no
        compounds, or a classifier whose true-positive rate is not above its false-positive rate with 97.5 % certainty.
    """
    if n <= 0 or true_positive_rate.value <= false_positive_rate.value:
        return None, None, None
    generator = np.random.default_rng(_SEED)
    share = generator.beta(classified + 0.5, n - classified + 0.5, _DRAWS)
    true, false = true_positive_rate.draws(generator), false_positive_rate.draws(generator)
    if np.quantile(true - false, TAILS[0]) <= 0:
        return None, None, None
    difference = np.where(true > false, true - false, np.nan)
    low, high = np.nanquantile(np.clip((share - false) / difference, 0.0, 1.0), TAILS)
    ends = true_positive_rate.value, false_positive_rate.value
    value = float(np.clip((classified / n - ends[1]) / (ends[0] - ends[1]), 0.0, 1.0))
    return value, min(float(low), value), max(float(high), value)
