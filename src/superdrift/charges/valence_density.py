"""How common a valence of a redox ion is among known compounds of similar cations.

Which valences are real depends on what surrounds the ion: copper holds +1.8 in Nd2-xCexCuO4 and never in HgBa2CuO4. So
a valence is judged by its density among the known compounds whose cations are nearest, smoothed, with a share of the
density among all known compounds of the ion, which is what remains for cations that are like nothing known. It counts
as real down to the density that leaves out as few known compounds as the configured coverage says, each of them judged
by the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.formal_valence import formal_valence
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
_KERNEL_CUTOFF = 6.0
"""Bandwidths beyond which a Gaussian counts as 0 where densities are tabulated: exp(−18), below any threshold."""
_SHUFFLE_SEED = 0
"""Seed of the order of the known compounds; fixed, so that verdicts depend on the compounds alone."""
_DENSITY_FLOOR = 1e-6
"""per e; density below which all valences are equally impossible: far below that of any known compound."""
_WHOLE_WITHIN = 1e-4
"""Atoms per formula unit; oxygen this close to a whole number is whole but for the rounding of single precision."""


@dataclass(frozen=True)
class _Ion:
    """Known compounds of one redox ion; `threshold` is the lowest accepted logarithm of the density."""

    index: CompositionIndex
    valence: NDArray[np.float64]
    nominal: NDArray[np.bool_]
    weight: NDArray[np.float64]
    overall: NDArray[np.float64]
    threshold: float


@dataclass(frozen=True)
class Judged:
    """Valences of n compounds beside known ones.

    Attributes:
        score: (n,) logarithm of the density of the valence over the lowest accepted one.
        low: (n,) lowest valence among the known compounds of the nearest cations, e.
        high: (n,) highest.
    """

    score: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class ValenceDensity:
    """Densities of the valences of each redox ion, fitted to known compounds.

    Args:
        amounts: (m, 96) atoms per formula unit of the known compounds.
        settings: coverage, bandwidths, weights.
        thresholds: what `thresholds` gave when it was fitted to the same, by ion; None to judge all known compounds.
    """

    def __init__(
        self, amounts: NDArray[np.floating], settings: ChargeSettings, thresholds: Mapping[str, float] | None = None
    ) -> None:
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
                known = self._known(exact[rows], found.valence[rows], nominal[rows] & (ion == "Cu"))
                threshold = self._threshold(known, exact[rows]) if thresholds is None else thresholds[ion]
                self._ions[ion] = replace(known, threshold=threshold)

    @property
    def thresholds(self) -> dict[str, float]:
        """Lowest accepted logarithm of the density, by ion."""
        return {ion: known.threshold for ion, known in self._ions.items()}

    def __contains__(self, ion: str) -> bool:
        """Whether enough compounds of this ion are known."""
        return ion in self._ions

    def judge(self, ion: str, amounts: NDArray[np.float64], valence: NDArray[np.float64]) -> Judged:
        """How common each valence is in (n, 96) compounds."""
        known = self._ions[ion]
        near, weight = self._neighbours(known, amounts)
        return Judged(
            self._log_density(known, near, weight, valence) - known.threshold,
            np.where(weight > 0, near, np.inf).min(axis=1),
            np.where(weight > 0, near, -np.inf).max(axis=1),
        )

    def impossible(self, ion: str) -> float:
        """Score of a valence of no density at all."""
        return float(np.log(_DENSITY_FLOOR) - self._ions[ion].threshold)

    def accepted(self, ion: str, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which valences of the grid `grid()` this ion may hold in (n, 96) compounds of these cations: (n, g)."""
        known = self._ions[ion]
        valence, weight = self._neighbours(known, amounts)
        density = _densities(valence, weight, grid(), self.settings.bandwidth)
        overall = self.settings.overall_weight
        total = (density + overall * known.overall) / (weight.sum(axis=1, keepdims=True) + overall)
        return np.log(total + _DENSITY_FLOOR) >= known.threshold

    @cached_property
    def _smoothing(self) -> NDArray[np.float64]:
        """(g, g) Gaussian kernel between the valences of the grid, per e."""
        return self._smooth(grid()[:, None] - grid()[None, :])

    def _known(self, amounts: NDArray[np.float64], valence: NDArray[np.float64], nominal: NDArray[np.bool_]) -> _Ion:
        """Known compounds of an ion, and the density of their valences; without a threshold."""
        weight = np.where(nominal, self.settings.nominal_weight, 1.0)
        counts = np.bincount(_cells(valence), weights=weight, minlength=len(grid()))
        overall = self._smoothing @ counts / weight.sum()
        return _Ion(CompositionIndex(_cations(amounts)), valence, nominal, weight, overall, -np.inf)

    def _threshold(self, known: _Ion, amounts: NDArray[np.float64]) -> float:
        """The density below which 1 − coverage of the measured compounds lie, each of them judged by the others."""
        itself = np.arange(len(amounts))
        density = self._log_density(known, *self._neighbours(known, amounts, without=itself), known.valence)
        measured = density[~known.nominal] if (~known.nominal).any() else density
        return float(np.quantile(measured, 1 - self.settings.coverage))

    def _log_density(
        self, known: _Ion, near: NDArray[np.float64], weight: NDArray[np.float64], valence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Logarithm of the density (per e) of each valence (n,) among neighbours (n, k) and their weights."""
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


def grid() -> NDArray[np.float64]:
    """(g,) valences in e at which densities are tabulated."""
    return _GRID


_GRID = np.arange(round(_GRID_RANGE[0] / _GRID_STEP), round(_GRID_RANGE[1] / _GRID_STEP) + 1) * _GRID_STEP
_ANIONS = [ATOMIC_NUMBER[symbol] - 1 for symbol in ANIONS]


@kernel
def _densities(
    valence: NDArray[np.float64], weight: NDArray[np.float64], places: NDArray[np.float64], bandwidth: float
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


def _nominal_oxygen(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whole-numbered oxygen, which in cuprates is mostly written rather than measured."""
    oxygen = np.asarray(amounts)[:, ATOMIC_NUMBER["O"] - 1]
    return (oxygen > 0) & (np.abs(oxygen - np.rint(oxygen)) <= _WHOLE_WITHIN)
