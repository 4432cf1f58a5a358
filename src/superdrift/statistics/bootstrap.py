"""Errors and ranking quality with percentile intervals of a bootstrap over groups of rows that belong together."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from superdrift.statistics.intervals import TAILS, Interval95

_RESAMPLES = 1000
"""Resamples of the bootstrap: 25 beyond each end of a 95 % interval."""
_AUC_RESAMPLES = 200
"""Fewer, because each sorts all rows."""
_MEMORY = 2_000_000
"""Resampled group counts held at once: bounds the memory; no result depends on it."""


def regression_errors(
    truth: NDArray[np.float64],
    predicted: NDArray[np.float64],
    groups: NDArray[np.int64],
    generator: np.random.Generator,
) -> dict[str, Interval95]:
    """R², MAE and RMSE, with percentile intervals of a bootstrap over groups; R² only where it is defined.

    Args:
        truth: (n,) measured values.
        predicted: (n,) estimates, in the same unit.
        groups: (n,) which rows belong together.
        generator: for the bootstrap.
    """
    error = predicted - truth
    group = np.unique(groups, return_inverse=True)[1].ravel()
    parts = (np.ones_like(truth), np.abs(error), error**2, truth, truth**2)
    sums = np.stack([np.bincount(group, weights=part) for part in parts], axis=1)
    drawn = _resampled(sums, generator)
    found = {}
    for metric, value, values in zip(
        ("r2", "mae", "rmse"), _metrics(sums.sum(axis=0, keepdims=True)), _metrics(drawn), strict=True
    ):
        if np.isfinite(value[0]):
            usual = values[np.isfinite(values)]
            low, high = np.quantile(usual, TAILS) if len(usual) else (value[0], value[0])
            found[metric] = (
                float(value[0]),
                min(float(low), float(value[0])),
                max(float(high), float(value[0])),
            )
    return found


def bootstrapped(
    values: NDArray[np.float64],
    groups: NDArray[np.int64],
    statistic: Callable[[NDArray[np.float64]], float],
    generator: np.random.Generator,
) -> Interval95:
    """A statistic of values, such as their median, with the interval of a bootstrap over groups.

    Args:
        values: (n,), n ≥ 1.
        groups: (n,) which rows belong together.
        statistic: of the values.
        generator: for the bootstrap.
    """
    group, value = np.unique(groups, return_inverse=True)[1].ravel(), float(statistic(values))
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    drawn = []
    for _ in range(_RESAMPLES):
        chosen = generator.integers(len(members), size=len(members))
        drawn.append(float(statistic(values[np.concatenate([members[i] for i in chosen])])))
    low, high = np.quantile(drawn, TAILS)
    return value, min(float(low), value), max(float(high), value)


def ranking_auc(
    positive: NDArray[np.bool_], score: NDArray[np.float64], groups: NDArray[np.int64], generator: np.random.Generator
) -> Interval95 | None:
    """Chance that a positive row scores above a negative one, with the interval of a bootstrap over groups.

    None where all rows are of one kind.
    """
    if positive.all() or not positive.any():
        return None
    value = float(roc_auc_score(positive, score))
    group = np.unique(groups, return_inverse=True)[1].ravel()
    number, drawn = int(group.max()) + 1, []
    for _ in range(_AUC_RESAMPLES):
        weight = np.bincount(generator.integers(number, size=number), minlength=number)[group]
        rows = weight > 0
        if positive[rows].any() and not positive[rows].all():
            drawn.append(roc_auc_score(positive[rows], score[rows], sample_weight=weight[rows]))
    low, high = np.quantile(drawn, TAILS) if drawn else (value, value)
    return value, min(float(low), value), max(float(high), value)


def _resampled(sums: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """(groups, parts) sums → (resamples, parts) sums over groups drawn with replacement."""
    number = len(sums)
    at_once = max(1, min(_RESAMPLES, _MEMORY // number))
    totals = []
    for start in range(0, _RESAMPLES, at_once):
        size = min(at_once, _RESAMPLES - start)
        drawn = generator.integers(number, size=(size, number))
        flat = (drawn + number * np.arange(size)[:, None]).ravel()
        totals.append(np.bincount(flat, minlength=size * number).reshape(size, number) @ sums)
    return np.concatenate(totals)


def _metrics(
    sums: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(m, 5) sums of 1, |e|, e², y, y² → R², MAE, RMSE, each (m,); R² NaN without variance."""
    n, absolute, squared, total, total_squared = sums.T
    variance = total_squared - total**2 / n
    varies = variance > 1e-9 * np.maximum(total_squared, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.where(varies, 1 - squared / variance, np.nan)
    return r2, absolute / n, np.sqrt(squared / n)
