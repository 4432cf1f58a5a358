"""Scores on held-out compositions, with intervals that respect groups of near-duplicates."""

from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.families import FAMILIES
from superdrift.estimators.crossval import ESTIMATOR, PUBLISHED, HeldOut
from superdrift.estimators.known import Known
from superdrift.estimators.splits import Split

NULL = "null"
Interval95 = tuple[float, float, float]
"""Value, lower and upper end of its 95 % interval."""
_NORMAL = 1.959963984540054  # two-sided 95 %
_RESAMPLES = 1000
_MEMORY = 2_000_000  # resampled group counts held at once


@dataclass(frozen=True)
class Score:
    """One row of scores.parquet; see `tables.SCORES`."""

    model: str
    split: str
    metric: str
    subset: str
    value: float
    low: float
    high: float
    unit: str
    n: int


def score(
    known: Known, split: Split, held_out: HeldOut, covered: NDArray[np.bool_], generator: np.random.Generator
) -> list[Score]:
    """Scores of both votes, of the Tc estimate and of the null, on everything and on each family.

    Args:
        known: labelled compositions.
        split: how they were held out.
        held_out: what was predicted.
        covered: (n,) measured Tc lies in its interval.
        generator: for the bootstrap.
    """
    rows: list[Score] = []
    for subset in ("all", *FAMILIES):
        inside = np.ones(len(known.ids), dtype=bool) if subset == "all" else known.families == subset
        warm, cold = inside & known.superconducting, inside & ~known.superconducting
        measured: dict[tuple[str, str], Interval95] = {}
        for vote in (ESTIMATOR, PUBLISHED):
            said = held_out.probability[vote] > 0.5
            for metric, mask, values in (("tp", warm, said), ("fp", cold, said), ("coverage", warm, covered)):
                if mask.any():
                    measured[vote, metric] = share(values[mask], split.groups[mask])
        if warm.any():
            truth, groups = known.tc[warm], split.groups[warm]
            found = errors(truth, held_out.predicted.tc[warm], groups, generator)
            nothing = errors(truth, held_out.null_tc[warm], groups, generator)
            for model, scores in ((ESTIMATOR, found), (PUBLISHED, found), (NULL, nothing)):
                measured |= {(model, metric): values for metric, values in scores.items()}
        for (model, metric), values in measured.items():
            unit, n = (
                ("K" if metric in ("mae", "rmse") else "1"),
                int((cold if metric == "fp" else warm).sum()),
            )
            rows.append(Score(model, split.name, metric, subset, *values, unit, n))
    return rows


def columns(scores: list[Score]) -> dict[str, list[Any]]:
    """Columns of `tables.SCORES`."""
    values = zip(*(astuple(row) for row in scores), strict=True)
    return {field.name: list(column) for field, column in zip(fields(Score), values, strict=True)}


def share(hits: NDArray[np.bool_], groups: NDArray[np.int64]) -> Interval95:
    """A share with Wilson's 95 % interval at the effective number of rows.

    Near-duplicates are right or wrong together; the effective number is the one at which independent rows
    would scatter as the groups do (linearised variance of a ratio; Korn and Graubard 1998). Unlike a
    bootstrap it stays sensible when all rows agree: then every group counts as one row.

    Args:
        hits: (n,) what the share counts.
        groups: (n,) which rows belong together.

    Returns:
        Value, lower and upper end.
    """
    value, n = float(hits.mean()), len(hits)
    group = np.unique(groups, return_inverse=True)[1].ravel()
    number = int(group.max()) + 1
    deviations = np.bincount(group, weights=hits - value)
    variance = number / max(number - 1, 1) * float((deviations**2).sum()) / n**2
    effective = float(number) if variance <= 0 else min(value * (1 - value) / variance, float(n))
    effective = max(effective, 1.0)
    middle = (value + _NORMAL**2 / (2 * effective)) / (1 + _NORMAL**2 / effective)
    half = _NORMAL * np.sqrt(value * (1 - value) / effective + _NORMAL**2 / (4 * effective**2))
    half /= 1 + _NORMAL**2 / effective
    return value, min(max(float(middle - half), 0.0), value), max(min(float(middle + half), 1.0), value)


def errors(
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
            low, high = np.quantile(usual, (0.025, 0.975)) if len(usual) else (value[0], value[0])
            found[metric] = (
                float(value[0]),
                min(float(low), float(value[0])),
                max(float(high), float(value[0])),
            )
    return found


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
