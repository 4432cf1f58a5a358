"""What no compound should be: with far more of an element than known ones, or of a valence known of no solid."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.generation.rates import Rate, share
from superdrift.superconductors.generation.restrictions import absurd, beyond_literature

USUAL = 0.999
"""Share of the training compounds with an element whose amounts of it are usual."""


def absurdities(amounts: NDArray[np.float32], train: NDArray[np.float32]) -> list[Rate]:
    """Shares of absurd compounds among (n, 96) amounts, judged by the (m, 96) training compounds and the literature."""
    most = [usual(column[column > 0]) for column in train.T]
    too_many, valence = (amounts > np.array(most) + 1e-4).any(axis=1), beyond_literature(amounts)
    return [
        share("absurd: an unusual amount or a valence beyond the literature", too_many | valence, len(amounts)),
        share("… an unusual amount", too_many, len(amounts)),
        share("… a valence beyond the literature", valence, len(amounts)),
        share("… beside O, F, Cl or Br", absurd(amounts), len(amounts)),
    ]


def usual(present: NDArray[np.float32]) -> float:
    """The least amount that all but a thousandth do not exceed; none is unusual of an element that no compound has."""
    return float(np.quantile(present, USUAL, method="higher")) if len(present) else np.inf
