"""The numbers of a run: one row a quantity, with its 95 % interval; the only origin of what is reported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from superdrift.io import tables
from superdrift.io.tables import Column, Table
from superdrift.run.errors import InputError
from superdrift.statistics.intervals import independent_share

NUMBERS = Table(
    "numbers",
    (
        Column("stage", pa.string(), "stage that the number comes from"),
        Column("source", pa.string(), "source or estimator it describes"),
        Column("quantity", pa.string(), "name, as defined in docs/methods/numbers.md"),
        Column("value", pa.float64(), "the number; null where it is not defined for this source", nullable=True),
        Column("low", pa.float64(), "lower end of its 95 % interval", nullable=True),
        Column("high", pa.float64(), "upper end of its 95 % interval", nullable=True),
        Column("unit", pa.string(), "unit; 1 for shares and counts"),
        Column("n", pa.int64(), "rows it was computed from"),
    ),
)


@dataclass(frozen=True)
class Number:
    """One row of numbers.parquet; `n` is the denominator of a share, else the rows that were looked at."""

    stage: str
    source: str
    quantity: str
    value: float | None
    n: int
    unit: str = "1"
    low: float | None = None
    high: float | None = None


def share(stage: str, source: str, quantity: str, hits: int, n: int) -> Number:
    """A share `hits / n` with Wilson's 95 % score interval (Wilson 1927); undefined where n = 0."""
    if n == 0:
        return Number(stage, source, quantity, None, 0)
    value, low, high = independent_share(hits, n)
    return Number(stage, source, quantity, value, int(n), low=low, high=high)


def count(stage: str, source: str, quantity: str, value: int, n: int) -> Number:
    """A number of things found among n rows."""
    return Number(stage, source, quantity, float(value), int(n))


def moments(stage: str, source: str, names: Sequence[str], values: ArrayLike, unit: str) -> list[Number]:
    """Mean, standard deviation (n − 1 in the denominator) and maximum; undefined where rows are too few.

    Args:
        stage: stage the values come from.
        source: source they describe.
        names: quantity of the mean, of the deviation and of the maximum, in this order.
        values: (n,) the values.
        unit: their unit.
    """
    array = np.asarray(values, dtype=np.float64)
    n = len(array)
    found = (
        float(array.mean()) if n else None,
        float(array.std(ddof=1)) if n > 1 else None,
        float(array.max()) if n else None,
    )
    return [Number(stage, source, name, value, n, unit) for name, value in zip(names, found, strict=True)]


def write(path: Path, numbers: Sequence[Number], metadata: Mapping[str, Any]) -> None:
    """Write numbers.parquet.

    Raises:
        InputError: when two rows have the same source and quantity within one stage.
    """
    seen: set[tuple[str, str, str]] = set()
    for number in numbers:
        key = (number.stage, number.source, number.quantity)
        if key in seen:
            raise InputError(f"quantity {key} occurs twice; give each source to the numbers stage once")
        seen.add(key)
    rows = [asdict(number) for number in numbers]
    columns = {column.name: [row[column.name] for row in rows] for column in NUMBERS.columns}
    tables.write(path, NUMBERS, columns, metadata)


class Numbers:
    """Look-up in numbers.parquet by source and quantity."""

    def __init__(self, rows: Iterable[Number]) -> None:
        self.rows = list(rows)
        self._by_name = {(row.source, row.quantity): row for row in self.rows}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read numbers.parquet."""
        return cls(Number(**row) for row in tables.read(path, NUMBERS).to_pylist())

    def get(self, source: str, quantity: str) -> Number | None:
        """The row, or None where the run has no such quantity."""
        return self._by_name.get((source, quantity))

    def value(self, source: str, quantity: str) -> float | None:
        """Its value, or None where the run has no such quantity or it is undefined."""
        row = self.get(source, quantity)
        return None if row is None else row.value

    def hits(self, source: str, quantity: str) -> int | None:
        """The numerator of a share."""
        row = self.get(source, quantity)
        return None if row is None or row.value is None else round(row.value * row.n)
