"""Estimates of each composition by every estimator while its fold is held out: fitted and chosen without it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.run import seeds
from superdrift.statistics.scores import NULL
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tc.boosting import Size, Trees, choose_size
from superdrift.superconductors.tc.conformal import Difficulty
from superdrift.superconductors.tc.forest import ForestEstimate, fit_forest
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbours import Vote
from superdrift.superconductors.tc.nested_cross_validation import NestedSearch, family_means
from superdrift.superconductors.tc.splits import Split

ESTIMATOR, PUBLISHED = "estimator", "knn"
"""The default: trees, and for Tc neighbours too; K nearest neighbours, the published method. The null is the mean Tc of
the family."""

WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of the forest beside the boosted trees, to choose from: a fixed list, like that of the methods."""


@dataclass(frozen=True)
class HeldOut:
    """Held-out estimates of one split.

    Attributes:
        split: how the folds were drawn.
        probability: (n,) of superconductivity, by method.
        tc: (n,) in K, by method.
        spread: (n,) deviation of the forest's trees, K.
        vote: estimates of the neighbours, and how far they were.
        nearest: (n,) distance to the nearest training composition of either kind, half L1.
        sizes: of the boosted trees chosen for each fold, by target.
        weights: of the forest in the estimate of Tc, chosen for each fold.
    """

    split: Split
    probability: Mapping[str, NDArray[np.float64]]
    tc: Mapping[str, NDArray[np.float64]]
    spread: NDArray[np.float64]
    vote: Vote
    nearest: NDArray[np.float64]
    sizes: Mapping[str, list[Size]]
    weights: list[float]

    def difficulty(self, families: NDArray[np.str_]) -> Difficulty:
        """What the error of the default estimate of Tc is expected from."""
        return difficulty(self.tc[ESTIMATOR], self.vote.distance, self.spread, families)

    def columns(self, known: Known, intervals: NDArray[np.float64]) -> dict[str, Any]:
        """Columns of `tables.HELD_OUT`; `intervals`: (n, 2) ends of the held-out intervals of Tc, K."""
        return {
            "id": known.ids,
            "split": [self.split.name] * len(known.ids),
            "fold": self.split.folds,
            "group": self.split.groups,
            "family": known.families.tolist(),
            "superconducting": known.nullable_labels(),
            "measured_tc_k": [None if np.isnan(tc) else tc for tc in known.tc.tolist()],
            "distance": self.nearest,
            "superconducting_probability": self.probability[ESTIMATOR],
            "superconducting_probability_knn": self.probability[PUBLISHED],
            "tc_k": self.tc[ESTIMATOR],
            "tc_low_k": intervals[:, 0],
            "tc_high_k": intervals[:, 1],
            "tc_knn_k": self.tc[PUBLISHED],
            "tc_family_k": self.tc[NULL],
        }


def difficulty(
    tc: NDArray[np.float64], distance: NDArray[np.float64], spread: NDArray[np.float64], families: NDArray[np.str_]
) -> Difficulty:
    """Signs of a large error, with the families as numbers; see `Difficulty`."""
    family = np.array([COMPOUND_FAMILIES.index(name) for name in families.tolist()], dtype=np.int64)
    return Difficulty(tc, distance, spread, family)


