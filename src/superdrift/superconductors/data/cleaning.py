"""From rows as they stand in a source to compounds, each row either accepted or rejected with a reason."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from statistics import median

from superdrift.composition.formula import format_formula, integer_counts, parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.data.compound import Composition, Compound, Rejection
from superdrift.superconductors.data.dating import dated, without_unknown_content, year_of
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, family_of
from superdrift.superconductors.data.merging import known_by, without_archived, without_contradictions
from superdrift.superconductors.data.readers import Row

HIGHEST_TC_K = 300.0
"""K; room temperature: a larger Tc is a unit error (degrees Celsius, millikelvin) or a misprint, so it is no
setting."""

_SYMBOL = re.compile(r"[A-Z][a-z]?")


class _UnusableError(Exception):
    """A row that cannot be used; the message is the reason."""


def clean(
    rows: Sequence[Row], *, malformed_rows: str, until_year: int | None = None, keep_undated: bool = True
) -> tuple[list[Compound], list[Rejection]]:
    """Accept or reject every row: `len(accepted) + len(rejected) == len(rows)`.

    Args:
        rows: rows of all sources.
        malformed_rows: what a malformed row of one's own table does: `stop` or `reject`. Rows of public files
            are always rejected.
        until_year: only what was first reported in or before it; None: all.
        keep_undated: with `until_year`, keep compounds whose first report has no known year.

    Returns:
        Accepted compounds, dated as far as the sources tell, and rejected rows, each in the order read.

    Raises:
        InputError: for a malformed row of one's own table under `stop`; for a family in a public file that
            contradicts the elements (then it is not the file we know).
    """
    if malformed_rows not in ("stop", "reject"):
        raise InputError(f"prepare.malformed_rows is '{malformed_rows}'; choose stop or reject")
    read: list[Compound] = []
    approximate: list[Compound] = []
    rejected: list[Rejection] = []
    for row in rows:
        try:
            read.append(_compound(row))
        except _UnusableError as error:
            if row.own and malformed_rows == "stop":
                raise InputError(
                    f"{row.origin}:{row.number}: row '{row.text},{row.tc}': {error}; "
                    "correct the row, or set prepare.malformed_rows to reject"
                ) from error
            approximate += _approximately(row)
            rejected.append(Rejection.of(row, str(error)))
    kept, merged = without_archived(dated(read, approximate))
    kept, later = (kept, []) if until_year is None else known_by(kept, until_year, keep_undated=keep_undated)
    kept, dropped = without_contradictions(kept)
    order = {(row.origin, row.number): position for position, row in enumerate(rows)}
    return kept, sorted(rejected + merged + later + dropped, key=lambda r: order[r.origin, r.row])


def consensus(compounds: Sequence[Compound]) -> list[float | None]:
    """Median Tc in K over all superconducting entries of each row's composition; None for negatives."""
    entries = entries_by_composition(compounds)
    medians = {key: median(compounds[i].tc_k for i in rows) for key, rows in entries.items()}  # type: ignore[type-var]
    return [None if c.tc_k is None else medians[c.composition] for c in compounds]


def entries_by_composition(compounds: Sequence[Compound]) -> dict[Composition, list[int]]:
    """Positions of the superconducting entries of each composition."""
    entries: dict[Composition, list[int]] = defaultdict(list)
    for i, compound in enumerate(compounds):
        if compound.tc_k is not None:
            entries[compound.composition].append(i)
    return entries


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
        year=row.year if row.year is not None else year_of(row.reference),
        reference=row.reference,
    )


def _approximately(row: Row) -> list[Compound]:
    """An archive's row whose oxygen is not known as what is known of it: it serves to date such entries elsewhere."""
    known = without_unknown_content(row.text) if row.archive else None
    if known is None:
        return []
    try:
        return [_compound(replace(row, text=known))]
    except _UnusableError:
        return []


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


def _thousandths(counts: dict[str, int]) -> Composition:
    total = sum(counts.values())
    return tuple(sorted((symbol, round(Fraction(1000 * count, total))) for symbol, count in counts.items()))
