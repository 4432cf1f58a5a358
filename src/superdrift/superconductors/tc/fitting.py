"""Fit, choose, calibrate and measure the estimators: compounds and settings in, estimator and scores out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.run import seeds
from superdrift.run.progress import Progress
from superdrift.statistics.scores import Score, averaged
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tc.boosting import Size, Trees
from superdrift.superconductors.tc.conformal import Interval, Residuals
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.held_out import HeldOut, predict_held_out, targets
from superdrift.superconductors.tc.held_out_groups import chemical_groups, near_duplicate_share
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbours import Choice, Neighbours
from superdrift.superconductors.tc.nested_cross_validation import Chosen, NestedSearch, fold_lists
from superdrift.superconductors.tc.novelty import KnownChemistry
from superdrift.superconductors.tc.scores import score
from superdrift.superconductors.tc.splits import make_splits

logger = logging.getLogger("superdrift")

NEAR_DUPLICATE_RADII = (0.02, 0.05)
"""Half L1; distances at which remaining near-duplicates across folds are counted: novelty and the groups' radius. They
describe the folds and change nothing."""
RANDOM, GROUPED = 0, -1
"""Places, among the splits of a repeat, of those that the radius of applicability and the choices come from."""


@dataclass(frozen=True)
class Fitted:
    """The estimator for new compositions, its scores on held-out ones, and how both came about.

    Attributes:
        estimator: for new compositions.
        scores: means over the repeats.
        held_out: of the first repeat, for each split.
        intervals: (n, 2) ends of the held-out intervals of Tc of the first repeat, K, for each split.
        splits: folds, groups and remaining near-duplicates of the first repeat.
    """

    estimator: Estimator
    scores: list[Score]
    held_out: list[HeldOut]
    intervals: list[NDArray[np.float64]]
    splits: dict[str, Any]


def fit(known: Known, settings: FitSettings, *, seed: int) -> Fitted:
    """Fit the estimators and measure them on all splits, as often as the folds are drawn anew."""
    x = features(known.amounts)
    groups = chemical_groups(
        known.fractions, radius=settings.group_radius, largest=int(settings.largest_group * len(known.ids))
    )
    found: list[list[HeldOut]] = []
    scores: list[list[Score]] = []
    intervals: list[list[NDArray[np.float64]]] = []
    chosen: list[Chosen] = []
    with Progress(settings.repeats, "fit estimators", "repeat") as progress:
        for repeat in range(settings.repeats):
            searches = nested_searches(known, groups, settings, seeds.generator(seed, "fit", "folds", repeat))
            own = seeds.derive(seed, "fit", "repeat", repeat)
            found.append([predict_held_out(known, x, search, settings, seed=own) for search in searches])
            chosen.append(searches[GROUPED].choose())
            intervals.append([_held_out_bounds(known, part, found[-1], settings.coverage) for part in found[-1]])
            scores.append([])
            for part, ends in zip(found[-1], intervals[-1], strict=True):
                covered = (known.tc >= ends[:, 0]) & (known.tc <= ends[:, 1])
                scores[-1] += score(known, part, covered, seeds.generator(own, "scores", part.split.name))
            progress.advance()
    estimator = _final(known, x, found, chosen[0], settings, seed=seed)
    splits = {part.split.name: _summary(part) for part in found[0]}
    return Fitted(estimator, averaged(scores), found[0], intervals[0], splits)


def nested_searches(
    known: Known, groups: NDArray[np.int64], settings: FitSettings, generator: np.random.Generator
) -> list[NestedSearch]:
    """The nested choice among neighbours for each split of one repeat."""
    splits = make_splits(known, groups, folds=settings.folds, generator=generator)
    choices = [Choice(*found) for found in product(settings.neighbours, settings.metrics, settings.weights)]
    metrics = sorted({*settings.metrics, "manhattan"})
    lists = {m: fold_lists(known, splits, metric=m, k=max(settings.neighbours)) for m in metrics}
    return [NestedSearch(known, split, {m: lists[m][i] for m in metrics}, choices) for i, split in enumerate(splits)]


def _final(
    known: Known, x: NDArray[np.float32], found: Sequence[Sequence[HeldOut]], chosen: Chosen, settings: FitSettings, *,
    seed: int,
) -> Estimator:  # fmt: skip
    """The estimator fitted to all compositions, with what the grouped splits chose."""
    trees = {}
    for target, (rows, y) in targets(known).items():
        size = Size.typical([size for repeat in found for size in repeat[GROUPED].sizes[target]])
        own = seeds.derive(seed, "fit", target)
        weight = known.weights(settings.unlabelled_weight)[rows]
        trees[target] = Trees.fit(x[rows], y[rows], target, size, settings.boosting, seed=own, weight=weight)
        logger.info("%s: %d trees of %d leaves", target, size.trees, size.leaves)
    superconducting = known.superconducting
    novelty = np.concatenate([held_out_novelty(known, repeat[RANDOM].split.folds) for repeat in found])
    return Estimator(
        neighbours=Neighbours(known, chosen.classifier, chosen.regressor),
        tc=trees["tc"],
        forest=settings.forest,
        weight=float(np.median([weight for repeat in found for weight in repeat[GROUPED].weights])),
        seed=seeds.derive(seed, "fit", "forest"),
        threads=settings.threads,
        superconducting=trees["superconducting"],
        interval=_calibrated(known, superconducting, found[0], settings.coverage),
        radius=float(np.quantile(novelty, settings.applicable_quantile)),
    )


def held_out_novelty(known: Known, folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Novelty of each known superconductor (in their order) while its fold is held out; `folds`: (n,) of all known."""
    superconducting = known.superconducting
    novelty = np.zeros(len(known.ids))
    for fold in np.unique(folds[superconducting]):
        out = superconducting & (folds == fold)
        rest = KnownChemistry(known.amounts[superconducting & ~out])
        novelty[out] = rest.novelty(known.amounts[out])
    return novelty[superconducting]


