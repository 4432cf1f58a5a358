"""From rows as they stand in a source to compounds, each row either accepted or rejected with a reason."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Self

from superdrift.composition.formula import format_formula, integer_counts, parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, family_of
from superdrift.superconductors.data.readers import Row

HIGHEST_TC_K = 300.0
"""K; room temperature: a larger Tc is a unit error (degrees Celsius, millikelvin) or a misprint, so it is no
setting."""

_SYMBOL = re.compile(r"[A-Z][a-z]?")


@dataclass(frozen=True)
class Compound:
    """An accepted row.

    Attributes:
        row: the row it was read from.
        amounts: exact atoms per formula unit; no zeros.
        reduced_formula: formula with the smallest whole numbers.
        composition: what entries of one composition have in common: the elements with their atomic fractions
            in thousandths (a reported composition is no sharper than that).
        family: family by the elements.
        tc_k: critical temperature in K; None: measured and not superconducting.
        notes: flags that the text itself gives, repeated_element and zero_amount.
    """

    row: Row
    amounts: dict[str, Decimal]
    reduced_formula: str
    composition: tuple[tuple[str, int], ...]
    family: str
    tc_k: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Rejection:
    """A row that was not used, and why: a row of tables.REJECTED."""

    row: int
    text: str
    reason: str
    origin: str

    @classmethod
    def of(cls, row: Row, reason: str) -> Self:
        """Reject a row for a reason."""
        return cls(row.number, row.text, reason, row.origin)


class _UnusableError(Exception):
    """A row that cannot be used; the message is the reason."""


def clean(rows: Sequence[Row], *, malformed_rows: str) -> tuple[list[Compound], list[Rejection]]:
    """Accept or reject every row: `len(accepted) + len(rejected) == len(rows)`.

    Args:
        rows: rows of all sources.
        malformed_rows: what a malformed row of one's own table does: `stop` or `reject`. Rows of public files
            are always rejected.

    Returns:
        Accepted compounds and rejected rows, each in the order read.

    Raises:
        InputError: for a malformed row of one's own table under `stop`; for a family in a public file that
            contradicts the elements (then it is not the file we know).
    """
    if malformed_rows not in ("stop", "reject"):
        raise InputError(f"prepare.malformed_rows is '{malformed_rows}'; choose stop or reject")
    accepted: list[Compound] = []
    rejected: list[Rejection] = []
    for row in rows:
        try:
            accepted.append(_compound(row))
        except _UnusableError as error:
            if row.own and malformed_rows == "stop":
                raise InputError(
                    f"{row.origin}:{row.number}: row '{row.text},{row.tc}': {error}; "
                    "correct the row, or set prepare.malformed_rows to reject"
                ) from error
            rejected.append(Rejection.of(row, str(error)))
    kept, dropped = _without_contradictions(accepted)
    order = {(row.origin, row.number): position for position, row in enumerate(rows)}
    return kept, sorted(rejected + dropped, key=lambda r: order[r.origin, r.row])


def consensus(compounds: Sequence[Compound]) -> list[float | None]:
    """Median Tc in K over all superconducting entries of each row's composition; None for negatives."""
    entries = entries_by_composition(compounds)
    medians = {key: median(compounds[i].tc_k for i in rows) for key, rows in entries.items()}  # type: ignore[type-var]
    return [None if c.tc_k is None else medians[c.composition] for c in compounds]


def entries_by_composition(compounds: Sequence[Compound]) -> dict[tuple[tuple[str, int], ...], list[int]]:
    """Positions of the superconducting entries of each composition."""
    entries: dict[tuple[tuple[str, int], ...], list[int]] = defaultdict(list)
    for i, compound in enumerate(compounds):
        if compound.tc_k is not None:
            entries[compound.composition].append(i)
    return entries


def _without_contradictions(compounds: Sequence[Compound]) -> tuple[list[Compound], list[Rejection]]:
    """Drop negatives that a superconductor contradicts, and all but the first of equal negatives.

    A measurement that found no superconductivity above its lowest temperature proves less than one that found
    it, so the superconductor stays.
    """
    superconductors = {c.composition: c.row for c in reversed(compounds) if c.tc_k is not None}
    negatives: dict[tuple[tuple[str, int], ...], Row] = {}
    kept, dropped = [], []
    for compound in compounds:
        if compound.tc_k is None:
            other = superconductors.get(compound.composition)
            if other is not None:
                reason = f"not superconducting here, but a superconductor in {other.origin}"
                dropped.append(Rejection.of(compound.row, f"{reason} (line {other.number}, {other.text})"))
                continue
            first = negatives.setdefault(compound.composition, compound.row)
            if first is not compound.row:
                reason = f"repeats a non-superconductor of {first.origin}"
                dropped.append(Rejection.of(compound.row, f"{reason} (line {first.number}, {first.text})"))
                continue
        kept.append(compound)
    return kept, dropped


def _compound(row: Row) -> Compound:
    """Read one row, or raise `_UnusableError` with the reason."""
    if row.problem:
        raise _UnusableError(row.problem)
    tc = _temperature(row.tc)
    if row.negatives_only and tc > 0:
        raise _UnusableError("superconductor of a source that serves for its non-superconductors alone")
    written = _amounts(row.text)
    amounts = {symbol: amount for symbol, amount in written.items() if amount != 0}
    if not amounts:
        raise _UnusableError("every amount is zero")
    try:
        to_vector(amounts)
    except InputError as error:
        raise _UnusableError(str(error)) from error
    counts = integer_counts(amounts)
    notes = []
    if len(_SYMBOL.findall(row.text)) > len(written):
        notes.append("repeated_element")
    if len(amounts) < len(written):
        notes.append("zero_amount")
    return Compound(
        row=row,
        amounts=amounts,
        reduced_formula=format_formula({symbol: Decimal(count) for symbol, count in counts.items()}),
        composition=_thousandths(counts),
        family=_family(row, amounts),
        tc_k=tc if tc > 0 else None,
        notes=tuple(notes),
    )


def _temperature(text: str) -> float:
    """Tc in K; 0 says measured and not superconducting."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        shown = f"'{text}' is not a number" if text.strip() else "is empty"
        raise _UnusableError(f"Tc {shown}; give kelvin, or 0 where measured and not superconducting")
    if value < 0 or value > HIGHEST_TC_K:
        raise _UnusableError(f"Tc {text} K lies outside 0 to {HIGHEST_TC_K:g} K")
    return value


def _amounts(text: str) -> dict[str, Decimal]:
    try:
        return parse_formula(text)
    except InputError as error:
        raise _UnusableError(str(error)) from error


def _family(row: Row, amounts: dict[str, Decimal]) -> str:
    """Family by the elements, which a claimed family must agree with."""
    family = family_of(amounts)
    if row.family is None or row.family == family:
        return family
    known = "" if row.family in COMPOUND_FAMILIES else f", which is none of {', '.join(COMPOUND_FAMILIES)}"
    problem = f"is listed under {row.family}{known}, but its elements make it one of the {family}"
    if row.own:
        raise _UnusableError(f"{row.text} {problem}; correct the family or leave it empty")
    raise InputError(
        f"{row.origin}:{row.number}: {row.text} {problem}; this is not the file that the registry describes"
    )


def _thousandths(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    total = sum(counts.values())
    return tuple(sorted((symbol, round(Fraction(1000 * count, total))) for symbol, count in counts.items()))
