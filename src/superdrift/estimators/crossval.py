"""Nested cross-validation of the nearest-neighbour estimators: what is tested on never chooses, never trains.

The nearest neighbours of every composition are found once for each fold; leaving folds out is then a merge of
short lists, so that a nested choice costs little more than one pass over all distances.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from superdrift.estimators.distances import NOTHING, distance_blocks, pack, smallest, unpack
from superdrift.estimators.intervals import Predicted
from superdrift.estimators.known import Known
from superdrift.estimators.neighbours import Choice, Neighbourhood, negatives_per_superconductor
from superdrift.estimators.splits import Split

ESTIMATOR, PUBLISHED = "estimator", "knn"
"""Votes weighted so that both kinds weigh the same; and the published vote, one compound one vote."""


@dataclass(frozen=True)
class FoldLists:
    """Neighbour lists of every composition in every fold but its own, for one metric.

    Attributes:
        any: (n, folds, k) keys of neighbours of either kind.
        superconducting: (n, folds, k) keys of superconducting neighbours.
    """

    any: NDArray[np.int64]
    superconducting: NDArray[np.int64]


@dataclass(frozen=True)
class HeldOut:
    """What the estimators said of every composition while its fold was held out, each (n,).

    Attributes:
        probability: by name of the vote.
        predicted: Tc, spread and distance to the nearest superconductor in the training folds.
        nearest: distance to the nearest training composition of either kind, half L1.
        null_tc: mean Tc of the family in the training folds, K.
    """

    probability: dict[str, NDArray[np.float64]]
    predicted: Predicted
    nearest: NDArray[np.float64]
    null_tc: NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """The choices for each task."""

    classifier: dict[str, Choice]
    regressor: Choice


def fold_lists(known: Known, splits: Sequence[Split], *, metric: str, k: int) -> list[FoldLists]:
    """Lists of the k nearest in each fold, for each split, in one pass over all distances."""
    fractions, n = known.fractions, len(known.ids)
    lists = [[np.full((n, split.number, k), NOTHING) for _ in range(2)] for split in splits]
    kinds = (np.ones(n, dtype=bool), known.superconducting)
    for start, distance in distance_blocks(fractions, fractions, metric):
        keys = pack(distance, np.arange(n))
        for split, found in zip(splits, lists, strict=True):
            own = split.folds[start : start + len(keys)]
            for fold, (kind, into) in product(range(split.number), zip(kinds, found, strict=True)):
                rows = np.flatnonzero(own != fold)
                columns = np.flatnonzero((split.folds == fold) & kind)
                into[start + rows, fold] = smallest(keys[np.ix_(rows, columns)], k)
    return [FoldLists(*found) for found in lists]


class NestedSearch:
    """Choices and held-out predictions for one split.

    Args:
        known: labelled compositions.
        split: its folds.
        lists: neighbour lists by metric; "manhattan" must be among them (it measures distances).
        choices: what to choose from.
    """

    def __init__(self, known: Known, split: Split, lists: dict[str, FoldLists], choices: Sequence[Choice]) -> None:
        self.known, self.split, self._lists, self._choices = known, split, lists, choices
        self._k = max(choice.k for choice in choices)

    def choose(self, left_out: frozenset[int] = frozenset()) -> Chosen:
        """Best choices by cross-validation over the folds that are not left out.

        Classifiers by tp − fp, which the corrected share divides by; the regressor by mean absolute error.
        """
        error = dict.fromkeys(self._choices, 0.0)
        hits = {vote: {choice: np.zeros(2) for choice in self._choices} for vote in (ESTIMATOR, PUBLISHED)}
        used = [fold for fold in range(self.split.number) if fold not in left_out]
        kinds = self._counts(used)
        for fold in used:
            rows = np.flatnonzero(self.split.folds == fold)
            truth = self.known.superconducting[rows]
            for choice, voters, warm in self._neighbourhoods(rows, left_out | {fold}):
                tc = warm.tc(self.known)[0]
                error[choice] += float(np.abs(tc - self.known.tc[rows])[truth].sum())
                for vote, weight in self._votes(left_out | {fold}).items():
                    said = voters.probability(self.known, negatives_per_superconductor=weight) > 0.5
                    hits[vote][choice] += [said[truth].sum() / kinds[0], said[~truth].sum() / kinds[1]]
        best = {vote: max(self._choices, key=lambda c, v=vote: hits[v][c][0] - hits[v][c][1]) for vote in hits}
        return Chosen(best, min(self._choices, key=lambda c: error[c]))

    def held_out(self) -> HeldOut:
        """Predict every composition from the other folds, with choices made on the other folds."""
        n = len(self.known.ids)
        blank = {name: np.zeros(n) for name in (ESTIMATOR, PUBLISHED, "tc", "spread", "near", "nearest", "null")}
        for fold in range(self.split.number):
            rows, chosen = np.flatnonzero(self.split.folds == fold), self.choose(frozenset({fold}))
            for vote, weight in self._votes(frozenset({fold})).items():
                voters = self._neighbourhood(rows, frozenset({fold}), chosen.classifier[vote], "any")
                blank[vote][rows] = voters.probability(self.known, negatives_per_superconductor=weight)
            warm = self._neighbourhood(rows, frozenset({fold}), chosen.regressor, "superconducting")
            blank["tc"][rows], blank["spread"][rows] = warm.tc(self.known)
            for name, kind in (("near", "superconducting"), ("nearest", "any")):
                blank[name][rows] = unpack(self._merged(rows, frozenset({fold}), "manhattan", kind)[:, 0])[0]
            blank["null"][rows] = family_means(self.known, self.split.folds != fold, self.known.families[rows])
        probability = {vote: blank[vote] for vote in (ESTIMATOR, PUBLISHED)}
        predicted = Predicted(blank["tc"], blank["spread"], blank["near"])
        return HeldOut(probability, predicted, blank["nearest"], blank["null"])

    def _votes(self, left_out: frozenset[int]) -> dict[str, float]:
        training = ~np.isin(self.split.folds, list(left_out))
        return {ESTIMATOR: negatives_per_superconductor(self.known.superconducting[training]), PUBLISHED: 1.0}

    def _counts(self, folds: list[int]) -> tuple[int, int]:
        kinds = self.known.superconducting[np.isin(self.split.folds, folds)]
        return max(int(kinds.sum()), 1), max(int((~kinds).sum()), 1)

    def _neighbourhoods(
        self, rows: NDArray[np.int64], left_out: frozenset[int]
    ) -> Iterator[tuple[Choice, Neighbourhood, Neighbourhood]]:
        for metric in dict.fromkeys(choice.metric for choice in self._choices):
            voters = self._merged(rows, left_out, metric, "any")
            warm = self._merged(rows, left_out, metric, "superconducting")
            for choice in self._choices:
                if choice.metric == metric:
                    yield choice, Neighbourhood.of(voters, choice), Neighbourhood.of(warm, choice)

    def _neighbourhood(
        self, rows: NDArray[np.int64], left_out: frozenset[int], choice: Choice, kind: str
    ) -> Neighbourhood:
        return Neighbourhood.of(self._merged(rows, left_out, choice.metric, kind), choice)

    def _merged(self, rows: NDArray[np.int64], left_out: frozenset[int], metric: str, kind: str) -> NDArray[np.int64]:
        """Keys of the nearest in all folds that are not left out: (n,) → (n, k), sorted."""
        kept = [fold for fold in range(self.split.number) if fold not in left_out]
        keys = getattr(self._lists[metric], kind)[np.ix_(rows, kept)]
        return smallest(keys.reshape(len(rows), -1), self._k)


def family_means(known: Known, training: NDArray[np.bool_], families: NDArray[np.str_]) -> NDArray[np.float64]:
    """Mean Tc in K of each family's training superconductors (of all of them for a family without any)."""
    usable = training & known.superconducting
    means = np.full(len(families), known.tc[usable].mean())
    for family in np.unique(families):
        own = usable & (known.families == family)
        if own.any():
            means[families == family] = known.tc[own].mean()
    return means
