"""Nested cross-validation of the nearest-neighbour estimators: what is tested on never chooses, never trains.

The nearest neighbours of every composition are found once for each fold; leaving folds out is then a merge of
short lists, so that a nested choice costs little more than one pass over all distances.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbour_search import NOTHING, distance_blocks, pack, smallest, unpack
from superdrift.superconductors.tc.neighbours import Choice, Neighbourhood, Vote
from superdrift.superconductors.tc.splits import Split


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
class Chosen:
    """The choices for each task."""

    classifier: Choice
    regressor: Choice


def fold_lists(known: Known, splits: Sequence[Split], *, metric: str, k: int) -> list[FoldLists]:
    """Lists of the k nearest in each fold, for each split, in one pass over all distances."""
    fractions, n = known.fractions, len(known.ids)
    lists = [[np.full((n, split.number, k), NOTHING) for _ in range(2)] for split in splits]
    kinds = (np.ones(n, dtype=bool), known.superconducting)
    for start, distance in distance_blocks(fractions, fractions, metric):
        keys = pack(distance, np.arange(n))
        keys[fractions[start : start + len(keys)] @ fractions.T == 0] = NOTHING  # no element in common: no neighbour
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

        The classifier by its true- minus its false-positive rate (Youden's index), which the corrected share divides
        by, the unlabelled counted as non-superconductors as published; the regressor by mean absolute error.
        """
        error = dict.fromkeys(self._choices, 0.0)
        youden = dict.fromkeys(self._choices, 0.0)
        used = [fold for fold in range(self.split.number) if fold not in left_out]
        superconductors, others = self._counts(used)
        for fold in used:
            rows = np.flatnonzero(self.split.folds == fold)
            truth, tc = self.known.superconducting[rows], self._training_tc(left_out | {fold})
            for choice, voters, near in self._neighbourhoods(rows, left_out | {fold}):
                error[choice] += float(np.abs(near.tc(tc) - self.known.tc[rows])[truth].sum())
                hits = classified_superconducting(voters.probability(self.known.superconducting))
                youden[choice] += hits[truth].sum() / superconductors - hits[~truth].sum() / others
        return Chosen(max(self._choices, key=youden.__getitem__), min(self._choices, key=error.__getitem__))

    def held_out(self) -> tuple[Vote, NDArray[np.float64]]:
        """Predict every composition from the other folds, with choices made on the other folds.

        Returns:
            Estimates of the neighbours, and the distance to the nearest training composition of either kind, (n,).
        """
        names = ("probability", "tc", "distance", "nearest")
        blank = {name: np.zeros(len(self.known.ids)) for name in names}
        for fold in range(self.split.number):
            out = frozenset({fold})
            rows, chosen = np.flatnonzero(self.split.folds == fold), self.choose(out)
            voters = self._neighbourhood(rows, out, chosen.classifier, "any")
            blank["probability"][rows] = voters.probability(self.known.superconducting)
            near = self._neighbourhood(rows, out, chosen.regressor, "superconducting")
            blank["tc"][rows] = near.tc(self._training_tc(out))
            for name, kind in (("distance", "superconducting"), ("nearest", "any")):
                keys = self._merged(rows, out, "manhattan", kind)[:, 0]
                blank[name][rows] = np.where(keys == NOTHING, 1.0, unpack(keys)[0])
        nearest = blank.pop("nearest")
        return Vote(**blank), nearest

    def _training_tc(self, left_out: frozenset[int]) -> NDArray[np.float64]:
        """Tc of the training rows alone: a composition without neighbours falls back on their mean."""
        return np.where(np.isin(self.split.folds, list(left_out)), np.nan, self.known.tc)

    def _counts(self, folds: list[int]) -> tuple[int, int]:
        """Superconductors and non-superconductors in some folds, at least 1 of each."""
        kinds = self.known.superconducting[np.isin(self.split.folds, folds)]
        return max(int(kinds.sum()), 1), max(int((~kinds).sum()), 1)

    def _neighbourhoods(
        self, rows: NDArray[np.int64], left_out: frozenset[int]
    ) -> Iterator[tuple[Choice, Neighbourhood, Neighbourhood]]:
        for metric in dict.fromkeys(choice.metric for choice in self._choices):
            voters = _unpacked(self._merged(rows, left_out, metric, "any"))
            superconductors = _unpacked(self._merged(rows, left_out, metric, "superconducting"))
            for choice in self._choices:
                if choice.metric == metric:
                    yield choice, Neighbourhood.of(*voters, choice), Neighbourhood.of(*superconductors, choice)

    def _neighbourhood(
        self, rows: NDArray[np.int64], left_out: frozenset[int], choice: Choice, kind: str
    ) -> Neighbourhood:
        return Neighbourhood.of(*_unpacked(self._merged(rows, left_out, choice.metric, kind)), choice)

    def _merged(self, rows: NDArray[np.int64], left_out: frozenset[int], metric: str, kind: str) -> NDArray[np.int64]:
        """Keys of the nearest in all folds that are not left out: (n,) → (n, k), sorted."""
        kept = [fold for fold in range(self.split.number) if fold not in left_out]
        keys = getattr(self._lists[metric], kind)[np.ix_(rows, kept)]
        return smallest(keys.reshape(len(rows), -1), self._k)


def _unpacked(keys: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distances and rows of keys; row −1 where there is no neighbour."""
    distance, rows, exists = unpack(keys)
    return distance, np.where(exists, rows, -1)


def family_means(known: Known, training: NDArray[np.bool_], families: NDArray[np.str_]) -> NDArray[np.float64]:
    """Mean Tc in K of each family's training superconductors (of all of them for a family without any)."""
    usable = training & known.superconducting
    means = np.full(len(families), known.tc[usable].mean())
    for family in np.unique(families):
        own = usable & (known.families == family)
        if own.any():
            means[families == family] = known.tc[own].mean()
    return means
