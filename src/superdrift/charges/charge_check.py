"""Charge check that knows doping and chemistry at large: is a compound neutral with charges that its ions really hold?

Three readings, the narrowest first. (1) Anions and plain cations hold their common charge, one redox ion takes what
remains (`formal_valence`), and its valence is one of known superconductors of similar cations (`valence_density`): what
tells real doping from wrong oxygen. (2) The same among all known compounds, superconducting or not. (3) Every element
holds an oxidation state that known crystals show of it (`whole_states`): oxides, salts and minerals that resemble no
superconductor. A compound that passes any of them is charge-balanced; whether its valence is one of known
superconductors is said apart, for that is (1) alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import Valence, formal_valence, metals_only
from superdrift.charges.ion_charges import ANIONS, DOPING_MARGIN, LITERATURE_RANGES, PEROXIDE_FORMERS, SOFT_HIGHEST
from superdrift.charges.settings import ChargeSettings
from superdrift.charges.valence_density import Judged, ValenceDensity, grid
from superdrift.charges.whole_states import whole_states
from superdrift.composition.elements import ATOMIC_NUMBER

_WHOLE_VALENCE = 0.02
"""e; a mean charge this close to a whole number is one state: two hundredths of an atom of a divalent anion."""
_BY_OTHERS = 1e-3
"""Highest score of what is charge-balanced by other compounds than superconductors: below all that passes beside them,
and in the order of their density among them."""
_OF_SUPERCONDUCTORS, _OF_ALL = "superconductors", "all"
"""Names of the two sets of known compounds in `thresholds`."""
_LEAST_CHARGE = 1e-6
"""e per formula unit; guards the division by the anions' charge where there is next to none."""
_OZONIDE = 1 / 3
"""e; least charge an oxygen atom bears in a salt: that of ozonides (KO3)."""
_HARD_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ("O", "F", "Cl", "Br")]
"""Columns of the anions that bond with cations alone."""
_SOFT_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS if symbol not in ("O", "F", "Cl", "Br")]
"""Columns of the anions that also bond among themselves (CuS2, HoTe3, CaFeAs2)."""
_OXYGEN, _COPPER = ATOMIC_NUMBER["O"] - 1, ATOMIC_NUMBER["Cu"] - 1
_PEROXIDE = [ATOMIC_NUMBER[symbol] - 1 for symbol in (*PEROXIDE_FORMERS, "O")]


@dataclass(frozen=True)
class Charge:
    """Charge verdicts of n compounds.

    Attributes:
        valid: (n,) charge-balanced: True, False, or None where no ionic picture applies.
        reason: (n,) why not True; None where True.
        of_superconductors: (n,) the valence of the redox ion is one of known superconductors of similar cations; None
            without a redox ion, and where too few of its superconductors are known.
        score: (n,) how far inside (≥ 0, valid) or outside the accepted the compound lies: for a redox ion the
            logarithm of the density of its valence among superconductors over the lowest accepted one; 0 to 0.001 where
            valid by other compounds alone; nan where no ionic picture applies.
        ion: (n,) symbol of the redox ion or None.
        valence: (n,) its mean charge in e; nan where there is none.
        charges: (n, 96) mean charge of every element in e; nan where absent or not ionic.
    """

    valid: NDArray[np.object_]
    reason: NDArray[np.object_]
    of_superconductors: NDArray[np.object_]
    score: NDArray[np.float64]
    ion: NDArray[np.object_]
    valence: NDArray[np.float64]
    charges: NDArray[np.float64]


