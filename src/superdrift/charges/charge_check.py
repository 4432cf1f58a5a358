"""Charge check that knows doping: the redox ion's formal valence, judged against known compounds of similar cations.

Anions and plain cations hold their common charge, one redox ion takes what remains (charges.formal_valence). Which
valences are real depends on what surrounds the ion: copper holds +1.8 in Nd2-xCexCuO4 and never in HgBa2CuO4. So the
valence is judged by its density among the known compounds whose cations are nearest, smoothed, with a share of the
density among all known compounds of the ion, which is what remains for cations that are like nothing known. A
valence counts as real down to the density that leaves out as few known compounds as the configured coverage says, each
of them judged by the others. Where too few are known, the range of the literature stands; where every charge is
fixed, the charges have to cancel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import Valence, formal_valence, metals_only
from superdrift.charges.ion_charges import ANIONS, LITERATURE_RANGES
from superdrift.charges.settings import ChargeSettings
from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions
from superdrift.run.compiled import kernel, prange

_GRID_STEP = 0.01
"""e; resolution of densities and verdicts: that of amounts on the 0.01 grid."""
_GRID_RANGE = (-1.0, 9.0)
"""e; valences that densities are tabulated for, wider than any ion's."""
_DOPING_MARGIN = 0.25
"""e; doping reaches a little beyond the whole states of the literature. A bound on what is conceivable; what is
accepted within it is learned from known compounds."""
_HARD_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ("O", "F", "Cl", "Br")]
"""Columns of the anions that bond with cations alone."""
_SOFT_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS if symbol not in ("O", "F", "Cl", "Br")]
"""Columns of the anions that also bond among themselves (CuS2, HoTe3, CaFeAs2)."""
_KERNEL_CUTOFF = 6.0
"""Bandwidths beyond which a Gaussian counts as 0 where densities are tabulated: exp(−18), below any threshold."""
_SHUFFLE_SEED = 0
"""Seed of the order of the known compounds; fixed, so that verdicts depend on the compounds alone."""
_DENSITY_FLOOR = 1e-6
"""per e; density below which all valences are equally impossible: far below that of any known compound."""
_WHOLE_WITHIN = 1e-4
"""Atoms per formula unit; oxygen this close to a whole number is whole but for the rounding of single precision."""


@dataclass(frozen=True)
class Charge:
    """Charge verdicts of n compounds.

    Attributes:
        valid: (n,) True, False, or None where no ionic picture applies.
        reason: (n,) why not True; None where True.
        score: (n,) how far inside (≥ 0, valid) or outside the accepted the compound lies: for a redox ion the
            logarithm of the density of its valence over the lowest accepted one; nan where no ionic picture applies.
        ion: (n,) symbol of the redox ion or None.
        valence: (n,) its mean charge in e; nan where there is none.
        charges: (n, 96) mean charge of every element in e; nan where absent or not ionic.
    """

    valid: NDArray[np.object_]
    reason: NDArray[np.object_]
    score: NDArray[np.float64]
    ion: NDArray[np.object_]
    valence: NDArray[np.float64]
    charges: NDArray[np.float64]


@dataclass(frozen=True)
class _Ion:
    """Known compounds of one redox ion; `threshold` is the lowest accepted logarithm of the density."""

    index: CompositionIndex
    valence: NDArray[np.float64]
    weight: NDArray[np.float64]
    overall: NDArray[np.float64]
    threshold: float


