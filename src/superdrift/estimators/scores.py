"""Scores on held-out compositions, with intervals that respect groups of near-duplicates."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.families import FAMILIES
from superdrift.estimators.held_out import ESTIMATOR, NULL, HeldOut
from superdrift.estimators.known import Known

TC_BANDS = (0.0, 10.0, 40.0, 77.0, np.inf)
"""K; bands of measured Tc that are scored apart: to 10 K, to MgB2, to liquid nitrogen, above."""
DECILES = 10
TOP = 100
WARM = 77.0
"""K; of the TOP compositions of highest estimated Tc, the share measured at or above this is their precision."""
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
    repeats: int = 1
    repeat_sd: float | None = None


def score(known: Known, found: HeldOut, covered: NDArray[np.bool_], generator: np.random.Generator) -> list[Score]:
    """Scores of the default, the published method and the null, on everything and on each subset.

    Args:
        known: labelled compositions.
        found: what was said of them while they were held out.
        covered: (n,) measured Tc lies in its interval.
        generator: for the bootstrap.
    """
    rows: list[Score] = []
    groups = found.split.groups
    for subset, inside in subsets(known, found):
        warm, cold = inside & known.superconducting, inside & ~known.superconducting
        measured: dict[tuple[str, str], tuple[Interval95, int]] = {}
        for method, probability in found.probability.items():
            said = probability > 0.5
            for metric, mask in (("tp", warm), ("fp", cold)):
                if mask.any():
                    measured[method, metric] = share(said[mask], groups[mask]), int(mask.sum())
        if warm.any():
            n = int(warm.sum())
            measured[ESTIMATOR, "coverage"] = share(covered[warm], groups[warm]), n
            for method, tc in found.tc.items():
                found_errors = errors(known.tc[warm], tc[warm], groups[warm], generator)
                measured |= {(method, metric): (values, n) for metric, values in found_errors.items()}
        if subset == "all":
            measured |= _top(known, found)
        for (model, metric), (values, n) in measured.items():
            unit = "K" if metric in ("mae", "rmse") else "1"
            rows.append(Score(model, found.split.name, metric, subset, *values, unit, n))
    return rows


def subsets(known: Known, found: HeldOut) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Names and masks: all, families, bands of measured Tc, tenths by distance to the nearest known superconductor."""
    yield "all", np.ones(len(known.ids), dtype=bool)
    for family in FAMILIES:
        yield family, known.families == family
    tc = np.nan_to_num(known.tc, nan=-1.0)
    for low, high in pairwise(TC_BANDS):
        yield f"tc_{low:.0f}_{high:.0f}".replace("_inf", "_up"), (tc >= low) & (tc < high)
    distance = found.vote.distance
    edges = np.quantile(distance[known.superconducting], np.linspace(0, 1, DECILES + 1)[1:-1])
    decile = np.searchsorted(edges, distance, side="left")
    for number in range(DECILES):
        yield f"distance_{number + 1}", decile == number


def averaged(repeats: Sequence[Sequence[Score]]) -> list[Score]:
    """One row for the same score of several repeats: means of values and interval ends, deviation of the values."""
    by_name: dict[tuple[str, str, str, str], list[Score]] = defaultdict(list)
    for scores in repeats:
        for row in scores:
            by_name[row.model, row.split, row.metric, row.subset].append(row)
    rows = []
    for name, found in by_name.items():
        value, low, high = (float(np.mean([getattr(row, end) for row in found])) for end in ("value", "low", "high"))
        deviation = float(np.std([row.value for row in found], ddof=1)) if len(found) > 1 else None
        n = round(float(np.mean([row.n for row in found])))
        rows.append(Score(*name, value, min(low, value), max(high, value), found[0].unit, n, len(found), deviation))
    return rows


def _top(known: Known, found: HeldOut) -> dict[tuple[str, str], tuple[Interval95, int]]:
    """Precision of the compositions of either kind with the highest estimates (probability × Tc).

    Beside each method the share of all compositions that are as warm (`null`): the precision of a blind choice.
    """
    warm = np.nan_to_num(known.tc, nan=0.0) >= WARM
    groups, measured = found.split.groups, {}
    for method, probability in found.probability.items():
        best = np.argsort(-probability * found.tc[method], kind="stable")[:TOP]
        measured[method, "top_precision"] = share(warm[best], groups[best]), len(best)
    measured[NULL, "top_precision"] = share(warm, groups), len(warm)
    return measured


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
