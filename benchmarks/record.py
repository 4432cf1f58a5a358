"""Writes what a benchmark measured into a small Parquet file, with machine, date, commit and data in its metadata."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from superdrift.io import tables
from superdrift.io.tables import METADATA_KEY
from superdrift.run.provenance import commit

Row = dict[str, Any]


def origin(compounds: Path | None, **more: Any) -> dict[str, Any]:
    """Where a measurement comes from.

    Args:
        compounds: compounds.parquet that was measured on; the files it was made of are named with their SHA-256. None:
            no run was measured on.
        more: anything else worth knowing, such as the number of samples.
    """
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        **({} if compounds is None else {"compounds": tables.read_metadata(compounds).get("inputs")}),
        **more,
    }


def write(path: Path, rows: Sequence[Row], where: dict[str, Any], *, part: str | None = None) -> None:
    """Write the rows of a benchmark.

    Args:
        path: of the table.
        rows: one dictionary each; a key that a row lacks is null in it.
        where: from `origin`.
        part: column that tells the parts of the benchmark apart. Rows of parts that were not measured now stay in the
            table, and the metadata hold one origin for each part. Without it the table is replaced.
    """
    record = where
    if part is not None:
        measured, record = {row[part] for row in rows}, {}
        if path.is_file():
            before = pq.read_table(path)
            record = json.loads((before.schema.metadata or {}).get(METADATA_KEY, b"{}"))
            rows = [row for row in before.to_pylist() if row[part] not in measured] + list(rows)
        record |= dict.fromkeys(sorted(measured), where)
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(record)}), path)
