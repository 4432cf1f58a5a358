"""Scores of a model on held-out data: one row each, with its interval, and the table that holds them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from superdrift.io.tables import Column, Table

NULL = "null"
"""Name of the model that predicts a mean, whatever it is asked."""

SCORES = Table(
    "scores",
    (
        Column("model", pa.string(), "name of the model; null: a mean of known values"),
        Column("split", pa.string(), "how rows were held out; test: as published with the data"),
        Column("metric", pa.string(), "name of the score, as defined in docs/methods/numbers.md"),
        Column("subset", pa.string(), "held-out rows it was measured on: all, or a part of them"),
        Column("value", pa.float64(), "the score, on data held out from the fit"),
        Column("low", pa.float64(), "lower end of its 95 % interval", nullable=True),
        Column("high", pa.float64(), "upper end of its 95 % interval", nullable=True),
        Column("unit", pa.string(), "unit of the value; 1 for shares"),
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
