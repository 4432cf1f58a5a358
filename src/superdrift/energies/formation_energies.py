"""Tables of formation energies: CSV files with the columns formula and target, in eV/atom."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError

HEADER = ("formula", "target")
"""Columns that are read; others are not."""


@dataclass(frozen=True)
class Energies:
    """Compositions with their formation energies.

    Attributes:
        amounts: (n, 96) atoms per formula unit.
        energies: (n,) eV/atom.
    """

    amounts: NDArray[np.float32]
    energies: NDArray[np.float64]


def read_energies(path: Path) -> Energies:
    """Read one table.

    Formulas are read as text, so that none is taken for a missing value (NaN is a formula too).

    Raises:
        InputError: naming file and line, for a missing file or column, a row without formula or energy, or no row.
    """
    place = Path(path)
    try:
        with place.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(_rows(csv.reader(stream), place))
    except FileNotFoundError as error:
        raise InputError(
            f"{place} does not exist; run snakemake, which fetches it, or correct energy.phases"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place} is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from error
    if not rows:
        raise InputError(f"{place} holds no row; give a table with one compound a row ({','.join(HEADER)})")
    amounts, energies = zip(*rows, strict=True)
    return Energies(np.stack(amounts), np.array(energies))


def supported_elements(amounts: NDArray[np.floating], *, min_rows: int) -> NDArray[np.bool_]:
    """(96,) elements that at least `min_rows` of the (n, 96) training rows hold."""
    return (np.asarray(amounts) > 0).sum(axis=0) >= min_rows


def _rows(reader: Iterator[list[str]], place: Path) -> Iterator[tuple[NDArray[np.float32], float]]:
    """Amounts and energy of each row; blank lines are passed over."""
    header = [column.strip() for column in next(reader, [])]
    missing = [column for column in HEADER if column not in header]
    if missing:
        raise InputError(
            f"{place}: no column {' and no column '.join(missing)} (found {', '.join(header) or 'nothing'}); the first "
            f"line must name the columns, commas between them: {','.join(HEADER)}"
        )
    columns = [header.index(column) for column in HEADER]
    for number, fields in enumerate(reader, start=2):
        if not any(field.strip() for field in fields):
            continue
        if len(fields) != len(header):
            raise InputError(
                f"{place}, line {number}: {len(fields)} fields where the header has {len(header)}; correct the line"
            )
        formula, energy = (fields[column].strip() for column in columns)
        yield _amounts(formula, place, number), _energy(energy, place, number)


def _amounts(formula: str, place: Path, number: int) -> NDArray[np.float32]:
    try:
        vector = to_vector(parse_formula(formula))
    except InputError as error:
        raise InputError(f"{place}, line {number}: {error}") from error
    if not vector.any():
        raise InputError(f"{place}, line {number}: '{formula}' holds no atom; give amounts above 0 or drop the line")
    return vector


def _energy(text: str, place: Path, number: int) -> float:
    try:
        energy = float(text)
    except ValueError:
        energy = np.nan
    if not np.isfinite(energy):
        raise InputError(
            f"{place}, line {number}: target '{text}' is no formation energy; give a number in eV/atom or drop the line"
        )
    return energy