def _calibrated(known: Known, rows: NDArray[np.bool_], found: Sequence[HeldOut], coverage: float) -> Interval:
    """On the residuals of all splits: near compounds and far ones, however they were held out."""
    return Interval.calibrate(Residuals.joined(_residuals(known, rows, part) for part in found), coverage=coverage)


def _residuals(known: Known, rows: NDArray[np.bool_], found: HeldOut) -> Residuals:
    return Residuals(found.difficulty(known.families)[rows], known.tc[rows], found.split.folds[rows])


def _held_out_bounds(known: Known, part: HeldOut, found: Sequence[HeldOut], coverage: float) -> NDArray[np.float64]:
    """Cross-conformal: each fold's intervals are calibrated on the residuals of the other folds, (n, 2) in K."""
    ends = np.zeros((len(known.ids), 2))
    difficulty = part.difficulty(known.families)
    for fold in range(part.split.number):
        tested = part.split.folds == fold
        interval = _calibrated(known, known.superconducting & ~tested, found, coverage)
        ends[tested] = np.stack(interval.bounds(difficulty[tested]), axis=1)
    return ends


def _summary(found: HeldOut) -> dict[str, Any]:
    """Folds, groups, and the near-duplicates that grouping left across folds."""
    sizes = np.bincount(found.split.groups)
    near_duplicates = {
        str(radius): round(near_duplicate_share(found.nearest, radius), 4) for radius in NEAR_DUPLICATE_RADII
    }
    logger.info(
        "%s split: %d folds; held-out compositions with a training one within %s",
        found.split.name, found.split.number, ", ".join(f"{r}: {share:.1%}" for r, share in near_duplicates.items()),
    )  # fmt: skip
    return {
        "folds": np.bincount(found.split.folds).tolist(),
        "groups": len(sizes),
        "largest_group": int(sizes.max()),
        "near_duplicates_across_folds": near_duplicates,
    }