class ChargeCheck:
    """The check, fitted to known compounds.

    Args:
        amounts: (m, 96) atoms per formula unit of known superconductors without flags.
        settings: coverage, bandwidths, weights.
    """

    def __init__(self, amounts: NDArray[np.floating], settings: ChargeSettings) -> None:
        self.settings = settings
        exact = np.asarray(amounts, dtype=np.float64)
        if len(exact):
            exact = exact[np.unique(atomic_fractions(exact).astype(np.float32), axis=0, return_index=True)[1]]
        # Of many compounds of the same cations the first few count as nearest: in no order of their anions.
        exact = exact[np.random.default_rng(_SHUFFLE_SEED).permutation(len(exact))]
        found = formal_valence(exact)
        nominal = _nominal_oxygen(exact)
        self._ions: dict[str, _Ion] = {}
        for ion, (lowest, highest) in LITERATURE_RANGES.items():
            rows = (found.ion == ion) & (found.valence >= lowest) & (found.valence <= highest)
            if rows.sum() >= settings.min_known:
                self._ions[ion] = self._fit(exact[rows], found.valence[rows], nominal[rows] & (ion == "Cu"))

    def verdicts(self, amounts: NDArray[np.floating]) -> Charge:
        """Judge the charges of (n, 96) compounds, atoms per formula unit, none negative."""
        exact = np.asarray(amounts, dtype=np.float64)
        found = formal_valence(exact)
        n = len(exact)
        score, reason = np.full(n, np.nan), np.full(n, None, dtype=object)
        reason[~found.ionic] = found.why[~found.ionic]
        reason[metals_only(exact)] = "metals only"
        for ion in sorted(set(found.ion) - {None}):
            self._judge_ion(ion, exact, found, score, reason)
        self._judge_fixed(exact, found, score, reason)
        valid = np.where(np.isnan(score), None, score >= 0)
        reason[valid == True] = None  # noqa: E712 - elementwise
        return Charge(valid, reason, score, found.ion, found.valence, found.charges)

    def accepted(self, ion: str, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which valences of the grid `grid()` an ion may hold in (n, 96) compounds of these cations: (n, g)."""
        lowest, highest = LITERATURE_RANGES[ion]
        possible = (grid() >= lowest - _DOPING_MARGIN) & (grid() <= highest + _DOPING_MARGIN)
        if ion not in self._ions:
            return np.broadcast_to(possible, (len(amounts), len(possible)))
        known = self._ions[ion]
        valence, weight = self._neighbours(known, amounts)
        density = _densities(grid(), valence, weight, self.settings.bandwidth)
        overall = self.settings.overall_weight
        total = (density + overall * known.overall) / (weight.sum(axis=1, keepdims=True) + overall)
        return possible & (np.log(total + _DENSITY_FLOOR) >= known.threshold)

    def _fit(self, amounts: NDArray[np.float64], valence: NDArray[np.float64], nominal: NDArray[np.bool_]) -> _Ion:
        """Known compounds of an ion, and the density below which 1 − coverage of the measured ones lie."""
        settings = self.settings
        weight = np.where(nominal, settings.nominal_weight, 1.0)
        counts = np.bincount(_cells(valence), weights=weight, minlength=len(grid()))
        overall = self._smooth(grid()[:, None] - grid()[None, :]) @ counts / weight.sum()
        known = _Ion(CompositionIndex(_cations(amounts)), valence, weight, overall, -np.inf)
        itself = np.arange(len(valence))
        density = self._log_density(known, amounts, valence, without=itself)
        measured = density[~nominal] if (~nominal).any() else density
        return _Ion(known.index, valence, weight, overall, float(np.quantile(measured, 1 - settings.coverage)))

    def _log_density(
        self, known: _Ion, amounts: NDArray[np.float64], valence: NDArray[np.float64],
        without: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float64]:  # fmt: skip
        """Logarithm of the density of each valence among the compounds of similar cations (per e)."""
        near, weight = self._neighbours(known, amounts, without)
        local = (weight * self._smooth(valence[:, None] - near)).sum(axis=1)
        overall = self.settings.overall_weight
        beside = known.overall[_cells(valence)]
        return np.log((local + overall * beside) / (weight.sum(axis=1) + overall) + _DENSITY_FLOOR)

    def _neighbours(
        self, known: _Ion, amounts: NDArray[np.floating], without: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Valences and weights of the known compounds nearest by their cations, both (n, k)."""
        settings = self.settings
        distance, row = known.index.several(_cations(amounts), settings.neighbours)
        weight = np.where(row >= 0, known.weight[row] * np.exp(-distance / settings.radius), 0.0)
        if without is not None:
            weight[row == without[:, None]] = 0.0
        return known.valence[row], weight

    def _smooth(self, difference: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gaussian kernel, per e."""
        bandwidth = self.settings.bandwidth
        return np.exp(-0.5 * (difference / bandwidth) ** 2) / (bandwidth * np.sqrt(2 * np.pi))

    def _judge_ion(
        self, ion: str, amounts: NDArray[np.float64], found: Valence, score: NDArray[np.float64],
        reason: NDArray[np.object_],
    ) -> None:  # fmt: skip
        """Scores and reasons of the compounds in which `ion` takes the remaining charge."""
        rows = np.flatnonzero(found.ion == ion)
        valence = found.valence[rows]
        lowest, highest = LITERATURE_RANGES[ion]
        beyond = np.maximum(lowest - valence, valence - highest) - _DOPING_MARGIN
        if ion in self._ions:
            known = self._ions[ion]
            judged = self._log_density(known, amounts[rows], valence) - known.threshold
            # Impossible valences come last, in the order of how impossible they are.
            score[rows] = np.where(beyond > 0, np.log(_DENSITY_FLOOR) - known.threshold - beyond, judged)
        else:
            score[rows] = -beyond
        covalent = rows[(beyond > 0) & _soft(amounts[rows])]
        score[covalent] = np.nan
        reason[covalent] = f"no ionic picture: {ion} would hold what no ion of it does, so other bonds are at work"
        wrong = np.flatnonzero(score[rows] < 0)
        if not len(wrong):
            return
        texts = self._shown(ion, amounts[rows[wrong]])
        for row, text in zip(rows[wrong], texts, strict=True):
            reason[row] = f"{ion} would hold {found.valence[row]:+.2f}; {text}"

    def _shown(self, ion: str, amounts: NDArray[np.float64]) -> list[str]:
        """What known compounds show in the place of (n, 96) wrong ones."""
        if ion not in self._ions:
            lowest, highest = LITERATURE_RANGES[ion]
            return [f"the literature knows {lowest:+.2f} to {highest:+.2f}"] * len(amounts)
        valence, weight = self._neighbours(self._ions[ion], amounts)
        low = np.where(weight > 0, valence, np.inf).min(axis=1)
        high = np.where(weight > 0, valence, -np.inf).max(axis=1)
        return [
            f"known compounds of the nearest cations hold {a:+.2f} to {b:+.2f}"
            for a, b in zip(low.tolist(), high.tolist(), strict=True)
        ]

    def _judge_fixed(
        self, amounts: NDArray[np.float64], found: Valence, score: NDArray[np.float64], reason: NDArray[np.object_]
    ) -> None:
        """Compounds in which every charge is fixed: their sum must vanish."""
        rows = np.flatnonzero(found.ionic & (found.ion == None))  # noqa: E711 - elementwise
        negative = np.minimum(np.nan_to_num(found.charges[rows]), 0.0) * amounts[rows]
        relative = np.abs(found.charge[rows]) / np.maximum(-negative.sum(axis=1), _DENSITY_FLOOR)
        score[rows] = self.settings.tolerance - relative
        covalent = rows[(score[rows] < 0) & _soft(amounts[rows])]
        score[covalent] = np.nan
        reason[covalent] = "no ionic picture: common charges do not cancel, so other bonds are at work"
        for row in rows[score[rows] < 0]:
            reason[row] = f"fixed charges sum to {found.charge[row]:+.2f} per formula unit"


def grid() -> NDArray[np.float64]:
    """(g,) valences in e at which densities are tabulated."""
    return _GRID


_GRID = np.arange(round(_GRID_RANGE[0] / _GRID_STEP), round(_GRID_RANGE[1] / _GRID_STEP) + 1) * _GRID_STEP
_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS]


@kernel
def _densities(
    places: NDArray[np.float64], valence: NDArray[np.float64], weight: NDArray[np.float64], bandwidth: float
) -> NDArray[np.float64]:
    """Sum of weighted Gaussians at evenly spaced places, per e: (n, k) valences and weights → (n, g)."""
    density = np.zeros((len(valence), len(places)))
    step = places[1] - places[0]
    far = np.int64(_KERNEL_CUTOFF * bandwidth / step) + 1
    height = 1.0 / (bandwidth * np.sqrt(2 * np.pi))
    for row in prange(len(valence)):
        for j in range(valence.shape[1]):
            if weight[row, j] > 0:
                middle = np.int64(np.rint((valence[row, j] - places[0]) / step))
                for cell in range(max(0, middle - far), min(len(places), middle + far + 1)):
                    away = (places[cell] - valence[row, j]) / bandwidth
                    density[row, cell] += weight[row, j] * height * np.exp(-0.5 * away * away)
    return density


def _cells(valence: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.clip(np.rint((valence - _GRID_RANGE[0]) / _GRID_STEP), 0, len(_GRID) - 1).astype(np.int64)


def _cations(amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Amounts of all but the common anions."""
    cations = np.array(amounts, dtype=np.float64)
    cations[:, _ANIONS] = 0.0
    return cations


def _soft(amounts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) all anions are of those that also bond among themselves, or leave electrons to metals."""
    return (amounts[:, _SOFT_ANIONS] > 0).any(axis=1) & ~(amounts[:, _HARD_ANIONS] > 0).any(axis=1)


def _nominal_oxygen(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whole-numbered oxygen, which in cuprates is mostly written rather than measured."""
    oxygen = np.asarray(amounts)[:, ATOMIC_NUMBER["O"] - 1]
    return (oxygen > 0) & (np.abs(oxygen - np.rint(oxygen)) <= _WHOLE_WITHIN)
