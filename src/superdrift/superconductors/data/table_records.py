"""Tables of compounds as records: the columns that matter, as text, of CSV in any dress and of Parquet."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.parquet as pq

from superdrift.io.text import UNREADABLE, decode
from superdrift.run.errors import InputError
from superdrift.superconductors.data.columns import Header, header_of, lines_of, read_header, rows_of
from superdrift.superconductors.data.formula_lists import read_list

PARQUET_SIGNATURE = b"PAR1"

_DECIMAL_COMMA = re.compile(r"\d,\d")


@dataclass(frozen=True)
class Record:
    """One row of a table.

    Attributes:
        number: line of the text, or row of the Parquet table, from 1.
        values: text by column of `columns.NAMES`; empty where the row has none. No other columns.
        problem: why the row cannot be relied on; empty where it can.
        short: how many fields the row lacks at its end, in words; empty where it lacks none.
        empty: none of its fields holds anything.
    """

    number: int
    values: dict[str, str]
    problem: str = ""
    short: str = ""
    empty: bool = False

    @property
    def blank(self) -> bool:
        """The row has no formula."""
        return not self.values["formula"].strip()


def read_records(content: bytes, place: str, wanted: Sequence[str], *, lists: bool) -> list[Record]:
    """Every row of a table, in order; of text, lines with nothing but blanks and separators are blank records.

    Args:
        content: the whole file; what it holds decides how it is read, not its name.
        place: what to call it in messages.
        wanted: columns of `columns.NAMES` that it must have.
        lists: a text without header is a list of formulas, one a line; else it is an error.

    Raises:
        InputError: for what is no such table.
    """
    if content.startswith(PARQUET_SIGNATURE):
        return list(_of_parquet(content, place, wanted))
    lines = lines_of(decode(content, place))
    header, first = read_header(lines)
    try:
        if lists and "formula" not in header.places:
            if header.places and len(header.names) > 1 and not any(_number(name) for name in header.names):
                header.require(wanted, place)
            return [_checked(Record(*row)) for row in read_list(lines, place)]
        header.require(wanted, place)
        return list(_of_rows(lines, header, first))
    except csv.Error as error:
        raise InputError(f"{place}: {error}; look for a quotation mark that is not closed") from None


def _of_rows(lines: Sequence[str], header: Header, first: int) -> Iterator[Record]:
    """Records of a text with header; comments are left out."""
    rows = rows_of(["\n"] * first + list(lines[first:]), header.separator)
    for number, fields in rows:
        if number <= first or (fields and fields[0].startswith("#")):
            continue
        values = {column: fields[i] if i < len(fields) else "" for column, i in header.places.items()}
        width = len(header.names)
        told = f"{len(fields)} fields where the header has {width}"
        empty = not any(field.strip() for field in fields)
        yield _checked(Record(
            number, values,
            problem=f"{told} (a decimal comma?)" if len(fields) > width and not empty else "",
            short=told if len(fields) < width else "", empty=empty,
        ))  # fmt: skip


def _checked(record: Record) -> Record:
    """The record with a problem where its text is not what was meant: lost characters, decimal commas."""
    problem = record.problem
    for column, text in record.values.items():
        if UNREADABLE in text and column != "reference":
            problem = problem or f"the {column} '{text.strip()}' holds bytes that are not UTF-8; save the file as UTF-8"
        elif column in ("formula", "tc_k") and _DECIMAL_COMMA.search(text):
            point = text.strip().replace(",", ".")
            problem = problem or f"'{text.strip()}' has a decimal comma; write {point}"
    return replace(record, problem=problem)


def _of_parquet(content: bytes, place: str, wanted: Sequence[str]) -> Iterator[Record]:
    try:
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
            header = header_of(file.schema_arrow.names)
            header.require(wanted, place)
            names = {column: file.schema_arrow.names[i] for column, i in header.places.items()}
            table = file.read(columns=list(names.values()))
        texts = {column: _texts(table.column(name), column, name, place) for column, name in names.items()}
    except (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError) as error:
        if isinstance(error, InputError):
            raise
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise InputError(f"{place} cannot be read as Parquet: {reason}") from None
    for number, row in enumerate(zip(*texts.values(), strict=True), start=1):
        yield Record(number, dict(zip(texts, row, strict=True)))


def _texts(values: pa.ChunkedArray, column: str, name: str, place: str) -> Iterable[str]:
    """A column of a Parquet table as text; null is empty.

    Raises:
        InputError: for a column of another type.
    """
    kind = values.type
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    text = pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_string_view(plain)
    number = pa.types.is_integer(plain) or pa.types.is_floating(plain) or pa.types.is_decimal(plain)
    if not (text or pa.types.is_null(plain) or (number and column in ("tc_k", "year"))):
        raise InputError(f"{place}: column {name} holds {kind}, not text; write it as text")
    return ["" if value is None else str(value) for value in values.to_pylist()]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
