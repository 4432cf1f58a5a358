"""Scores of a model on held-out data: one row each, with its interval, and the table that holds them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from superdrift.io.tables import Column, Table

NULL = "null"
"""Name of the model that knows nothing but a mean."""

SCORES = Table(
    "scores",
    (
        Column(
            "model",
            pa.string(),
            "estimator: the default; knn: the published method; formation-energy, elemnet: networks of formation "
            "energy; null: mean of the family, or of the training energies",
        ),
        Column(
            "split", pa.string(), "how rows were held out: random, systems, grouped; test: as published with the data"
        ),
        Column(
            "metric",
            pa.string(),
            "r2, mae, rmse, tp, fp, coverage, top_precision; coverage_68, coverage_90: of 1 and 1.645 standard "
            "deviations; hull_mae, hull_auc: of the distance to the hull",
        ),
        Column(
            "subset",
            pa.string(),
            "all, a family, a band of measured Tc, a tenth by distance to the known; a number of elements, or whether "
            "the training data has the element set",
        ),
        Column("value", pa.float64(), "the score, on data held out from the fit"),
        Column("low", pa.float64(), "lower end of its 95 % interval", nullable=True),
        Column("high", pa.float64(), "upper end of its 95 % interval", nullable=True),
        Column("unit", pa.string(), "K, eV/atom, or 1 for shares"),
        Column("n", pa.int64(), "held-out rows it was measured on"),
        Column("repeats", pa.int64(), "times the folds were drawn anew; value, low and high are means over them"),
        Column("repeat_sd", pa.float64(), "standard deviation of the value between them", nullable=True),
    ),
)


@dataclass(frozen=True)
class Score:
    """One row of scores.parquet; see `SCORES`."""

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


def columns(scores: list[Score]) -> dict[str, list[Any]]:
    """Columns of `SCORES`."""
    values = zip(*(astuple(row) for row in scores), strict=True)
    return {field.name: list(column) for field, column in zip(fields(Score), values, strict=True)}
