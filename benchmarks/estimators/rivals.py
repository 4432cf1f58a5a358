"""Other estimators of Tc in the same folds as the default: extremely randomised trees, fewer features, means of two."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from superdrift.composition.elements import N_ELEMENTS
from superdrift.estimators.boosting import Trees, choose_size
from superdrift.estimators.features import features
from superdrift.estimators.known import Known
from superdrift.estimators.scores import errors
from superdrift.estimators.splits import chemical_groups, make_splits
from superdrift.settings import FitSettings

SEED = 1
EXTRA = {"n_estimators": 200, "max_features": 0.3, "random_state": SEED}


def rivals(known: Known, settings: FitSettings) -> Iterator[dict[str, Any]]:
    """R², MAE and RMSE of each rival, one draw of the folds; boosted trees of the most leaves in the settings."""
    settings = replace(settings, boosting=replace(settings.boosting, leaves=[max(settings.boosting.leaves)]))
    x, warm = features(known.amounts), known.superconducting
    groups = chemical_groups(
        known.fractions, radius=settings.group_radius, largest=int(settings.largest_group * len(known.ids))
    )
    for split in make_splits(known, groups, folds=settings.folds, generator=np.random.default_rng(SEED)):
        folds, found = split.folds[warm], {}
        found["boosted trees"] = _boosted(x[warm], known.tc[warm], folds, settings)
        found["boosted trees, fractions alone"] = _boosted(x[warm][:, :N_ELEMENTS], known.tc[warm], folds, settings)
        found["extra trees"] = _extra(x[warm], known.tc[warm], folds, settings)
        found["mean of both"] = (found["boosted trees"] + found["extra trees"]) / 2
        for model, tc in found.items():
            measured = errors(known.tc[warm], tc, split.groups[warm], np.random.default_rng(SEED))
            for metric, (value, low, high) in measured.items():
                unit = "1" if metric == "r2" else "K"
                yield {"model": model, "split": split.name, "metric": metric, "subset": "all", "value": value,
                       "low": low, "high": high, "unit": unit, "n": len(tc)}  # fmt: skip


def _boosted(
    x: NDArray[np.float32], tc: NDArray[np.float64], folds: NDArray[np.int64], settings: FitSettings
) -> NDArray[np.float64]:
    held_out = np.zeros(len(tc))
    for fold in range(folds.max() + 1):
        out = folds == fold
        judging = folds[~out] == (fold + 1) % (folds.max() + 1)
        size = choose_size(x[~out], tc[~out], judging, "tc", settings.boosting, seed=SEED)[0]
        trees = Trees.fit(x[~out], tc[~out], "tc", size, settings.boosting, seed=SEED)
        held_out[out] = np.maximum(trees.predict(x[out], threads=settings.threads), 0.0)
    return held_out


def _extra(
    x: NDArray[np.float32], tc: NDArray[np.float64], folds: NDArray[np.int64], settings: FitSettings
) -> NDArray[np.float64]:
    held_out = np.zeros(len(tc))
    for fold in range(folds.max() + 1):
        out = folds == fold
        trees = ExtraTreesRegressor(**EXTRA, n_jobs=settings.threads).fit(x[~out], tc[~out])
        held_out[out] = trees.predict(x[out])
    return held_out
