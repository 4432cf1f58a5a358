"""Rows that say the same, or opposite things, about one composition: which of them stay, and what was known when."""

from collections.abc import Callable, Sequence

from superdrift.superconductors.data.compound import Composition, Compound, Rejection

Parted = tuple[list[Compound], list[Rejection]]


def without_archived(compounds: Sequence[Compound]) -> Parted:
    """Drop rows of an archive whose composition another source lists as a superconductor: the same measurements."""
    listed = _first(compounds, lambda c: c.superconducting is True and not c.row.archive)

    def reason(compound: Compound) -> str | None:
        same = listed.get(compound.composition)
        if not compound.row.archive or not compound.superconducting or same is None:
            return None
        return f"merged with {_place(same)}, which it dates"

    return _parted(compounds, reason)


def known_by(compounds: Sequence[Compound], year: int, *, keep_undated: bool) -> Parted:
    """Drop what was first reported after a year, and, unless they are kept, compounds without a year."""

    def reason(compound: Compound) -> str | None:
        if compound.year is not None:
            return f"first reported in {compound.year}, after prepare.until_year" if compound.year > year else None
        return None if keep_undated else "year of the first report unknown, and prepare.until_year is set"

    return _parted(compounds, reason)


def without_contradictions(compounds: Sequence[Compound]) -> Parted:
    """Drop negatives that a superconductor contradicts, and all but the first of equal negatives.

    A measurement that found no superconductivity above its lowest temperature proves less than one that found
    it, so the superconductor stays. A measured negative stays rather than one without a reported Tc.
    """
    positive = _first(compounds, lambda c: c.superconducting is True)
    negative = _first(compounds, lambda c: c.superconducting is None) | _first(
        compounds, lambda c: c.superconducting is False
    )

    def reason(compound: Compound) -> str | None:
        if compound.superconducting:
            return None
        claim = "no Tc reported" if compound.superconducting is None else "not superconducting"
        if compound.composition in positive:
            return f"{claim} here, but a superconductor in {_place(positive[compound.composition])}"
        first = negative[compound.composition]
        return None if first is compound else f"repeats a non-superconductor of {_place(first)}"

    return _parted(compounds, reason)


def _first(compounds: Sequence[Compound], wanted: Callable[[Compound], bool]) -> dict[Composition, Compound]:
    """The first wanted compound of each composition."""
    return {compound.composition: compound for compound in reversed(compounds) if wanted(compound)}


def _place(compound: Compound) -> str:
    return f"{compound.row.origin} (line {compound.row.number}, {compound.row.text})"


def _parted(compounds: Sequence[Compound], reason: Callable[[Compound], str | None]) -> Parted:
    """Compounds without a reason to drop them, and rejections of the others."""
    kept, dropped = [], []
    for compound in compounds:
        why = reason(compound)
        if why is None:
            kept.append(compound)
        else:
            dropped.append(Rejection.of(compound.row, why))
    return kept, dropped
