"""What every estimator said of each composition while its fold was held out: fitted and chosen without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift import seeds
from superdrift.composition.families import FAMILIES
from superdrift.estimators.boosting import Size, Trees, choose_size
from superdrift.estimators.crossval import NestedSearch, family_means
from superdrift.estimators.intervals import Doubt
from superdrift.estimators.known import Known
from superdrift.estimators.neighbours import Vote
from superdrift.estimators.splits import Split
from superdrift.settings import BoostingSettings

ESTIMATOR, PUBLISHED, NULL = "estimator", "knn", "null"
"""Boosted trees, the default; K nearest neighbours, the published method; the mean Tc of the family."""


@dataclass(frozen=True)
class HeldOut:
    """Held-out estimates of one split.

    Attributes:
        split: how the folds were drawn.
        probability: (n,) of superconductivity, by method.
        tc: (n,) in K, by method.
        vote: what the neighbours said, and how far they were.
        nearest: (n,) distance to the nearest training composition of either kind, half L1.
        sizes: of the trees chosen for each fold, by target.
    """

    split: Split
    probability: Mapping[str, NDArray[np.float64]]
    tc: Mapping[str, NDArray[np.float64]]
    vote: Vote
    nearest: NDArray[np.float64]
    sizes: Mapping[str, list[Size]]

    def doubt(self, families: NDArray[np.str_]) -> Doubt:
        """What the errors of the default estimate of Tc are judged by."""
        return doubt(self.tc[ESTIMATOR], self.vote, families)

    def columns(self, known: Known, intervals: NDArray[np.float64]) -> dict[str, Any]:
        """Columns of `tables.HELD_OUT`; `intervals`: (n, 2) ends of the held-out intervals of Tc, K."""
        return {
            "id": known.ids,
            "split": [self.split.name] * len(known.ids),
            "fold": self.split.folds,
            "group": self.split.groups,
            "family": known.families.tolist(),
            "superconducting": known.superconducting,
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


def doubt(tc: NDArray[np.float64], vote: Vote, families: NDArray[np.str_]) -> Doubt:
    """Signs of a large error: distance, neighbours that disagree with each other or with the estimate."""
    family = np.array([FAMILIES.index(name) for name in families.tolist()], dtype=np.int64)
    return Doubt(tc, vote.distance, vote.spread, np.abs(tc - vote.tc), family)


def predict_held_out(
    known: Known, x: NDArray[np.float32], search: NestedSearch, settings: BoostingSettings, *, seed: int
) -> HeldOut:
    """Held-out estimates of all methods.

    Args:
        known: labelled compositions.
        x: (n, f) their features.
        search: of the neighbours, with the split.
        settings: of the trees.
        seed: of the run and the repeat.
    """
    split = search.split
    vote, nearest = search.held_out()
    blank = {name: np.zeros(len(known.ids)) for name in ("tc", "superconducting", NULL)}
    sizes: dict[str, list[Size]] = {"tc": [], "superconducting": []}
    for fold in range(split.number):
        out = split.folds == fold
        for target, (rows, y) in targets(known).items():
            own = seeds.derive(seed, "fit", target, split.name, fold)
            usable = rows & ~out
            judging = split.folds[usable] == (fold + 1) % split.number  # nothing of the fold left out has a say
            size = choose_size(x[usable], y[usable], judging, target, settings, seed=own)
            trees = Trees.fit(x[usable], y[usable], target, size, settings, seed=own)
            blank[target][out] = trees.predict(x[out])
            sizes[target].append(size)
        blank[NULL][out] = family_means(known, ~out, known.families[out])
    return HeldOut(
        split,
        {ESTIMATOR: blank["superconducting"], PUBLISHED: vote.probability},
        {ESTIMATOR: np.maximum(blank["tc"], 0.0), PUBLISHED: vote.tc, NULL: blank[NULL]},
        vote, nearest, sizes,
    )  # fmt: skip


def targets(known: Known) -> dict[str, tuple[NDArray[np.bool_], NDArray[Any]]]:
    """Rows that know each target, and its values."""
    return {
        "tc": (known.superconducting, known.tc),
        "superconducting": (np.ones(len(known.ids), dtype=bool), known.superconducting.astype(np.float64)),
    }
