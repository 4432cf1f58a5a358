"""K nearest neighbours: superconducting or not by a vote, Tc by a mean (Roter and Dordevic 2020)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.estimators.distances import unpack
from superdrift.estimators.known import Known

CLOSEST = 1e-6
"""Distances below this weigh as much as this: the same composition, which then decides alone."""

POWERS = {"uniform": 0, "distance": 1, "distance_squared": 2}
"""Weight of a neighbour: its distance to minus this power."""


@dataclass(frozen=True)
class Choice:
    """One setting of the method: how many neighbours, by which distance, with which weights."""

    k: int
    metric: str
    weights: str


@dataclass(frozen=True)
class Neighbourhood:
    """The neighbours of n compositions under one choice.

    Attributes:
        rows: (n, k) rows among the known compounds.
        weights: (n, k), rows summing to 1; 0 where there is no k-th neighbour.
    """

    rows: NDArray[np.int64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, keys: NDArray[np.int64], choice: Choice) -> "Neighbourhood":
        """From sorted neighbour keys (n, at least k)."""
        distance, rows, exists = unpack(keys[:, : choice.k])
        weights = np.where(exists, np.maximum(distance, CLOSEST) ** -float(POWERS[choice.weights]), 0.0)
        return cls(rows, weights / weights.sum(axis=1, keepdims=True))

    def probability(self, known: Known, *, negatives_per_superconductor: float) -> NDArray[np.float64]:
        """Weighted share of superconductors among the neighbours, (n,).

        Args:
            known: what the neighbours' rows point to.
            negatives_per_superconductor: each superconductor's vote counts so much; 1 is the published vote,
                the ratio of the two kinds in the training data makes both kinds weigh the same in total.
        """
        votes = (self.weights * known.superconducting[self.rows]).sum(axis=1)
        # a rounding error below zero must not become a share
        positive = np.clip(votes, 0.0, 1.0) * negatives_per_superconductor
        return positive / (positive + np.clip(1.0 - votes, 0.0, 1.0))

    def tc(self, known: Known) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weighted mean Tc of the neighbours and their weighted standard deviation, both (n,) in K."""
        values = np.where(self.weights > 0, known.tc[self.rows], 0.0)
        mean = (self.weights * values).sum(axis=1)
        spread = np.sqrt((self.weights * (values - mean[:, None]) ** 2).sum(axis=1))
        return mean, spread


def negatives_per_superconductor(superconducting: NDArray[np.bool_]) -> float:
    """How many non-superconductors there are for each superconductor."""
    return float((~superconducting).sum() / superconducting.sum())
