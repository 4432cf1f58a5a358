"""Other estimators of Tc in the same folds as the default: extremely randomised trees, fewer features, means of two."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from superdrift.composition.elements import N_ELEMENTS
from superdrift.statistics.bootstrap import regression_errors
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tc.boosting import Trees, choose_size
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.splits import make_splits

SEED = 1
EXTRA = {"n_estimators": 200, "max_features": 0.3, "random_state": SEED}


def rivals(known: Known, settings: FitSettings) -> Iterator[dict[str, Any]]:
    """R², MAE and RMSE of each rival, one draw of the folds; boosted trees of the most leaves in the settings."""
    settings = replace(settings, boosting=replace(settings.boosting, leaves=[max(settings.boosting.leaves)]))
    rows = known.superconducting
    x, tc = features(known.amounts)[rows], known.tc[rows]
    groups = chemical_groups(
        known.fractions, radius=settings.group_radius, largest=int(settings.largest_group * len(known.ids))
    )
    for split in make_splits(known, groups, folds=settings.folds, generator=np.random.default_rng(SEED)):
        folds, found = split.folds[rows], {}
        found["boosted trees"] = _held_out(x, tc, folds, partial(_boosted, settings=settings))
        fractions = x[:, :N_ELEMENTS]
        found["boosted trees, fractions alone"] = _held_out(fractions, tc, folds, partial(_boosted, settings=settings))
        found["extra trees"] = _held_out(x, tc, folds, partial(_extra, threads=settings.threads))
        found["mean of both"] = (found["boosted trees"] + found["extra trees"]) / 2
        for model, estimated in found.items():
            measured = regression_errors(tc, estimated, split.groups[rows], np.random.default_rng(SEED))
            for metric, (value, low, high) in measured.items():
                unit = "1" if metric == "r2" else "K"
                yield {"model": model, "split": split.name, "metric": metric, "subset": "all", "value": value,
                       "low": low, "high": high, "unit": unit, "n": len(tc)}  # fmt: skip


Predict = Callable[[NDArray[np.float32]], NDArray[np.float64]]


def _held_out(
    x: NDArray[np.float32], tc: NDArray[np.float64], folds: NDArray[np.int64], fit: Callable[..., Predict]
) -> NDArray[np.float64]:
    """Tc of each fold by an estimator fitted to the others; the fold that follows may judge its choices."""
    number, estimated = folds.max() + 1, np.zeros(len(tc))
    for fold in range(number):
        out = folds == fold
        predict = fit(x[~out], tc[~out], folds[~out] == (fold + 1) % number)
        estimated[out] = np.maximum(predict(x[out]), 0.0)
    return estimated


def _boosted(
    x: NDArray[np.float32], tc: NDArray[np.float64], judging: NDArray[np.bool_], *, settings: FitSettings
) -> Predict:
    size, _ = choose_size(x, tc, judging, "tc", settings.boosting, seed=SEED)
    return partial(Trees.fit(x, tc, "tc", size, settings.boosting, seed=SEED).predict, threads=settings.threads)


def _extra(x: NDArray[np.float32], tc: NDArray[np.float64], _: NDArray[np.bool_], *, threads: int) -> Predict:
    return ExtraTreesRegressor(**EXTRA, n_jobs=threads).fit(x, tc).predict
