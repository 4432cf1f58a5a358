"""Reading tables of compounds: SuperCon with types, NIMS MDR SuperCon, the Stanev file, and your own tables."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from superdrift.io.text import decode, read_content
from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.data.table_records import read_records

_NIMS_HEADER, _NIMS_FIELDS = 3, 7
"""Rows of the header and columns of the NIMS MDR table. Fixed by its format."""
_YEARS = (1911, 2099)
"""Years of reports on superconductivity, from its discovery (Kamerlingh Onnes) on. Fixed by history."""


@dataclass(frozen=True)
class Row:
    """One row of a source, as it stands there.

    Attributes:
        origin: name of the source, as in the config.
        number: line in the file (of a Parquet table the row), from 1.
        text: the formula.
        tc: the critical temperature in K, as text.
        family: family that the source claims; None where it claims none.
        own: from a table that its user can correct (your own, or literature.csv), not from a public download.
        negatives_only: the source serves for its non-superconductors alone.
        problem: why the row cannot be read; empty where it can.
        year: of the report; None: as the reference says, if it does.
        reference: publication that reports it; empty: not given.
        zero_is_unreported: a Tc of 0 says that none is reported, not that none was found.
        archive: a collection of reports that other sources were made of: where one of them lists the composition, the
            row only dates it.
    """

    origin: str
    number: int
    text: str
    tc: str
    family: str | None = None
    own: bool = False
    negatives_only: bool = False
    problem: str = ""
    year: int | None = None
    reference: str = ""
    zero_is_unreported: bool = False
    archive: bool = False


def read_source(name: str, path: Path) -> list[Row]:
    """Read every row of one source.

    Args:
        name: name in data/registry.yaml, or the path of your own table as the config gives it.
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
    content = read_content(path)
    if not content.strip():
        raise InputError(f"{name} is empty; it needs a first line formula,tc_k and a row for each compound")
    rows = list(READERS[kind](name, content))
    if not rows:
        raise InputError(f"{path} holds no row; give a table with one compound a row (formula,tc_k)")
    return rows


def sources() -> list[str]:
    """Names in the registry that `read_source` can read."""
    return [name for name, entry in registry.load().items() if entry.reader in READERS]


def _supercon(name: str, content: bytes) -> Iterator[Row]:
    """Tab-separated index, formula, Tc, class; no header."""
    for number, line in enumerate(decode(content, name).splitlines(), start=1):
        if line.strip():
            fields = line.split("\t")
            if len(fields) != 4 or fields[3] not in ("1", "2", "3"):
                yield Row(name, number, line, "", problem="not index, formula, Tc and class 1, 2 or 3")
            else:
                yield Row(name, number, fields[1], fields[2], family=COMPOUND_FAMILIES[int(fields[3]) - 1])


def _nims(name: str, content: bytes) -> Iterator[Row]:
    """NIMS MDR SuperCon: three header rows; number, name, formula, structure, unit, Tc, journal; tab-separated.

    Its rows with Tc 0 cite the publication that measured the compound: they are measured non-superconductors.
    """
    for number, line in enumerate(decode(content, name).splitlines(), start=1):
        if number > _NIMS_HEADER and line.strip():
            fields = line.split("\t")
            if len(fields) != _NIMS_FIELDS:
                yield Row(name, number, line, "", problem=f"{len(fields)} fields where the table has {_NIMS_FIELDS}")
            else:
                yield Row(name, number, fields[2], fields[5], reference=fields[6].strip(), archive=True)


def _stanev(name: str, content: bytes) -> Iterator[Row]:
    """Columns name, Tc; its superconductors are SuperCon's, and a Tc of 0 says that none is reported."""
    for row in _negatives(name, content):
        yield replace(row, family=None, zero_is_unreported=True)


def _negatives(name: str, content: bytes) -> Iterator[Row]:
    """A table of compounds that serves for its non-superconductors alone."""
    for row in _table(name, content):
        yield replace(row, own=False, negatives_only=True)


def _table(name: str, content: bytes) -> Iterator[Row]:
    """Columns formula, tc_k and, if you like, family, year, reference, by any of their names; others are not read."""
    for record in read_records(content, name, ("formula", "tc_k"), lists=False):
        if not record.empty:
            values = record.values
            year, doubt = _year(values.get("year", ""))
            yield Row(
                name, record.number, values["formula"], values["tc_k"],
                family=values.get("family", "").strip() or None, own=True,
                problem=record.problem or record.short or doubt,
                year=year, reference=values.get("reference", "").strip(),
            )  # fmt: skip


def _year(text: str) -> tuple[int | None, str]:
    """A year, if there is one, and what is wrong with the text."""
    if not text.strip():
        return None, ""
    try:
        year = float(text)
    except ValueError:
        year = math.nan
    if not (_YEARS[0] <= year <= _YEARS[1] and year.is_integer()):
        return None, f"year '{text.strip()}' is no year from {_YEARS[0]} to {_YEARS[1]}; correct it, or leave it empty"
    return int(year), ""


READERS: dict[str, Callable[[str, bytes], Iterator[Row]]] = {
    "supercon": _supercon,
    "nims": _nims,
    "stanev": _stanev,
    "negatives": _negatives,
    "table": _table,
}
"""Readers of tables of compounds, by the registry's `reader`."""
