"""Which structures repeat others, or known ones: by pymatgen's matcher, by MatterGen's, by Wyckoff positions.

Structures are compared within their chemical system, each with those before it that repeat none, and with the known.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pymatgen.core import Structure

from superdrift.crystals.evaluation.subjects import name_of
from superdrift.run.pool import in_order
from superdrift.structures.alloys import same_alloy
from superdrift.structures.matching import STRICT, displacement
from superdrift.structures.rows import structure_of

logger = logging.getLogger("superdrift")


@dataclass(frozen=True)
class Compared:
    """A structure with what comparisons need of it.

    Attributes:
        name: its own.
        structure: without oxidation states.
        formula: with the smallest whole numbers.
        space_group: its number; None: none found.
        fingerprint: elements on Wyckoff positions; None: no space group found.
        known_id: its id among the known structures; None: it is none of them.
    """

    name: str
    structure: Structure
    formula: str
    space_group: int | None
    fingerprint: str | None
    known_id: int | None


def _same_by_matcher(one: Compared, other: Compared) -> bool:
    return one.formula == other.formula and displacement(one.structure, other.structure, STRICT) is not None


def _same_by_alloy(one: Compared, other: Compared) -> bool:
    groups = {"one_group": one.space_group, "other_group": other.space_group}
    return same_alloy(one.structure, other.structure, **groups)


def _same_by_wyckoff(one: Compared, other: Compared) -> bool:
    return one.formula == other.formula and one.fingerprint == other.fingerprint


SAME: Mapping[str, Callable[[Compared, Compared], bool]] = {
    "wyckoff": _same_by_wyckoff,
    "matcher": _same_by_matcher,
    "alloy": _same_by_alloy,
}
"""Ways to be the same, by the setting `crystals.evaluate.same`, the quickest first."""


@dataclass
class _System:
    """Structures of one chemical system: which rows they are, and the known ones."""

    rows: list[int] = field(default_factory=list)
    members: list[Compared] = field(default_factory=list)
    known: list[Mapping[str, Any]] = field(default_factory=list)


def compare(
    members: Iterable[tuple[int, str, Compared]], known: pa.Table | None, ways: Sequence[str], *, processes: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What the comparisons say of structures, as columns of `tables.EVALUATED`.

    Args:
        members: number of the row, set that it is compared within, structure.
        known: table of known structures; None: novelty is not asked for.
        ways: keys of `SAME`.
        processes: how many compare at a time.

    Yields:
        Number of the row, and its columns.
    """
    systems: dict[tuple[str, tuple[str, ...]], _System] = {}
    for row, group, member in members:
        elements = tuple(sorted(element.symbol for element in member.structure.elements))
        system = systems.setdefault((group, elements), _System())
        system.rows.append(row)
        system.members.append(member)
    others = {} if known is None else _by_elements(known, {elements for _, elements in systems})
    for (_, elements), system in systems.items():
        system.known.extend(others.get(elements, ()))
    work = partial(_within, ways=[way for way in SAME if way in ways], novelty=known is not None)
    for system, found in zip(systems.values(), in_order(work, systems.values(), processes=processes), strict=True):
        yield from zip(system.rows, found, strict=True)


def _by_elements(known: pa.Table, wanted: set[tuple[str, ...]]) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    """Rows of known structures that repeat none before them, by their elements, of some sets of elements."""
    elements = [tuple(symbols) for symbols in known["elements"].to_pylist()]
    used = pc.and_(pa.array([symbols in wanted for symbols in elements], pa.bool_()), pc.is_null(known["duplicate_of"]))
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in known.filter(used).to_pylist():
        found.setdefault(tuple(row["elements"]), []).append(row)
    return found


def _within(system: _System, *, ways: Sequence[str], novelty: bool) -> list[dict[str, Any]]:
    known = [_of_known(entry) for entry in system.known]
    found: list[dict[str, Any]] = [{"known_as": None} for _ in system.members]
    for way in ways:
        firsts: list[Compared] = []
        for member, columns in zip(system.members, found, strict=True):
            if way == "wyckoff" and member.fingerprint is None:
                continue
            columns[f"unique_{way}"] = _first(member, firsts, way) is None
            if columns[f"unique_{way}"]:
                firsts.append(member)
            if novelty:
                others = [other for other in known if member.known_id is None or other.known_id != member.known_id]
                match = _first(member, others, way)
                columns[f"novel_{way}"] = match is None
                columns["known_as"] = columns["known_as"] or (None if match is None else match.name)
    return found


def _first(member: Compared, others: Iterable[Compared], way: str) -> Compared | None:
    return next((other for other in others if _same(member, other, way)), None)


def _same(one: Compared, other: Compared, way: str) -> bool:
    try:
        return SAME[way](one, other)
    except Exception as error:  # what pymatgen raises where it finds no mapping of odd cells
        logger.info("%s and %s cannot be compared (%s) and count as different: %s", one.name, other.name, way, error)
        return False


def _of_known(row: Mapping[str, Any]) -> Compared:
    return Compared(
        name_of(row), structure_of(row), row["reduced_formula"], row["space_group"], row["fingerprint"], row["id"]
    )
