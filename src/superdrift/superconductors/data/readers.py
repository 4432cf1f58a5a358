"""Reading tables of compounds: SuperCon with types, the Stanev file's negatives, and your own CSV."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES


@dataclass(frozen=True)
class Row:
    """One row of a source, as it stands there.

    Attributes:
        origin: name of the source, as in the config.
        number: line in the file, from 1.
        text: the formula.
        tc: the critical temperature in K, as text.
        family: family that the source claims; None where it claims none.
        own: from a table that its user can correct (your own, or literature.csv), not from a public download.
        negatives_only: the source serves for its non-superconductors alone.
        problem: why the row cannot be read; empty where it can.
    """

    origin: str
    number: int
    text: str
    tc: str
    family: str | None = None
    own: bool = False
    negatives_only: bool = False
    problem: str = ""


def read_source(name: str, path: Path) -> list[Row]:
    """Read every row of one source.

    Args:
        name: name in data/registry.yaml, or the path of your own CSV as the config gives it.
        path: the file.

    Raises:
        InputError: when the file is missing, is not what its name says, or holds no row.
    """
    entry = registry.load().get(name)
    if not path.is_file():
        raise InputError(
            f"source '{name}': {path} does not exist; give a name in data/registry.yaml "
            f"({', '.join(sources())}) or the path of a CSV file"
        )
    if entry is not None:
        registry.verify(entry, path)
    kind = entry.reader if entry is not None else "table"
    if kind not in READERS:
        raise InputError(f"source '{name}' holds no compounds with Tc; choose one of {', '.join(sources())}")
    text = _text(path)
    if not text.strip():
        raise InputError(f"{name} is empty; it needs a first line formula,tc_k and a row for each compound")
    rows = list(READERS[kind](name, text))
    if not rows:
        raise InputError(f"{path} holds no row; give a table with one compound a row (formula,tc_k)")
    return rows


def sources() -> list[str]:
    """Names in the registry that `read_source` can read."""
    return [name for name, entry in registry.load().items() if entry.reader in READERS]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from error


def _supercon(name: str, text: str) -> Iterator[Row]:
    """Tab-separated index, formula, Tc, class; no header."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            fields = line.split("\t")
            if len(fields) != 4 or fields[3] not in ("1", "2", "3"):
                yield Row(name, number, line, "", problem="not index, formula, Tc and class 1, 2 or 3")
            else:
                yield Row(name, number, fields[1], fields[2], family=COMPOUND_FAMILIES[int(fields[3]) - 1])


def _stanev(name: str, text: str) -> Iterator[Row]:
    """Columns name, Tc; its superconductors are SuperCon's, so it serves for the negatives."""
    for number, fields, problem in _records(name, text, ("name", "Tc")):
        yield Row(name, number, fields["name"], fields["Tc"], negatives_only=True, problem=problem)


def _table(name: str, text: str) -> Iterator[Row]:
    """Columns formula, tc_k and, if you like, family; others are not read."""
    for number, fields, problem in _records(name, text, ("formula", "tc_k")):
        family = fields.get("family", "").strip() or None
        yield Row(name, number, fields["formula"], fields["tc_k"], family=family, own=True, problem=problem)


READERS: dict[str, Callable[[str, str], Iterator[Row]]] = {
    "supercon": _supercon,
    "stanev": _stanev,
    "table": _table,
}
"""Readers of tables of compounds, by the registry's `reader`."""


def _records(name: str, text: str, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str], str]]:
    """Line number, fields by column and problem of each row of a CSV with header; no blank lines."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(reader, [])]
    missing = [column for column in required if column not in header]
    if missing:
        found = ", ".join(header) if any(header) else "nothing"
        raise InputError(
            f"{name}: no column {' and no column '.join(missing)} (found {found}); "
            f"the first line must name the columns, commas between them: {','.join(required)}"
        )
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise InputError(f"{name}: column {twice[0]} appears twice; rename one")
    for fields in reader:
        if any(field.strip() for field in fields):
            problem = "" if len(fields) == len(header) else (
                f"{len(fields)} fields where the header has {len(header)} (a decimal comma?)"
            )  # fmt: skip
            yield (
                reader.line_num,
                dict.fromkeys(required, "") | dict(zip(header, fields, strict=False)),
                problem,
            )
