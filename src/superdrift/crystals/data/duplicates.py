"""Duplicates: rows with one formula and one fingerprint whose geometries match."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from superdrift.run.pool import in_order
from superdrift.structures.matching import Tolerances, matcher
from superdrift.structures.rows import structure_of

GEOMETRY = ("lattice", "species", "coordinates", "occupancies")
"""Columns that make a structure."""


def duplicates(
    keys: Sequence[tuple[str, str]], cells: Sequence[Mapping[str, Any]], tolerances: Tolerances, *, processes: int
) -> list[int | None]:
    """For each row the first row that it repeats, None for rows that repeat none before them.

    Rows are compared only within a bucket of equal keys, each with those that repeat none themselves.

    Args:
        keys: reduced formula and fingerprint of each row.
        cells: the columns `GEOMETRY` of each row.
        tolerances: of the match.
        processes: how many compare at a time.
    """
    buckets: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(keys):
        buckets.setdefault(key, []).append(row)
    shared = [rows for rows in buckets.values() if len(rows) > 1]
    found: list[int | None] = [None] * len(keys)
    contents = ([cells[row] for row in rows] for rows in shared)
    compared = in_order(partial(_within, tolerances=tolerances), contents, processes=processes)
    for rows, firsts in zip(shared, compared, strict=True):
        for row, first in zip(rows, firsts, strict=True):
            found[row] = None if first is None else rows[first]
    return found


def _within(cells: list[Mapping[str, Any]], *, tolerances: Tolerances) -> list[int | None]:
    """Of each cell of a bucket the place of the first that it matches."""
    return list(_matched(cells, tolerances))


def _matched(cells: list[Mapping[str, Any]], tolerances: Tolerances) -> Iterator[int | None]:
    firsts: list[tuple[int, Any]] = []
    same = matcher(tolerances)
    for place, cell in enumerate(cells):
        structure = structure_of(cell)
        match = next((first for first, other in firsts if same.fit(structure, other)), None)
        if match is None:
            firsts.append((place, structure))
        yield match
