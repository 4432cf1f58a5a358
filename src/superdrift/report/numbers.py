"""The numbers of a run: one row a quantity, with its 95 % interval; the only origin of what is reported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from superdrift import tables
from superdrift.errors import InputError


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
    interval = binomtest(int(hits), int(n)).proportion_ci(0.95, method="wilson")
    return Number(stage, source, quantity, hits / n, int(n), low=float(interval.low), high=float(interval.high))


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
    columns = {column.name: [row[column.name] for row in rows] for column in tables.NUMBERS.columns}
    tables.write(path, tables.NUMBERS, columns, metadata)


class Numbers:
    """Look-up in numbers.parquet by source and quantity."""

    def __init__(self, rows: Iterable[Number]) -> None:
        self.rows = list(rows)
        self._by_name = {(row.source, row.quantity): row for row in self.rows}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read numbers.parquet."""
        return cls(Number(**row) for row in tables.read(path, tables.NUMBERS).to_pylist())

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
