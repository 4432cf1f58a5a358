"""Names by which people call the columns of a table of compounds, and the header of a text that uses them."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from superdrift.run.errors import InputError

NAMES: Mapping[str, tuple[str, ...]] = {
    "formula": ("formula", "chemical formula", "composition", "compound", "material", "name"),
    "tc_k": ("tc_k", "tc", "critical temperature (K)", "critical temperature", "critical_temp"),
    "family": ("family",),
    "year": ("year",),
    "reference": ("reference",),
}
"""What each column may be called, whatever the case, blanks and punctuation; the first that a table has is read."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""Separators of columns, and what messages call them."""

_DECLARED_SEPARATOR = re.compile(r"sep=([,;\t])")


@dataclass(frozen=True)
class Header:
    """The first row of a table.

    Attributes:
        separator: what stands between its columns.
        names: the columns as they stand there, without blanks around.
        places: number of each column of `NAMES` that it has, from 0.
    """

    separator: str
    names: tuple[str, ...]
    places: Mapping[str, int]

    def require(self, wanted: Sequence[str], place: str) -> None:
        """Make sure that these columns of `NAMES` are there, and that no name stands for two columns.

        Raises:
            InputError: where that is not so; the message lists the names that are there.
        """
        missing = [column for column in wanted if column not in self.places]
        if missing:
            raise InputError(
                f"{place}: no column {' and no column '.join(missing)} (found {', '.join(self.names) or 'nothing'}); "
                f"the first line must name the columns, {', '.join(SEPARATORS.values())} "
                f"between them: {','.join(wanted)}; "
                + "; ".join(f"{c} may also be called {', '.join(NAMES[c][1:])}" for c in missing if NAMES[c][1:])
            )
        twice = [name for name, times in Counter(self.names).items() if name and times > 1]
        if twice:
            raise InputError(f"{place}: column {twice[0]} appears twice; rename one")
        for column, chosen in self.places.items():
            same = [name for name in self.names if _plain(name) == _plain(self.names[chosen])]
            if len(same) > 1:
                raise InputError(f"{place}: columns '{same[0]}' and '{same[1]}' are both {column}; rename one")


def header_of(names: Sequence[str], separator: str = "") -> Header:
    """The header that consists of these names."""
    stripped = tuple(name.strip() for name in names)
    plain = [_plain(name) for name in stripped]
    places = {}
    for column, accepted in NAMES.items():
        found = next((name for name in map(_plain, accepted) if name in plain), None)
        if found is not None:
            places[column] = plain.index(found)
    return Header(separator, stripped, places)


def read_header(lines: Sequence[str]) -> tuple[Header, int]:
    """The header of a text and the number of lines before its first row; of a list without header, no columns.

    The separator is the one that gives most columns of `NAMES`. Before the header may stand comments (`# …`) and a line
    `sep=;` as spreadsheets write it; the header itself may be marked as a comment.
    """
    separators: Sequence[str] = tuple(SEPARATORS)
    for start, line in enumerate(lines):
        declared = _DECLARED_SEPARATOR.fullmatch(line.strip())
        if declared:
            separators = (declared.group(1),)
        elif line.strip():
            found, after = _best_header(lines[start:], separators)
            if not line.lstrip().startswith("#") or "formula" in found.places:
                return found, start + after
    return Header(",", (), {}), 0


def _best_header(lines: Sequence[str], separators: Sequence[str]) -> tuple[Header, int]:
    """The first row as a header, by the separator that gives most columns of `NAMES`, and its number of lines."""
    rows = [(*_first_row(lines, separator), separator) for separator in separators]
    headers = [(header_of(names, separator), end) for names, end, separator in rows]
    return max(headers, key=lambda header: len(header[0].places))


def rows_of(lines: Sequence[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Number of the first line of each row, from 1, and its fields (none where the line is blank).

    Raises:
        csv.Error: for quotes that do not close.
    """
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True, strict=True)
    number = 1
    for fields in reader:
        yield number, fields
        number = reader.line_num + 1


def lines_of(text: str) -> list[str]:
    """Lines with their ends, of Unix, Windows and old Macintosh."""
    return list(io.StringIO(text, newline=""))


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _first_row(lines: Sequence[str], separator: str) -> tuple[list[str], int]:
    """Fields of the first row that is not blank, and the number of lines up to its end."""
    first = lines[0].lstrip("# \t") if lines[0].lstrip().startswith("#") else lines[0]
    reader = csv.reader(
        itertools.chain([first], itertools.islice(lines, 1, None)),
        delimiter=separator,
        skipinitialspace=True,
        strict=True,
    )
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 0
