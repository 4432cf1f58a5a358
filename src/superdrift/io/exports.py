"""Tables for people: written as Parquet, CSV or JSON, by the ending of the file's name, whole or not at all."""

import io
import json
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from superdrift.io.files import write_whole
from superdrift.run.errors import InputError

LIST_SEPARATOR = "; "
"""Between the members of a list in one cell of a CSV."""


def check_output(path: Path, inputs: Sequence[str] = ()) -> None:
    """Make sure, before any work, that a table can be written there.

    Args:
        path: the file to write.
        inputs: names of files that must not be written over.

    Raises:
        InputError: for an ending that names no format, a folder, a folder that is missing or cannot be written in, or
            one of the inputs.
    """
    try:
        problem = _problem(path, inputs)
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        problem = f"{getattr(error, 'strerror', None) or error}; name another file"
    if problem:
        raise InputError(f"cannot write {path}: {problem}")


def _problem(path: Path, inputs: Sequence[str]) -> str:
    """Why a table cannot be written there, and the remedy; empty where it can."""
    if path.is_dir():
        return f"it is a folder; name a file in it, such as {path / 'table.csv'}"
    if path.suffix.lower() not in WRITERS:
        return f"give it the ending {', '.join(WRITERS)}, which decides the format"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; make it, or name another"
    if not os.access(path.parent, os.W_OK):
        return f"nothing may be written in {path.parent}; name another folder"
    if path.exists() and path.resolve() in [Path(name).resolve() for name in inputs if name.endswith(path.suffix)]:
        return "it is what is read; name another file"
    return ""


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table in the format of the name's ending.

    Raises:
        InputError: where it cannot be written.
    """
    check_output(path)
    try:
        write_whole(path, WRITERS[path.suffix.lower()](table))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}; name another file") from None


def _parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def _csv(table: pa.Table) -> bytes:
    """UTF-8, commas, a header; nothing for null."""
    for place, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            joined = pc.binary_join(table.column(place), LIST_SEPARATOR)
            table = table.set_column(place, field.name, joined)
    stream = io.BytesIO()
    pyarrow.csv.write_csv(table, stream, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return stream.getvalue()


def _json(table: pa.Table) -> bytes:
    """A list of records, one a line, in UTF-8; what is no finite number is null."""
    records = [json.dumps(_finite(row), ensure_ascii=False, allow_nan=False) for row in table.to_pylist()]
    return ("[\n" + ",\n".join(records) + "\n]\n").encode()


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


WRITERS: dict[str, Callable[[pa.Table], bytes]] = {".parquet": _parquet, ".csv": _csv, ".json": _json}
"""What makes the bytes of a table, by the ending of the file's name."""
