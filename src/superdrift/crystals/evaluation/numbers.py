"""From rows to counts and shares: of each set, how many structures pass each definition."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from superdrift.crystals.evaluation.targets import share

CHECKS = ("readable", "cdvae_geometry", "smact", "cdvae", "lemat_distance", "lemat_plausible")
"""Columns of verdicts whose share is of all structures of a set: what has no verdict does not pass."""


def shares(rows: Sequence[dict[str, Any]], ways: Iterable[str], *, novelty: bool) -> list[dict[str, Any]]:
    """Shares of one set's rows.

    Args:
        rows: of `tables.EVALUATED`.
        ways: keys of `sameness.SAME`.
        novelty: whether known structures were there to compare with.
    """
    found = [share(column, _count(rows, column), len(rows)) for column in CHECKS]
    said = [row for row in rows if row["charge_neutral"] is not None]
    found.append(share("charge_neutral", _count(said, "charge_neutral"), len(said)))
    for way in ways:
        names = [f"unique_{way}", *([f"novel_{way}"] if novelty else [])]
        found += [share(name, _count(rows, name), len(rows)) for name in names]
        if novelty:
            found.append(share(f"unique_novel_{way}", _all(rows, names), len(rows)))
            found.append(share(f"valid_unique_novel_{way}", _all(rows, ["cdvae", *names]), len(rows)))
    return found


def of_sets(
    rows: Iterable[dict[str, Any]], made: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """What is made of the rows of each set, in the order in which sets appear, with the set's name."""
    sets: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sets.setdefault(row["set"], []).append(row)
    return [{"set": name, "at": None, **entry} for name, members in sets.items() for entry in made(members)]


def _count(rows: Iterable[dict[str, Any]], column: str) -> int:
    return _all(rows, [column])


def _all(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> int:
    return sum(all(row[column] is True for column in columns) for row in rows)
