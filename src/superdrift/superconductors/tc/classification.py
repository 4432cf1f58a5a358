"""Which compounds are classified superconducting: those of a probability above one half, as published."""

import numpy as np
from numpy.typing import NDArray

SUPERCONDUCTING_ABOVE = 0.5
"""Probability above which a compound is classified superconducting: at equal prior odds the likelier of the two kinds.
Not a setting, because measured rates, corrected shares and published ones are all of this classifier."""


def classified_superconducting(probability: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Probabilities of superconductivity → whether classified superconducting, of the same shape."""
    return probability > SUPERCONDUCTING_ABOVE
