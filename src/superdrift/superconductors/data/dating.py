"""When a composition was first reported: the year in a reference, and the first of several reports."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from superdrift.superconductors.data.compound import Composition, Compound

_BRACKETED = re.compile(r"\(((?:19|20)\d\d)\)")
_PREPRINT = re.compile(r"(?:cond-mat|arxiv)[/:. ]*(\d\d)[01]\d", re.IGNORECASE)
_ALONE = re.compile(r"(?<![\d.,/:p-])((?:19|20)\d\d)(?![\d-])")
_FIRST_PREPRINTS = 91
"""Two digits of the year in which arXiv began: smaller ones are of this century."""
_UNKNOWN_CONTENT = re.compile(r"(?<=[0-9])[+-]{1,2}[A-Za-zδ]$")
"""The end of `O7-Z`, `O8+d`: a number of atoms, more or less an unknown content."""


def year_of(reference: str) -> int | None:
    """The year of a reference: the earliest in brackets, of a preprint that of its number, else one that stands alone.

    None where there is no year, or several without brackets.
    """
    if bracketed := _BRACKETED.findall(reference):
        return min(map(int, bracketed))
    if preprint := _PREPRINT.search(reference):
        year = int(preprint.group(1))
        return year + (1900 if year >= _FIRST_PREPRINTS else 2000)
    alone = set(_ALONE.findall(reference))
    return int(alone.pop()) if len(alone) == 1 else None


def without_unknown_content(formula: str) -> str | None:
    """A formula that ends in a number and an unknown content, without that content: `O7-Z` → `O7`; else None.

    Tables that have no place for the unknown content list the compound as this.
    """
    known = _UNKNOWN_CONTENT.sub("", formula.strip())
    return known if known != formula.strip() else None


def dated(compounds: Sequence[Compound], approximate: Iterable[Compound]) -> list[Compound]:
    """Every compound with year and reference of the first report of its composition and kind (superconducting or not).

    Args:
        compounds: with their own year and reference, as far as known.
        approximate: archive rows whose oxygen is not known, written without the unknown content: they date a
            composition that no other row dates.
    """
    exact, roughly = _first_reports(compounds), _first_reports(approximate)
    found = []
    for compound in compounds:
        key = compound.composition, compound.superconducting
        first = exact.get(key) or roughly.get(key)
        found.append(replace(compound, year=first.year, reference=first.reference) if first else compound)
    return found


def _first_reports(compounds: Iterable[Compound]) -> dict[tuple[Composition, bool | None], Compound]:
    """The earliest dated compound of each composition and kind; of one year the first that was read."""
    first: dict[tuple[Composition, bool | None], Compound] = {}
    for compound in compounds:
        if compound.year is not None:
            before = first.setdefault((compound.composition, compound.superconducting), compound)
            if before.year is None or compound.year < before.year:
                first[compound.composition, compound.superconducting] = compound
    return first
