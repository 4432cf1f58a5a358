"""What a user gives to check: formulas, files of them, standard input; each formula with its place, none lost."""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io.text import read_content
from superdrift.run.errors import InputError
from superdrift.superconductors.data.table_records import Record, read_records

logger = logging.getLogger("superdrift")

STANDARD_INPUT = "-"
"""The argument that stands for standard input."""
ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".parquet")
"""Endings of names that can be no formula but a file's."""
NAMED = 5
"""Lines or files that a message names, at most."""


@dataclass(frozen=True)
class Given:
    """One formula as a user gave it.

    Attributes:
        origin: file that it stands in, `-` for standard input; None: an argument.
        row: line of the file (of a Parquet table the row), or place among the arguments, from 1.
        text: the formula as it stands there, without blanks around.
        problem: why it cannot be read; empty where nothing speaks against it yet.
    """

    origin: str | None
    row: int
    text: str
    problem: str = ""

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"argument {self.row}" if self.origin is None else f"{_called(self.origin)}:{self.row}"


@dataclass(frozen=True)
class Inputs:
    """Formulas that were given: those that can be read, those that cannot, and their order.

    Attributes:
        readable: (n,) formulas that can be read.
        amounts: (n, 96) their atoms per formula unit.
        rejected: the others, each with its problem.
        order: (n + m,) for each formula given, its place among the readable ones followed by the rejected ones.
    """

    readable: list[Given]
    amounts: NDArray[np.float32]
    rejected: list[Given]
    order: NDArray[np.int64]

    @property
    def texts(self) -> list[str]:
        """(n,) texts of the readable formulas."""
        return [given.text for given in self.readable]

    def table(self, checked: pa.Table) -> pa.Table:
        """The table of the readable formulas with the origin, row and text of every formula given, in their order."""
        given = [*self.readable, *self.rejected]
        reasons = [None] * len(self.readable) + [row.problem for row in self.rejected]
        columns = {
            "origin": pa.array([row.origin for row in given], pa.string()),
            "row": pa.array([row.row for row in given], pa.int64()),
            "given": pa.array([row.text for row in given], pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
        for name in checked.column_names:
            if name not in columns:
                values = checked[name].combine_chunks()
                columns[name] = pa.concat_arrays([values, pa.nulls(len(self.rejected), values.type)])
        return pa.table(columns).take(pa.array(self.order))


def read_inputs(arguments: Sequence[str], *, malformed: str) -> Inputs:
    """Every formula that the arguments of a command line give.

    An argument that reads as a formula is one, whatever files are there; another is a file where one of that name is
    there, or where its name could be a file's; `-` is standard input.

    Args:
        arguments: formulas and files, in any mixture.
        malformed: what a formula that cannot be read does: `stop`, or `reject` (kept, with the reason).

    Raises:
        InputError: for no formula at all, a file that cannot be read, or a formula where it stops; under `reject`
            where none can be read.
    """
    if malformed not in ("stop", "reject"):
        raise InputError(f"--malformed is '{malformed}'; choose stop or reject")
    if arguments.count(STANDARD_INPUT) > 1:
        raise InputError(f"standard input ({STANDARD_INPUT}) is given twice; it can be read once")
    given = (row for place, text in enumerate(arguments, start=1) for row in _of_argument(place, text))
    inputs = _read(given, malformed=malformed)
    if not inputs.readable and not inputs.rejected:
        raise InputError("no formula; give one such as La1.85Sr0.15CuO4, or a file of them")
    if not inputs.readable:
        first = inputs.rejected[0]
        raise InputError(
            f"none of {len(inputs.rejected)} formulas can be read; the first: {first.place}: {first.problem}"
        )
    return inputs


def read_formulas(arguments: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
    """Texts and (n, 96) atoms per formula unit of formulas that must all be readable; see `read_inputs`."""
    inputs = read_inputs(arguments, malformed="stop")
    return inputs.texts, inputs.amounts


def exists(text: str | Path) -> bool:
    """Whether there is a file or folder of this name; a text too long or odd for a name is none."""
    try:
        return bool(str(text).strip()) and Path(text).exists()
    except (OSError, ValueError):
        return False


def read_known(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Texts and (n, 96) atoms per formula unit of a file, whatever it is called; see `read_inputs`."""
    inputs = _read(_of_file(str(path)), malformed="stop")
    return inputs.texts, inputs.amounts


def _read(rows: Iterable[Given], *, malformed: str) -> Inputs:
    readable: list[Given] = []
    rejected: list[Given] = []
    vectors, accepted = [], []
    for row in rows:
        try:
            vectors.append(_vector(row))
            readable.append(row)
            accepted.append(True)
        except InputError as error:
            if malformed == "stop":
                raise InputError(
                    f"{row.place}: {error}" + ("" if row.origin is None else "; correct it, or give --malformed reject")
                ) from None
            rejected.append(Given(row.origin, row.row, row.text, str(error)))
            accepted.append(False)
    for row in rejected[:NAMED]:
        logger.warning("%s: not read: %s", row.place, row.problem)
    if len(rejected) > NAMED:
        logger.warning("%d more are not read", len(rejected) - NAMED)
    kept = np.array(accepted, dtype=bool)
    order = np.where(kept, np.cumsum(kept) - 1, len(readable) + np.cumsum(~kept) - 1)
    amounts = np.array(vectors, dtype=np.float32).reshape(-1, N_ELEMENTS)
    return Inputs(readable, amounts, rejected, order)


def _vector(row: Given) -> NDArray[np.floating]:
    """Amounts of a formula.

    Raises:
        InputError: where it cannot be read, or holds no atoms.
    """
    if row.problem:
        raise InputError(row.problem)
    amounts = to_vector(parse_formula(row.text))
    if not amounts.any():
        raise InputError(f"formula '{row.text}' holds no atoms; give amounts above 0")
    return amounts


def _of_argument(place: int, text: str) -> Iterable[Given]:
    """Formulas of one argument."""
    if text == STANDARD_INPUT:
        return _of_file(text)
    there = exists(text)
    try:
        parse_formula(text)
    except InputError as error:
        if there:
            return _of_file(text)
        if text.lower().endswith(ENDINGS):
            raise InputError(f"no file {text}; give formulas, or a file that is there") from None
        if "/" in text:
            raise InputError(f"no file {text}, and no formula: {error}") from None
    else:
        if there:
            logger.warning("%s is read as a formula; for the file of that name give ./%s", text, text)
    return [Given(None, place, text.strip())]


def _of_file(name: str) -> Iterator[Given]:
    """Formulas of a file, in order; rows without one are told, and so are rows that end early.

    Raises:
        InputError: for a folder, a file that cannot be read or holds no formula.
    """
    called = _called(name)
    if name == STANDARD_INPUT:
        content = sys.stdin.buffer.read()
    elif Path(name).is_dir():
        raise InputError(_folder(Path(name)))
    else:
        content = read_content(Path(name))
    records = read_records(content, called, ("formula",), lists=True)
    blank, short = [r for r in records if r.blank], [r for r in records if r.short and not r.blank]
    if len(blank) == len(records):
        rows = f" among {len(blank)} rows" if blank else ""
        raise InputError(f"no formula in {called}{rows}; give one a line, or a table with a column formula")
    _tell(called, blank, "without a formula")
    _tell(called, short, f"shorter than the header ({short[0].short}), read as far as they go" if short else "")
    for record in records:
        if not record.blank:
            yield Given(name, record.number, record.values["formula"].strip(), record.problem)


def _tell(called: str, records: Sequence[Record], what: str) -> None:
    """Say in the log which rows something is the matter with."""
    if records:
        numbers = ", ".join(str(record.number) for record in records[:NAMED])
        more = ", …" if len(records) > NAMED else ""
        rows = f"{len(records):,} row{'s' if len(records) > 1 else ''}"
        logger.warning("%s: %s %s: %s%s", called, rows, what, numbers, more)


def _folder(path: Path) -> str:
    """That a folder is no file, and which of its files could be given."""
    try:
        found = sorted(str(file) for file in path.iterdir() if file.name.lower().endswith(ENDINGS) and file.is_file())
    except OSError:
        found = []
    if not found:
        return f"{path} is a folder, and holds no table (*{', *'.join(ENDINGS)}); give files"
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"{path} is a folder; give its files: {' '.join(found[:NAMED])}{more}"


def _called(origin: str) -> str:
    return "standard input" if origin == STANDARD_INPUT else origin
