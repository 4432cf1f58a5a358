"""K nearest neighbours: superconducting or not by a vote, Tc by a mean (Roter and Dordevic 2020)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import SAME
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.superconductors.tc.labelled_compositions import Known

MIN_DISTANCE = 1e-6
"""Half L1; distances below this weigh as much as this: the same composition, which then decides alone. It keeps weights
finite, as the published method needs."""

POWERS = {"uniform": 0, "distance": 1, "distance_squared": 2}
"""Weight of a neighbour: its distance to minus this power, by the name in the config."""


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
        weights: (n, k), rows summing to 1, or to 0 where no known compound shares an element.
    """

    rows: NDArray[np.int64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, distance: NDArray[np.float64], rows: NDArray[np.int64], choice: Choice) -> "Neighbourhood":
        """From sorted neighbours, (n, at least k) distances and rows; row −1 is no neighbour."""
        distance, rows = distance[:, : choice.k], rows[:, : choice.k]
        weights = np.where(rows >= 0, np.maximum(distance, MIN_DISTANCE) ** -float(POWERS[choice.weights]), 0.0)
        total = weights.sum(axis=1, keepdims=True)
        return cls(np.maximum(rows, 0), np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))

    @property
    def alone(self) -> NDArray[np.bool_]:
        """(n,) rows without any neighbour."""
        return ~self.weights.any(axis=1)

    def probability(self, superconducting: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Weighted share of superconductors among the neighbours, (n,); one half without neighbours."""
        votes = (self.weights * superconducting[self.rows]).sum(axis=1)
        return np.where(self.alone, 0.5, np.clip(votes, 0.0, 1.0))

    def tc(self, known_tc: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted mean Tc of the neighbours, (n,) in K; without neighbours that of all known superconductors."""
        values = np.where(self.weights > 0, known_tc[self.rows], 0.0)
        return np.where(self.alone, np.nanmean(known_tc), (self.weights * values).sum(axis=1))


@dataclass(frozen=True)
class Vote:
    """Estimates of n compositions by their neighbours, each (n,).

    Attributes:
        probability: share of superconductors, of the published vote.
        tc: mean Tc, K.
        distance: to the nearest known superconductor, half L1.
    """

    probability: NDArray[np.float64]
    tc: NDArray[np.float64]
    distance: NDArray[np.float64]


class Neighbours:
    """The published method; to fit it is to store the known compositions.

    As published, its vote takes every composition without a Tc for a non-superconductor, unlabelled ones too.

    Args:
        known: labelled compositions.
        classifier: choice for the vote of compounds of either kind.
        regressor: choice for the mean over superconductors.
    """

    def __init__(self, known: Known, classifier: Choice, regressor: Choice) -> None:
        self.known, self.classifier, self.regressor = known, classifier, regressor
        self._superconducting_rows = np.flatnonzero(known.superconducting)
        self._all = CompositionIndex(known.amounts)
        self._superconductors = CompositionIndex(known.amounts[self._superconducting_rows])

    def measured(self, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n,) whether (n, 96) amounts are compositions of measured compounds, superconducting or not."""
        distance, row = self._all.nearest(amounts)
        return (distance <= SAME) & ~self.known.unlabelled[row]

    def predict(self, amounts: NDArray[np.floating]) -> Vote:
        """Estimates for (n, 96) amounts."""
        voters = self._all.several(amounts, self.classifier.k, metric=self.classifier.metric)
        nearest = self._superconductors.several(amounts, self.regressor.k, metric=self.regressor.metric)
        tc = Neighbourhood.of(*nearest, self.regressor).tc(self.known.tc[self._superconducting_rows])
        manhattan = self.regressor.metric == "manhattan"
        distance = nearest[0][:, 0] if manhattan else self._superconductors.nearest(amounts)[0]
        vote = Neighbourhood.of(*voters, self.classifier).probability(self.known.superconducting)
        return Vote(vote, tc, distance)
