"""Every Parquet table of a run, declared once: names, types, units, meanings. `read` and `write` both check.

A table is written to a temporary name and renamed when it is whole, one row group per batch, so that a reader never
meets half a file and memory is bounded by the batch.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.errors import InputError

METADATA_KEY = b"superdrift"

VECTOR = pa.list_(pa.field("item", pa.float32(), nullable=False), N_ELEMENTS)
TEXT, TRUTH, REAL, COUNT, SMALL = pa.string(), pa.bool_(), pa.float64(), pa.int64(), pa.int32()


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


ID = Column("id", COUNT, "row number within its source, from 0")
AMOUNTS = Column("amounts", VECTOR, "amount of each element, hydrogen to curium", "atoms per formula unit")

COMPOUNDS = Table("compounds", (
    Column("id", COUNT, "row number in this table, from 0"),
    Column("formula", TEXT, "formula as read"),
    Column("reduced_formula", TEXT, "formula with the smallest whole numbers; equal for equal compositions"),
    Column("family", TEXT, "cuprates, pnictides or others, by the elements"),
    Column("superconducting", TRUTH, "false: measured and found not superconducting"),
    Column("tc_k", REAL, "critical temperature as reported; null where not superconducting", "K", nullable=True),
    Column("tc_consensus_k", REAL, "median over all entries of the same composition", "K", nullable=True),
    AMOUNTS,
    Column("split", TEXT, "train or validation, for the generator; a near-duplicate group stays on one side"),
    Column("group", SMALL, "near-duplicate group: linked by steps of at most prepare.group_radius"),
    Column("flags", pa.list_(TEXT), "doubts about the row, e.g. oxygen_placeholder; docs/data.md lists them"),
    Column("origin", TEXT, "data source the row was read from"),
    Column("row", COUNT, "line in that source, from 1"),
))

REJECTED = Table("rejected", (
    Column("row", COUNT, "line in the source, from 1"),
    Column("text", TEXT, "the formula as it stands there"),
    Column("reason", TEXT, "why it was not used"),
    Column("origin", TEXT, "data source the row was read from"),
))

HISTORY = Table("history", (
    Column("step", COUNT, "optimiser steps done"),
    Column("train_loss", REAL, "mean training loss since the last row"),
    Column("validation_loss", REAL, "loss of the averaged weights on the fixed validation grid"),
    Column("learning_rate", REAL, "learning rate at this step"),
    Column("best", TRUTH, "lowest validation loss so far: these weights were kept"),
    Column("seconds", REAL, "time spent in training so far", "s"),
))

SAMPLES = Table("samples", (ID, AMOUNTS))

CONDITIONED = Table("conditioned", (
    ID,
    AMOUNTS,
    Column("reference", TEXT, "slug of the reference compound"),
    Column("scale", SMALL, "N of the low-pass filter phi_N (ILVR)"),
))

DRIFTED = Table("drifted", (
    ID,
    AMOUNTS,
    Column("start", TEXT, "slug of the start"),
    Column("trajectory", SMALL, "trajectory that ended here"),
    Column("kind", TEXT, "climb (gradient drift) or walk (random control)"),
))

TRAJECTORIES = Table("trajectories", (
    Column("kind", TEXT, "climb (gradient drift) or walk (random control)"),
    Column("trajectory", SMALL, "trajectory number, from 0"),
    Column("step", SMALL, "step number; 0 is the encoded start"),
    Column("z", pa.list_(pa.float32()), "position in the latent space"),
    Column("formula", TEXT, "decoded composition", nullable=True),
    Column("tc_climbed_k", REAL, "Tc by the predictor that is climbed; judge it by tc_k of the estimate", "K"),
))

PROJECTED = Table("projected", (
    ID,
    AMOUNTS,
    Column("moved", REAL, "half the L1 distance of atomic fractions between the sample and this row"),
    Column("rule", TEXT, "rule that was projected on; none: passed through"),
))

SCREENED = Table("screened", (
    ID,
    Column("formula", TEXT, "formula after rounding and noise floor; null where no compound remains", nullable=True),
    Column("reduced_formula", TEXT, "formula with the smallest whole numbers", nullable=True),
    Column("family", TEXT, "family of this compound by its elements", nullable=True),
    Column("n_elements", SMALL, "number of elements"),
    Column("basic_pass", TRUTH, "no negative amount, and a number of elements in the published range"),
    Column("basic_failure", TEXT, "why the basic checks failed", nullable=True),
    Column("duplicate", TRUTH, "an earlier row of this source has the same reduced formula"),
    Column("known", TRUTH, "a known compound lies within 0.005"),
    Column("novel", TRUTH, "no known compound lies within 0.02"),
    Column("distance_to_known", REAL, "distance to the nearest known compound", "half L1", nullable=True),
    Column("nearest_known", TEXT, "formula of the nearest known compound", nullable=True),
    Column("metallic", TRUTH, "metals only: no ionic picture applies"),
    Column("valid_published", TRUTH, "SMACT charge neutrality and Pauling test as published, on exact counts"),
    Column("charge_valid", TRUTH, "the redox ion's formal valence is one of known compounds", nullable=True),
    Column("charge_reason", TEXT, "why charge_valid is false or null", nullable=True),
    Column("redox_ion", TEXT, "element that takes the remaining charge", nullable=True),
    Column("formal_valence", REAL, "its mean charge", "e", nullable=True),
    Column("site_balanced", TRUTH, "the cations sum to a whole number within 0.006"),
))

ESTIMATED = Table("estimated", (
    ID,
    Column("superconducting_probability", REAL, "share of superconductors among the neighbours, weighted"),
    Column("tc_k", REAL, "critical temperature if superconducting", "K"),
    Column("tc_low_k", REAL, "lower end of its interval", "K"),
    Column("tc_high_k", REAL, "upper end of its interval", "K"),
    Column("applicable", TRUTH, "close enough to known compounds for the estimate to mean something"),
    Column("formation_energy_ev", REAL, "formation energy", "eV/atom", nullable=True),
    Column("formation_energy_sd_ev", REAL, "its standard deviation", "eV/atom", nullable=True),
    Column("hull_distance_ev", REAL, "distance to the hull of known compounds, predicted", "eV/atom", nullable=True),
))

SCORES = Table("scores", (
    Column("model", TEXT, "estimator"),
    Column("split", TEXT, "how held-out data was chosen: random or grouped"),
    Column("metric", TEXT, "r2, mae, rmse, tp, fp, coverage"),
    Column("subset", TEXT, "all, or a family"),
    Column("value", REAL, "the score, on data held out from the fit"),
    Column("low", REAL, "lower end of its 95 % interval", nullable=True),
    Column("high", REAL, "upper end of its 95 % interval", nullable=True),
    Column("unit", TEXT, "K, or 1 for shares"),
    Column("n", COUNT, "held-out rows it was measured on"),
))

CLUSTERED = Table("clustered", (
    Column("id", COUNT, "row number within the source, or of the known compound"),
    Column("known", TRUTH, "true: a known compound; false: a generated one"),
    Column("x", REAL, "first t-SNE coordinate"),
    Column("y", REAL, "second t-SNE coordinate"),
    Column("cluster", SMALL, "cluster number; -1 in none"),
    Column("group", SMALL, "row of groups.parquet; null for known compounds and for loose ones", nullable=True),
))

GROUPS = Table("groups", (
    Column("group", SMALL, "group number, from 0"),
    Column("members", COUNT, "generated compounds in it"),
    Column("known_members", COUNT, "known compounds in the same cluster"),
    Column("p_value", REAL, "chance of such a group without a new family; null: not tested", nullable=True),
    Column("new_family", TRUTH, "the group lies in a cluster without known compounds"),
    Column("general_formula", TEXT, "elements with the range of their amounts"),
    Column("tc_median_k", REAL, "median estimated Tc", "K", nullable=True),
    Column("reference", TEXT, "slug of the reference; null where unconditional", nullable=True),
))

NUMBERS = Table("numbers", (
    Column("stage", TEXT, "stage that the number comes from"),
    Column("source", TEXT, "source or estimator it describes"),
    Column("quantity", TEXT, "name, as listed in docs/methods.md"),
    Column("value", REAL, "the number; null where it is not defined for this source", nullable=True),
    Column("low", REAL, "lower end of its 95 % interval", nullable=True),
    Column("high", REAL, "upper end of its 95 % interval", nullable=True),
    Column("unit", TEXT, "unit; 1 for shares and counts"),
    Column("n", COUNT, "rows it was computed from"),
))

_JOINED = ("id", "rank", "score", "source")
CANDIDATES = Table("candidates", (
    Column("rank", COUNT, "place, from 1"),
    Column("score", REAL, "superconducting probability × lower bound of Tc", "K"),
    Column("source", TEXT, "source that the candidate comes from"),
    ID,
    *(c for c in SCREENED.columns if c.name not in _JOINED),
    *(c for c in ESTIMATED.columns if c.name not in _JOINED),
    Column("cluster", SMALL, "cluster number; null where the source was not clustered", nullable=True),
    Column("group", SMALL, "row of its source's groups.parquet", nullable=True),
))

TABLES = {
    table.name: table
    for table in (
        COMPOUNDS, REJECTED, HISTORY, SAMPLES, CONDITIONED, DRIFTED, TRAJECTORIES, PROJECTED, SCREENED, ESTIMATED,
        SCORES, CLUSTERED, GROUPS, CANDIDATES, NUMBERS,
    )
}  # fmt: skip


class Writer:
    """Writes one table batch by batch; the file appears under its name only when the block ends well.

    Use as a context manager. After an error, or when the process is killed, no file of that name exists (an earlier
    one stays untouched).
    """

    def __init__(self, path: Path, table: Table, metadata: Mapping[str, Any]) -> None:
        self.path, self.table = Path(path), table
        self._temporary = self.path.with_name(f".{self.path.name}.partial")
        self._schema = table.schema.with_metadata({METADATA_KEY: json.dumps(metadata, sort_keys=True)})

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._parquet = pq.ParquetWriter(
            self._temporary, self._schema, compression="zstd", write_page_checksum=True
        )
        return self

    def append(self, columns: Mapping[str, Any] | pa.Table) -> None:
        """Add one batch as one row group.

        Args:
            columns: every column of the table, as arrays of one length; (n, 96) arrays for vectors.

        Raises:
            InputError: when a column is missing, unknown, of another type, or null where it may not be.
        """
        batch = columns if isinstance(columns, pa.Table) else _assemble(self.table, columns)
        _check(self.table, batch, str(self.path))
        self._parquet.write_table(batch.cast(self._schema).replace_schema_metadata(self._schema.metadata),
                                  row_group_size=max(1, batch.num_rows))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._parquet.close()
            if kind is None:
                os.replace(self._temporary, self.path)
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


def matrix(column: pa.ChunkedArray | pa.Array) -> NDArray[np.float32]:
    """A vector column as an (n, 96) float32 array."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if len(array) == 0:
        return np.zeros((0, N_ELEMENTS), dtype=np.float32)
    return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), N_ELEMENTS)


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
    unknown, missing = set(columns) - {c.name for c in table.columns}, {c.name for c in table.columns} - set(columns)
    if unknown or missing:
        raise InputError(f"table {table.name}: missing columns {sorted(missing)}, unknown columns {sorted(unknown)}")
    return pa.table([_array(c, columns[c.name]) for c in table.columns], schema=table.schema)


def _array(column: Column, values: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.cast(column.type)
    if column.type == VECTOR:
        flat = np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
        return pa.FixedSizeListArray.from_arrays(pa.array(flat), type=VECTOR)
    try:
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