def predict_held_out(
    known: Known, x: NDArray[np.float32], search: NestedSearch, settings: FitSettings, *, seed: int
) -> HeldOut:
    """Held-out estimates of all methods.

    Args:
        known: labelled compositions.
        x: (n, f) their features.
        search: of the neighbours, with the split.
        settings: of the trees and the forest.
        seed: of the run and the repeat.
    """
    split = search.split
    vote, nearest = search.held_out()
    blank = {name: np.zeros(len(known.ids)) for name in ("tc", "superconducting", "median", "spread", NULL)}
    sizes: dict[str, list[Size]] = {"tc": [], "superconducting": []}
    weights: list[float] = []
    tasks = [(fold, target) for fold in range(split.number) for target in sizes]
    with ThreadPoolExecutor(settings.threads) as pool:  # the libraries let go of the interpreter while they work
        found = pool.map(lambda task: _without(known, x, split, *task, settings=settings, seed=seed), tasks)
        for (fold, target), (values, forest, size, weight) in zip(tasks, found, strict=True):
            out = split.folds == fold
            blank[target][out] = values
            sizes[target].append(size)
            if forest is not None:
                blank["median"][out], blank["spread"][out] = forest.median, forest.spread
                weights.append(weight)
    for fold in range(split.number):
        out = split.folds == fold
        blank[NULL][out] = family_means(known, ~out, known.families[out])
    return HeldOut(
        split,
        {ESTIMATOR: blank["superconducting"], PUBLISHED: vote.probability},
        {ESTIMATOR: middle(blank["tc"], blank["median"], vote.tc), PUBLISHED: vote.tc, NULL: blank[NULL]},
        blank["spread"], vote, nearest, sizes, weights,
    )  # fmt: skip


def _without(
    known: Known, x: NDArray[np.float32], split: Split, fold: int, target: str, *, settings: FitSettings, seed: int
) -> tuple[NDArray[np.float64], ForestEstimate | None, Size, float]:
    """Estimates of one target for one fold by trees that have not seen it, the forest's of Tc, and the choices."""
    out, own = split.folds == fold, seeds.derive(seed, "fit", target, split.name, fold)
    rows, y = targets(known)[target]
    usable = rows & ~out
    judging = judging_rows(split.folds[usable], fold, split.number)
    given = {"seed": own, "weight": known.weights(settings.unlabelled_weight)[usable]}
    size, trees = choose_size(x[usable], y[usable], judging, target, settings.boosting, **given)
    values = Trees.fit(x[usable], y[usable], target, size, settings.boosting, **given).predict(x[out], threads=1)
    forest, weight = None, 0.0
    if target == "tc":
        learning, judged = np.flatnonzero(usable)[~judging], np.flatnonzero(usable)[judging]
        inner = fit_forest(x[learning], y[learning], settings.forest, seed=own, threads=1)
        weight = best_weight(trees.predict(x[judged], threads=1), inner(x[judged]).tc, y[judged])
        forest = fit_forest(x[usable], y[usable], settings.forest, seed=own, threads=1)(x[out])
        values = blended(values, forest.tc, weight)
    return values, forest, size, weight


def judging_rows(folds: NDArray[np.int64], fold: int, number: int) -> NDArray[np.bool_]:
    """Mask of the rows that judge while one fold is left out: those of the next fold that has any, (n,).

    Args:
        folds: (n,) folds of the rows at hand, none of which is `fold`.
        fold: the one left out.
        number: how many folds there are.
    """
    following = [(fold + step) % number for step in range(1, number)]
    return folds == next(other for other in following if (folds == other).any())


def best_weight(boosted: NDArray[np.float64], forest: NDArray[np.float64], tc: NDArray[np.float64]) -> float:
    """Weight of the forest with the smallest mean absolute error, in quarters."""
    errors = [np.abs(blended(boosted, forest, weight) - tc).mean() for weight in WEIGHTS]
    return WEIGHTS[int(np.argmin(errors))]


def blended(boosted: NDArray[np.float64], forest: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Tc in K from both kinds of trees, (n,); never below 0 K. `weight` is that of the forest."""
    return np.maximum((1 - weight) * boosted + weight * forest, 0.0)


def middle(
    blend: NDArray[np.float64], forest_median: NDArray[np.float64], neighbours: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The default estimate of Tc, (n,) K: the middle one of the blend, the median tree and the neighbours' mean."""
    return np.median([blend, forest_median, neighbours], axis=0)


def targets(known: Known) -> dict[str, tuple[NDArray[np.bool_], NDArray[Any]]]:
    """Rows that each target is fitted to, and its values: the unlabelled count as negatives, of little weight."""
    return {
        "tc": (known.superconducting, known.tc),
        "superconducting": (np.ones(len(known.ids), dtype=bool), known.superconducting.astype(np.float64)),
    }
