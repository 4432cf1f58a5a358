"""Fit, choose, calibrate and measure the estimators: compounds and settings in, estimator and scores out."""

import logging
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift import seeds
from superdrift.estimators.crossval import ESTIMATOR, HeldOut, NestedSearch, fold_lists
from superdrift.estimators.intervals import Interval
from superdrift.estimators.known import Known
from superdrift.estimators.model import Estimator
from superdrift.estimators.neighbours import Choice
from superdrift.estimators.scores import Score, score
from superdrift.estimators.splits import Split, make_splits, residual_share
from superdrift.settings import FitSettings

logger = logging.getLogger("superdrift")

TWIN_RADII = (0.02, 0.05)
"""Distances (half L1) at which remaining near-duplicates across folds are counted."""


@dataclass(frozen=True)
class Fitted:
    """The estimator for new compositions, its scores on held-out ones, and how both came about."""

    estimator: Estimator
    scores: list[Score]
    splits: dict[str, Any]


def fit(known: Known, settings: FitSettings, *, seed: int) -> Fitted:
    """Fit the estimators and measure them on both splits."""
    splits = make_splits(
        known,
        folds=settings.folds,
        radius=settings.group_radius,
        largest_group=settings.largest_group,
        generator=seeds.generator(seed, "fit", "folds"),
    )
    choices = [Choice(*found) for found in product(settings.neighbours, settings.metrics, settings.weights)]
    metrics = sorted({*settings.metrics, "manhattan"})
    lists = {m: fold_lists(known, splits, metric=m, k=max(settings.neighbours)) for m in metrics}
    searches = [
        NestedSearch(known, split, {m: lists[m][i] for m in metrics}, choices) for i, split in enumerate(splits)
    ]
    held_out = [search.held_out() for search in searches]
    scores = []
    for split, found in zip(splits, held_out, strict=True):
        covered = _covered(known, split, found, held_out, settings.coverage)
        scores += score(known, split, found, covered, seeds.generator(seed, "fit", "scores", split.name))
    chosen = searches[1].choose()
    warm = known.superconducting
    estimator = Estimator(
        known=known,
        classifier=chosen.classifier[ESTIMATOR],
        regressor=chosen.regressor,
        interval=_calibrated(known, warm, held_out, settings.coverage),
        radius=float(np.quantile(held_out[1].predicted.distance[warm], settings.applicable_quantile)),
    )
    return Fitted(estimator, scores, {s.name: _summary(s, h) for s, h in zip(splits, held_out, strict=True)})


def _calibrated(known: Known, rows: NDArray[np.bool_], held_out: list[HeldOut], coverage: float) -> Interval:
    """Scale from both splits, near and far; quantiles from the grouped one alone, as for new compounds."""
    random, grouped = (found.predicted for found in held_out)
    both = type(random)(
        np.concatenate([random[rows].tc, grouped[rows].tc]),
        np.concatenate([random[rows].spread, grouped[rows].spread]),
        np.concatenate([random[rows].distance, grouped[rows].distance]),
    )
    truth = known.tc[rows]
    return Interval.calibrate((both, np.concatenate([truth, truth])), (grouped[rows], truth), coverage=coverage)


def _covered(known: Known, split: Split, found: HeldOut, held_out: list[HeldOut], coverage: float) -> NDArray[np.bool_]:
    """Cross-conformal: each fold's intervals are calibrated on the residuals of the other folds."""
    covered = np.zeros(len(known.ids), dtype=bool)
    for fold in range(split.number):
        tested = split.folds == fold
        interval = _calibrated(known, known.superconducting & ~tested, held_out, coverage)
        low, high = interval.bounds(found.predicted[tested])
        covered[tested] = (known.tc[tested] >= low) & (known.tc[tested] <= high)
    return covered


def _summary(split: Split, found: HeldOut) -> dict[str, Any]:
    """Folds, groups, and the near-duplicates that grouping left across folds."""
    sizes = np.bincount(split.groups)
    twins = {str(radius): round(residual_share(found.nearest, radius), 4) for radius in TWIN_RADII}
    logger.info(
        "%s split: %d folds; held-out compositions with a training one within %s",
        split.name, split.number, ", ".join(f"{r}: {share:.1%}" for r, share in twins.items()),
    )  # fmt: skip
    return {
        "folds": np.bincount(split.folds).tolist(),
        "groups": len(sizes),
        "largest_group": int(sizes.max()),
        "near_duplicates_across_folds": twins,
    }
