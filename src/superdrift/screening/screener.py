"""All checks of a source together, batch by batch: from amounts to the columns of the screened table."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.families import family_of
from superdrift.composition.formula import format_formula
from superdrift.composition.valence import metals_only
from superdrift.composition.vector import from_vector
from superdrift.screening.basic import basic_checks
from superdrift.screening.charge import Ranges, charge_verdicts
from superdrift.screening.counts import whole_counts
from superdrift.screening.novelty import Duplicates, KnownCompounds
from superdrift.screening.published import published_validity
from superdrift.screening.sites import site_balanced
from superdrift.settings import ScreenSettings

NOT_CHECKED = "not checked: fails the basic checks"


@dataclass
class Screener:
    """Screens the batches of one source, in row order.

    Attributes:
        settings: radii, range of elements, noise floor.
        known: index of the known compounds.
        ranges: accepted formal valences by ion.
        exact: leave amounts as they are (known compounds), without rounding and noise floor.
    """

    settings: ScreenSettings
    known: KnownCompounds
    ranges: Mapping[str, Ranges]
    exact: bool = False

    def __post_init__(self) -> None:
        self._duplicates = Duplicates()

    def screen(self, ids: NDArray[np.int64], amounts: NDArray[np.floating]) -> dict[str, Any]:
        """Columns of `tables.SCREENED` for one batch.

        Rows that fail the basic checks are not judged further: false, or null where the column allows it.

        Args:
            ids: (n,) row numbers within the source.
            amounts: (n, 96) atoms per formula unit, as projected.
        """
        settings = self.settings
        basic = basic_checks(
            amounts, n_elements=settings.n_elements, noise_floor=settings.noise_floor, exact=self.exact
        )
        columns = _names(basic.amounts, basic.compound)
        passed = np.flatnonzero(basic.passed)
        clean = basic.amounts[passed]
        near = self.known.nearest(clean)
        charge = charge_verdicts(clean, ranges=self.ranges, tolerance=settings.charge_tolerance)
        n = len(ids)
        return columns | {
            "id": ids,
            "n_elements": basic.n_elements,
            "basic_pass": basic.passed,
            "basic_failure": basic.failure,
            "duplicate": self._duplicates.mark(columns["reduced_formula"]),
            "known": _spread(n, passed, near.known, False),
            "novel": _spread(n, passed, near.novel, False),
            "distance_to_known": _spread(n, passed, near.distance, np.nan),
            "nearest_known": _spread(n, passed, near.formula, None),
            "metallic": _spread(n, passed, metals_only(clean), False),
            "valid_published": _spread(n, passed, published_validity(whole_counts(clean)), False),
            "charge_valid": _spread(n, passed, charge.valid, None),
            "charge_reason": _spread(n, passed, charge.reason, NOT_CHECKED),
            "redox_ion": _spread(n, passed, charge.ion, None),
            "formal_valence": _spread(n, passed, charge.valence, np.nan),
            "site_balanced": _spread(n, passed, site_balanced(clean), False),
        }


def _spread(n: int, rows: NDArray[np.int64], values: NDArray[Any], rest: Any) -> NDArray[Any]:
    """Values of some of n rows, `rest` in the others."""
    column = np.full(n, rest, dtype=values.dtype)
    column[rows] = values
    return column


def _names(amounts: NDArray[np.float32], compound: NDArray[np.bool_]) -> dict[str, NDArray[np.object_]]:
    """Formula, reduced formula and family of the rows that are compounds; None in the others."""
    names = {name: np.full(len(amounts), None, dtype=object) for name in ("formula", "reduced_formula", "family")}
    rows = np.flatnonzero(compound)
    for row, counts in zip(rows, whole_counts(amounts[rows]), strict=True):
        exact = from_vector(amounts[row])
        names["formula"][row] = format_formula(exact)
        names["reduced_formula"][row] = format_formula(
            {SYMBOLS[index]: Decimal(int(counts[index])) for index in np.flatnonzero(counts)}
        )
        names["family"][row] = family_of(exact)
    return names
