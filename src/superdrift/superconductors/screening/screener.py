"""All checks of a source together, batch by batch: from amounts to the columns of the screened table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.charge_text import charge_texts
from superdrift.charges.formal_valence import metals_only
from superdrift.charges.smact_rule import published_validity
from superdrift.composition.atom_counts import published_counts, whole_counts
from superdrift.composition.formulas import count_formulas, formulas
from superdrift.composition.site_balance import site_balanced
from superdrift.metals.metal_check import MetalCheck
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.screening.basic_checks import basic_checks
from superdrift.superconductors.screening.novelty import Duplicates, KnownCompounds
from superdrift.superconductors.settings.screening import ScreenSettings

NOT_CHECKED = "not checked: fails the basic checks"
COUNTS = {"published": published_counts, "exact": whole_counts}
"""How amounts become whole numbers for the published rule, by the name that the config uses."""


@dataclass
class Screener:
    """Screens the batches of one source, in row order.

    Attributes:
        settings: radii, range of elements, noise floor, published rule.
        known: index of the known compounds.
        charge: the charge check.
        metals: the check of compounds of metals only.
        exact: leave amounts as they are (known compounds), without rounding and noise floor.
        all_rows: judge rows that fail the basic checks too, as long as they are compounds.
    """

    settings: ScreenSettings
    known: KnownCompounds
    charge: ChargeCheck
    metals: MetalCheck
    exact: bool = False
    all_rows: bool = False

    def __post_init__(self) -> None:
        if self.settings.counts not in COUNTS:
            raise InputError(f"unknown counts '{self.settings.counts}' (screen.counts); choose {' or '.join(COUNTS)}")
        self._duplicates = Duplicates()

    def screen(
        self, ids: NDArray[np.int64], amounts: NDArray[np.floating], raw: NDArray[np.floating] | None = None
    ) -> dict[str, Any]:
        """Columns of `tables.SCREENED` for one batch.

        Rows that fail the basic checks are not judged further: false, or null where the column allows it.

        Args:
            ids: (n,) row numbers within the source.
            amounts: (n, 96) atoms per formula unit, as projected.
            raw: (n, 96) the same rows before projection; None where nothing was projected.
        """
        settings = self.settings
        basic = basic_checks(
            amounts, n_elements=settings.n_elements, noise_floor=settings.noise_floor, exact=self.exact
        )
        n, rows = len(ids), np.flatnonzero(basic.compound if self.all_rows else basic.passed)
        clean = basic.amounts[rows]
        near = self.known.nearest(clean)
        charge = self.charge.verdicts(clean)
        metallic = metals_only(clean)
        plausible, metal_score = self._metals(clean, metallic)
        columns = _names(basic.amounts, basic.compound)
        columns |= {
            "id": ids,
            "amounts": basic.amounts,
            "n_elements": basic.n_elements,
            "basic_pass": basic.passed,
            "basic_failure": basic.failure,
            "duplicate": self._duplicates.mark(columns["reduced_formula"]),
            "known": _spread(n, rows, near.known, False),
            "novel": _spread(n, rows, near.novel, False),
            "distance_to_known": _spread(n, rows, near.distance, np.nan),
            "nearest_known": _spread(n, rows, near.formula, None),
            "metallic": _spread(n, rows, metallic, False),
            "metal_plausible": _spread(n, rows, plausible, None),
            "metal_score": _spread(n, rows, metal_score, np.nan),
            "valid_published": _spread(n, rows, self._published(clean), False),
            "charge_valid": _spread(n, rows, charge.valid, None),
            "charge_reason": _spread(n, rows, charge.reason, NOT_CHECKED),
            "superconductor_valence": _spread(n, rows, charge.of_superconductors, None),
            "charge_score": _spread(n, rows, charge.score, np.nan),
            "charges": _spread(n, rows, charge_texts(charge.charges), None),
            "redox_ion": _spread(n, rows, charge.ion, None),
            "formal_valence": _spread(n, rows, charge.valence, np.nan),
            "site_balanced": _spread(n, rows, site_balanced(clean), False),
        }
        return columns | self._before(raw, columns)

    def _before(self, raw: NDArray[np.floating] | None, columns: dict[str, Any]) -> dict[str, Any]:
        """Validity of the rows before they were projected."""
        if raw is None:
            return {f"{name}_raw": columns[name] for name in ("valid_published", "charge_valid")}
        basic = basic_checks(raw, n_elements=self.settings.n_elements, noise_floor=self.settings.noise_floor)
        rows = np.flatnonzero(basic.passed)
        clean = basic.amounts[rows]
        return {
            "valid_published_raw": _spread(len(raw), rows, self._published(clean), False),
            "charge_valid_raw": _spread(len(raw), rows, self.charge.verdicts(clean).valid, None),
        }

    def _metals(
        self, clean: NDArray[np.float32], metallic: NDArray[np.bool_]
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Whether compounds of metals only are plausible, and by how much; None and nan for all others."""
        plausible, score = np.full(len(clean), None, dtype=object), np.full(len(clean), np.nan)
        score[metallic] = self.metals.score(clean[metallic])
        plausible[metallic] = score[metallic] >= 0
        return plausible, score

    def _published(self, clean: NDArray[np.float32]) -> NDArray[np.bool_]:
        counts = COUNTS[self.settings.counts](clean)
        return published_validity(counts, oxidation_states=self.settings.oxidation_states)


def _spread(n: int, rows: NDArray[np.int64], values: NDArray[Any], rest: Any) -> NDArray[Any]:
    """Values of some of n rows, `rest` in the others."""
    column = np.full(n, rest, dtype=values.dtype)
    column[rows] = values
    return column


def _names(amounts: NDArray[np.float32], compound: NDArray[np.bool_]) -> dict[str, NDArray[np.object_]]:
    """Formula, reduced formula and family of the rows that are compounds; None in the others."""
    rows = np.flatnonzero(compound)
    clean = amounts[rows]
    found = {
        "formula": np.array(formulas(clean), dtype=object),
        "reduced_formula": np.array(count_formulas(whole_counts(clean)), dtype=object),
        "family": families_of(clean).astype(object),
    }
    return {name: _spread(len(amounts), rows, values, None) for name, values in found.items()}
