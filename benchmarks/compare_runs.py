"""Whether two runs hold the same rows: every Parquet table of one folder beside that of the other.

    python benchmarks/compare_runs.py results-before/demo results/demo

Columns of time are left out; provenance stands in the metadata, which is not compared. A column that one side
lacks, and every column that differs, is named with the number of rows; the exit status is 1 where anything differs.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

LEFT_OUT = frozenset({"seconds"})
"""Columns that tell how long something took."""


def main() -> int:
    """Print the differences; 0 where there are none."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="folder of a run")
    parser.add_argument("after", type=Path, help="folder of another run")
    arguments = parser.parse_args()
    sides = [_tables(folder) for folder in (arguments.before, arguments.after)]
    names = sorted(set(sides[0]) | set(sides[1]))
    different = 0
    for name in names:
        lines = list(_differences(sides[0].get(name), sides[1].get(name)))
        different += bool(lines)
        for line in lines:
            print(f"{name}: {line}")
    print(f"{len(names)} tables, {len(names) - different} equal")
    return int(different > 0)


def _tables(folder: Path) -> dict[str, Path]:
    """Tables below a folder by their place in it; hidden folders hold unfinished work."""
    found = {path.relative_to(folder): path for path in folder.rglob("*.parquet")}
    return {str(place): path for place, path in found.items() if not any(p.startswith(".") for p in place.parts)}


def _differences(before: Path | None, after: Path | None) -> Iterator[str]:
    if before is None or after is None:
        yield "only " + ("after" if before is None else "before")
        return
    one, other = pq.read_table(before), pq.read_table(after)
    for side, more, less in (("before", one, other), ("after", other, one)):
        for column in sorted(set(more.column_names) - set(less.column_names)):
            yield f"column {column} only {side}"
    if one.num_rows != other.num_rows:
        yield f"{one.num_rows} rows before, {other.num_rows} after"
        return
    for column in one.column_names:
        if column in other.column_names and column not in LEFT_OUT:
            rows = _unequal(one[column].combine_chunks(), other[column].combine_chunks())
            if rows:
                yield f"column {column} differs in {rows} of {one.num_rows} rows"


def _unequal(one: pa.Array, other: pa.Array) -> int:
    """How many rows differ; floating-point numbers must agree to the last bit."""
    if one.equals(other):
        return 0
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return sum(not _same(a, b) for a, b in pairs)


def _same(a: object, b: object) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return a == b or (isinstance(a, float) and isinstance(b, float) and np.isnan(a) and np.isnan(b))


if __name__ == "__main__":
    sys.exit(main())
