"""Parquet files that are either whole or absent: typed tables, written batch by batch, checked on every read.

A table is written to a temporary name and renamed when it is whole, one row group per batch, so that a reader never
meets half a file and memory is bounded by the batch. Page checksums are written, and verified on reading.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from superdrift.run.errors import InputError

METADATA_KEY = b"superdrift"


def vector(width: int) -> pa.DataType:
    """Type of a column that holds `width` single-precision numbers in each row."""
    return pa.list_(pa.field("item", pa.float32(), nullable=False), width)


@dataclass(frozen=True)
class Column:
    """One column: its name, Arrow type, one sentence on what it holds, unit, and whether it may be null."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One kind of table: its name and its columns, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with the unit and the meaning of each column as field metadata."""
        return pa.schema(
            pa.field(c.name, c.type, c.nullable, {"meaning": c.meaning, "unit": c.unit}) for c in self.columns
        )


class Writer:
    """Writes one table batch by batch; the file appears under its name only when the block ends well.

    Use as a context manager. After an error, or when the process is killed, no file of that name exists (an earlier
    one stays untouched).

    Args:
        path: the file.
        table: what it is.
        metadata: provenance.
        distinct: columns whose values hardly repeat, which are smaller without a dictionary of them.
    """

    def __init__(self, path: Path, table: Table, metadata: Mapping[str, Any], *, distinct: Sequence[str] = ()) -> None:
        self.path, self.table = Path(path), table
        self._repeating = [column.name for column in table.columns if column.name not in distinct]
        self._temporary = self.path.with_name(f".{self.path.name}.partial")
        self._schema = table.schema.with_metadata({METADATA_KEY: json.dumps(metadata, sort_keys=True)})

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        dictionary = True if len(self._repeating) == len(self.table.columns) else self._repeating
        self._parquet = pq.ParquetWriter(
            self._temporary, self._schema, compression="zstd", use_dictionary=dictionary, write_page_checksum=True
        )
        return self

    def append(self, columns: Mapping[str, Any] | pa.Table) -> None:
        """Add one batch as one row group.

        Args:
            columns: every column of the table, as arrays of one length; (n, width) arrays for vectors.

        Raises:
            InputError: when a column is missing, unknown, of another type, or null where it may not be.
        """
        batch = columns if isinstance(columns, pa.Table) else _assemble(self.table, columns)
        _check(self.table, batch, str(self.path))
        ordered = batch.select(self._schema.names).cast(self._schema)
        self._parquet.write_table(
            ordered.replace_schema_metadata(self._schema.metadata), row_group_size=max(1, batch.num_rows)
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._parquet.close()
            if kind is None:
                self._temporary.replace(self.path)
        finally:
            with contextlib.suppress(OSError):
                self._temporary.unlink(missing_ok=True)


def write(path: Path, table: Table, columns: Mapping[str, Any] | pa.Table, metadata: Mapping[str, Any]) -> None:
    """Write a whole table at once; see `Writer`."""
    with Writer(path, table, metadata) as writer:
        writer.append(columns)


def read(path: Path, table: Table, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table, checking page checksums, names, types and nulls.

    Args:
        path: a Parquet file of this kind.
        table: what it must be.
        columns: only these columns (any table that has them will do); all when None.

    Raises:
        InputError: when the file is missing, damaged, or of another kind; the message says what to do.
    """
    with _opened(path) as parquet:
        _check_names(table, parquet.schema_arrow, str(path), columns)
        data = parquet.read(columns=list(columns) if columns is not None else None)
    _check(table, data, str(path), partial=columns is not None)
    return data


def read_batches(path: Path, table: Table, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Read a table one row group at a time, with the checks of `read`."""
    with _opened(path) as parquet:
        _check_names(table, parquet.schema_arrow, str(path), columns)
        for group in range(parquet.num_row_groups):
            data = parquet.read_row_group(group, columns=list(columns) if columns is not None else None)
            _check(table, data, str(path), partial=columns is not None)
            yield data


def read_metadata(path: Path) -> dict[str, Any]:
    """The provenance that was written with a table (empty where there is none)."""
    with _opened(path) as parquet:
        return json.loads((parquet.schema_arrow.metadata or {}).get(METADATA_KEY, b"{}"))


def verify(folder: Path) -> None:
    """Read every table below a folder, so that damage is met before a job depends on it.

    Raises:
        InputError: for the first file that is damaged.
    """
    for path in sorted(Path(folder).rglob("*.parquet")):
        with _opened(path) as parquet:
            for group in range(parquet.num_row_groups):
                parquet.read_row_group(group)


def matrix(column: pa.ChunkedArray | pa.Array) -> NDArray[np.float32]:
    """A column of `vector` type as an (n, width) float32 array."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), array.type.list_size)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            yield parquet
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; run the rule that makes it (snakemake {path})") from error
    except InputError:
        raise
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{path} is not a whole Parquet file ({reason}); delete it and run snakemake again: it will be rebuilt"
        ) from error


def _assemble(table: Table, columns: Mapping[str, Any]) -> pa.Table:
    unknown, missing = (
        set(columns) - {c.name for c in table.columns},
        {c.name for c in table.columns} - set(columns),
    )
    if unknown or missing:
        raise InputError(f"table {table.name}: missing columns {sorted(missing)}, unknown columns {sorted(unknown)}")
    return pa.table([_array(c, columns[c.name]) for c in table.columns], schema=table.schema)


def _array(column: Column, values: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.cast(column.type)
    if pa.types.is_fixed_size_list(column.type):
        rows, width = np.ascontiguousarray(values, dtype=np.float32), column.type.list_size
        if rows.size and (rows.ndim != 2 or rows.shape[1] != width):
            raise InputError(f"column {column.name} needs vectors of {width} numbers, not shape {rows.shape}")
        return pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), type=column.type)
    try:
        if pa.types.is_integer(column.type):  # given the type at once, Arrow would cut 1.5 to 1
            found = pa.array(values, from_pandas=column.nullable)
            if pa.types.is_floating(found.type):
                return found.cast(column.type)
        return pa.array(values, type=column.type, from_pandas=column.nullable)
    except (pa.ArrowException, TypeError) as error:
        raise InputError(f"column {column.name} cannot hold the given values ({error})") from error


def _check_names(table: Table, schema: pa.Schema, place: str, columns: Sequence[str] | None = None) -> None:
    expected = {c.name for c in table.columns} if columns is None else set(columns)
    found = set(schema.names) if columns is None else set(schema.names) & expected
    if expected != found:
        raise InputError(
            f"{place} is no {table.name} table: missing {sorted(expected - found)}, unknown {sorted(found - expected)};"
            " it was written by another version: delete it and run snakemake again"
        )


def _check(table: Table, data: pa.Table, place: str, *, partial: bool = False) -> None:
    if not partial:
        _check_names(table, data.schema, place)
    for column in table.columns:
        if column.name not in data.schema.names:
            continue
        if not data.schema.field(column.name).type.equals(column.type):
            found = data.schema.field(column.name).type
            raise InputError(f"{place}: column {column.name} is {found}, not {column.type}; delete it and run again")
        if not column.nullable and data.column(column.name).null_count:
            raise InputError(f"{place}: column {column.name} holds nulls, which a {table.name} table may not")
