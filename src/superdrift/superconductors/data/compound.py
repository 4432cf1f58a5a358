"""A row of a source as it was judged: a compound, or a rejection with its reason."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from superdrift.superconductors.data.readers import Row

Composition = tuple[tuple[str, int], ...]
"""Elements with their atomic fractions in thousandths: what entries of one composition have in common."""


@dataclass(frozen=True)
class Compound:
    """An accepted row.

    Attributes:
        row: the row it was read from.
        amounts: exact atoms per formula unit; no zeros.
        reduced_formula: formula with the smallest whole numbers.
        composition: the same for all entries of a composition (a reported one is no sharper than thousandths).
        family: family by the elements.
        tc_k: critical temperature in K; None: none was found, or none is reported.
        notes: flags that the text itself gives, repeated_element and zero_amount.
        year: of the first report of the composition; None: not known.
        reference: of that report; empty: not known.
    """

    row: Row
    amounts: dict[str, Decimal]
    reduced_formula: str
    composition: Composition
    family: str
    tc_k: float | None
    notes: tuple[str, ...]
    year: int | None = None
    reference: str = ""

    @property
    def superconducting(self) -> bool | None:
        """True: with this Tc; False: measured and not; None: listed without a Tc, so that nobody knows."""
        if self.tc_k is not None:
            return True
        return None if self.row.zero_is_unreported else False


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