class ChargeCheck:
    """The check, fitted to known compounds.

    Args:
        amounts: (m, 96) atoms per formula unit of known superconductors without flags.
        settings: coverage, bandwidths, weights.
        others: (l, 96) of known compounds without flags that do not superconduct.
        thresholds: what `thresholds` of a check fitted to the same gave, which saves judging all known compounds.
    """

    def __init__(
        self, amounts: NDArray[np.floating], settings: ChargeSettings, others: NDArray[np.floating] | None = None,
        *, thresholds: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        given = dict.fromkeys((_OF_SUPERCONDUCTORS, _OF_ALL)) if thresholds is None else thresholds
        self._superconductors = ValenceDensity(amounts, settings, given[_OF_SUPERCONDUCTORS])
        self._all = (
            None if others is None else ValenceDensity(np.concatenate([amounts, others]), settings, given[_OF_ALL])
        )

    @property
    def thresholds(self) -> dict[str, dict[str, float]]:
        """Lowest accepted logarithm of the density of each ion, among superconductors and among all known compounds."""
        fitted = {_OF_SUPERCONDUCTORS: self._superconductors, _OF_ALL: self._all}
        return {name: density.thresholds for name, density in fitted.items() if density is not None}

    def verdicts(self, amounts: NDArray[np.floating]) -> Charge:
        """Judge the charges of (n, 96) compounds, atoms per formula unit, none negative."""
        exact = np.asarray(amounts, dtype=np.float64)
        found = self._by_superconductors(exact, formal_valence(exact))
        doubtful = np.flatnonzero(_unsettled(found) & _may_be_oxyanions(exact))
        if len(doubtful):
            other = self._by_superconductors(exact[doubtful], formal_valence(exact[doubtful], oxyanions=True))
            _adopt(found, doubtful, other, other.score >= 0)
        self._by_all_known(exact, found)
        self._by_chemistry(exact, found)
        _peroxides_undecided(exact, found)
        found.valid[:] = np.where(np.isnan(found.score), None, found.score >= 0)
        found.reason[found.valid == True] = None  # noqa: E712 - elementwise
        return found

    def accepted(self, ion: str, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which valences of the grid `grid()` an ion holds in superconductors with the cations of (n, 96): (n, g)."""
        lowest, highest = LITERATURE_RANGES[ion]
        possible = (grid() >= lowest - DOPING_MARGIN) & (grid() <= highest + DOPING_MARGIN)
        if ion not in self._superconductors:
            return np.broadcast_to(possible, (len(amounts), len(possible)))
        return possible & self._superconductors.accepted(ion, amounts)

    def _by_superconductors(self, exact: NDArray[np.float64], found: Valence) -> Charge:
        """Reading (1): the redox ion beside known superconductors, fixed charges by their sum."""
        n = len(exact)
        charge = Charge(
            np.full(n, None, dtype=object), np.full(n, None, dtype=object), np.full(n, None, dtype=object),
            np.full(n, np.nan), found.ion, found.valence, found.charges,
        )  # fmt: skip
        charge.reason[~found.ionic] = found.why[~found.ionic]
        charge.reason[metals_only(exact)] = "metals only"
        for ion in sorted(set(found.ion) - {None}):
            self._judge_ion(ion, exact, charge)
        self._judge_fixed(exact, found, charge)
        return charge

    def _judge_ion(self, ion: str, amounts: NDArray[np.float64], charge: Charge) -> None:
        """Scores and reasons of the compounds in which `ion` takes the remaining charge."""
        rows = np.flatnonzero(charge.ion == ion)
        valence, known = charge.valence[rows], self._superconductors
        beyond, soft = _beyond(ion, valence), _soft(amounts[rows])
        soft_beyond = np.where(
            soft, np.maximum(beyond, valence - SOFT_HIGHEST.get(ion, np.inf) - DOPING_MARGIN), -np.inf
        )
        if ion in known:
            # Impossible valences come last, in the order of how impossible they are.
            judged = known.judge(ion, amounts[rows], valence)
            charge.score[rows] = np.where(beyond > 0, known.impossible(ion) - beyond, judged.score)
            charge.of_superconductors[rows] = charge.score[rows] >= 0
        else:
            judged = None
            charge.score[rows] = -np.maximum(beyond, soft_beyond)
        covalent = rows[(soft_beyond > 0) & (charge.score[rows] < 0)]
        charge.score[covalent] = np.nan
        charge.of_superconductors[covalent] = None
        charge.reason[covalent] = (
            f"no ionic picture: {ion} would hold what no ion of it does, so other bonds are at work"
        )
        wrong = np.flatnonzero(charge.score[rows] < 0)
        for row, text in zip(rows[wrong], _shown(ion, valence[wrong], judged, wrong), strict=True):
            charge.reason[row] = f"{ion} would hold {charge.valence[row]:+.2f}; {text}"

    def _judge_fixed(self, amounts: NDArray[np.float64], found: Valence, charge: Charge) -> None:
        """Compounds in which every charge is fixed: their sum must vanish."""
        rows = np.flatnonzero(found.ionic & (found.ion == None))  # noqa: E711 - elementwise
        negative = np.fmin(found.charges[rows], 0.0) * amounts[rows]
        relative = np.abs(found.charge[rows]) / np.maximum(-negative.sum(axis=1), _LEAST_CHARGE)
        charge.score[rows] = self.settings.tolerance - relative
        covalent = rows[(charge.score[rows] < 0) & _soft(amounts[rows])]
        charge.score[covalent] = np.nan
        charge.reason[covalent] = "no ionic picture: common charges do not cancel, so other bonds are at work"
        for row in rows[charge.score[rows] < 0]:
            charge.reason[row] = f"fixed charges sum to {found.charge[row]:+.2f} per formula unit"

    def _by_all_known(self, exact: NDArray[np.float64], charge: Charge) -> None:
        """Reading (2): a valence that no superconductor shows, but other known compounds of these cations."""
        for ion in sorted(set(charge.ion[charge.score < 0]) - {None}) if self._all is not None else ():
            if ion in self._all:
                rows = np.flatnonzero((charge.score < 0) & (charge.ion == ion))
                rows = rows[_beyond(ion, charge.valence[rows]) <= 0]
                _balance(charge, rows[self._all.judge(ion, exact[rows], charge.valence[rows]).score >= 0])

    def _by_chemistry(self, exact: NDArray[np.float64], charge: Charge) -> None:
        """Reading (3): states of chemistry at large.

        Where all are whole they are also the better names of the charges of what passed already, copper oxides apart:
        PbTiO3 is Pb2+ Ti4+, Cu2ZnSnS4 is Cu1+ Zn2+ Sn4+.
        """
        passed = (charge.score >= 0) & ~((exact[:, _COPPER] > 0) & (exact[:, _OXYGEN] > 0))
        rows = np.flatnonzero(_unsettled(charge) | passed)
        charges = whole_states(exact[rows], charge.ion[rows], soft=_soft(exact[rows]))
        whole = (np.abs(charges - np.rint(charges)) <= _WHOLE_VALENCE) | np.isnan(charges)
        neutral = ~np.isnan(charges).all(axis=1) & (whole.all(axis=1) | ~passed[rows])
        taken, charges = rows[neutral], charges[neutral]
        _balance(charge, taken[~(charge.score[taken] >= 0)])
        charge.charges[taken] = charges
        with_ion = np.flatnonzero(charge.ion[taken] != None)  # noqa: E711 - elementwise
        columns = [ATOMIC_NUMBER[ion] - 1 for ion in charge.ion[taken[with_ion]]]
        changed = np.abs(charge.valence[taken[with_ion]] - charges[with_ion, columns]) > _WHOLE_VALENCE
        charge.valence[taken[with_ion]] = charges[with_ion, columns]
        self._compare_again(exact, charge, taken[with_ion][changed])

    def _compare_again(self, exact: NDArray[np.float64], charge: Charge, rows: NDArray[np.int64]) -> None:
        """Whether superconductors show the valence of ions that another reading gave another one."""
        for ion in sorted(set(charge.ion[rows])):
            own = rows[charge.ion[rows] == ion]
            if ion in self._superconductors:
                judged = self._superconductors.judge(ion, exact[own], charge.valence[own])
                charge.of_superconductors[own] = (judged.score >= 0) & (_beyond(ion, charge.valence[own]) <= 0)


def _shown(ion: str, valence: NDArray[np.float64], judged: Judged | None, rows: NDArray[np.int64]) -> list[str]:
    """What known compounds show in the place of wrong valences, (m,), which are some rows of those judged."""
    if judged is None:
        lowest, highest = LITERATURE_RANGES[ion]
        return [f"the literature knows {lowest:+.2f} to {highest:+.2f}"] * len(valence)
    return [
        f"known compounds of the nearest cations hold {low:+.2f} to {high:+.2f}"
        + (", and hardly any of them that" if low <= own <= high else "")
        for own, low, high in zip(valence.tolist(), judged.low[rows].tolist(), judged.high[rows].tolist(), strict=True)
    ]


def _unsettled(charge: Charge) -> NDArray[np.bool_]:
    """(n,) compounds whose charges did not cancel, or would only by bonds among anions."""
    doubtful = charge.score < 0
    for row in np.flatnonzero(np.isnan(charge.score)):
        doubtful[row] = charge.reason[row].endswith("other bonds are at work")
    return doubtful


def _balance(charge: Charge, rows: NDArray[np.int64]) -> None:
    """Charge-balanced by other compounds than superconductors."""
    charge.score[rows] = _BY_OTHERS * np.exp(np.nan_to_num(charge.score[rows], nan=-np.inf))


def _beyond(ion: str, valence: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far a valence lies beyond what the literature knows of an ion, e; negative inside."""
    lowest, highest = LITERATURE_RANGES[ion]
    return np.maximum(lowest - valence, valence - highest) - DOPING_MARGIN


def _adopt(charge: Charge, rows: NDArray[np.int64], other: Charge, better: NDArray[np.bool_]) -> None:
    """Take another reading of some rows where it is the better one."""
    for name in ("reason", "of_superconductors", "score", "ion", "valence", "charges"):
        getattr(charge, name)[rows[better]] = getattr(other, name)[better]


def _may_be_oxyanions(amounts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) compounds with oxygen and an element that is an anion or the heart of an oxyanion."""
    return (amounts[:, _OXYGEN] > 0) & (amounts[:, _SOFT_ANIONS] > 0).any(axis=1)


def _peroxides_undecided(amounts: NDArray[np.float64], charge: Charge) -> None:
    """Too much oxygen beside metals that form peroxides, superoxides and ozonides: undecided."""
    rows = np.flatnonzero(charge.score < 0)
    elsewhere = np.delete(amounts[rows], _PEROXIDE, axis=1)
    fixed = np.where(np.isnan(charge.charges[rows]), 0.0, charge.charges[rows]) * amounts[rows]
    oxygen = amounts[rows, _OXYGEN]
    cation = np.maximum(fixed, 0.0).sum(axis=1)
    own = rows[(elsewhere <= 0).all(axis=1) & (cation >= _OZONIDE * oxygen) & (cation < 2 * oxygen)]
    charge.score[own] = np.nan
    charge.reason[own] = "no ionic picture: oxygen would bond with itself (peroxide, superoxide)"


def _soft(amounts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) all anions are of those that also bond among themselves, or leave electrons to metals."""
    return (amounts[:, _SOFT_ANIONS] > 0).any(axis=1) & ~(amounts[:, _HARD_ANIONS] > 0).any(axis=1)
