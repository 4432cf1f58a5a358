"""Charge check that knows doping: the redox ion's formal valence must be one that known compounds show.

Anions and plain cations hold their common charge, one redox ion takes what remains (composition.valence).
Accepted for an ion are the valences where known superconductors are dense, within what chemistry allows at
all; where too few are known, the range of the literature. Where every charge is fixed, the charges have to
cancel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.valence import CHARGE, Valence, formal_valence, metals_only

# Lowest and highest charge of the ion in inorganic solids (Greenwood & Earnshaw, Chemistry of the Elements,
# tables of oxidation states; for copper and iron the span of their superconductors).
LITERATURE: dict[str, tuple[float, float]] = {
    "Cu": (1.7, 3.0), "Fe": (1.0, 4.0), "Ni": (1.0, 4.0), "Co": (2.0, 4.0), "Mn": (2.0, 7.0),
    "Cr": (2.0, 6.0), "V": (2.0, 5.0), "Ti": (2.0, 4.0), "Nb": (2.0, 5.0), "Mo": (2.0, 6.0), "W": (2.0, 6.0),
    "Ru": (2.0, 8.0), "Ir": (1.0, 6.0), "Rh": (1.0, 6.0), "Pd": (1.0, 4.0), "Pt": (1.0, 6.0),
    "Os": (2.0, 8.0), "Re": (2.0, 7.0), "Ta": (2.0, 5.0), "Tc": (2.0, 7.0), "Au": (1.0, 3.0),
    "Ag": (0.5, 3.0), "U": (3.0, 6.0), "Bi": (2.0, 5.0), "Sn": (2.0, 4.0), "Pb": (2.0, 4.0),
    "Sb": (3.0, 5.0), "In": (1.0, 3.0), "Tl": (1.0, 3.0), "Zr": (2.0, 4.0), "Hf": (2.0, 4.0),
}  # fmt: skip

Ranges = tuple[tuple[float, float], ...]
"""Accepted formal valences of one ion: lower and upper ends in e, rising."""

_STEP = 0.01
"""e; resolution of the density and of the verdict: a valence counts as within when it is after rounding."""


@dataclass(frozen=True)
class Charge:
    """Charge verdicts of n compounds.

    Attributes:
        valid: (n,) True, False, or None where no ionic picture applies.
        reason: (n,) why not True; None where True.
        ion: (n,) symbol of the redox ion or None.
        valence: (n,) its mean charge in e; nan where there is none.
    """

    valid: NDArray[np.object_]
    reason: NDArray[np.object_]
    ion: NDArray[np.object_]
    valence: NDArray[np.float64]


def observed_ranges(
    amounts: NDArray[np.floating], *, coverage: float, bandwidth: float, min_known: int
) -> dict[str, Ranges]:
    """Accepted formal valences of each redox ion, from known superconductors: the highest-density region.

    Ranges and not one interval, because valences are bunched: iron holds about +2 in most pnictides and,
    formally, nearly +4 in CaFeAs2, whose arsenic is half in chains. Whole-numbered oxygen in a cuprate is
    mostly nominal and often a placeholder, so copper's ranges come from the cuprates whose oxygen was
    measured, that is, is no whole number.

    Args:
        amounts: (n, 96) atoms per formula unit of known superconductors without flags.
        coverage: share of the known valences that the ranges hold.
        bandwidth: standard deviation of the Gaussian that smooths the density, e.
        min_known: number of compounds below which the literature's range stands.
    """
    known = formal_valence(amounts)
    oxygen = np.asarray(amounts, dtype=np.float64)[:, ATOMIC_NUMBER["O"] - 1]
    measured = np.abs(oxygen - np.rint(oxygen)) > 1e-4
    ranges: dict[str, Ranges] = {}
    for ion, (lowest, highest) in LITERATURE.items():
        rows = (known.ion == ion) & (known.valence >= lowest) & (known.valence <= highest)
        values = known.valence[rows & measured if ion == "Cu" else rows]
        few = len(values) < min_known
        ranges[ion] = ((lowest, highest),) if few else _dense(values, lowest, highest, coverage, bandwidth)
    return ranges


def _dense(values: NDArray[np.float64], lowest: float, highest: float, coverage: float, bandwidth: float) -> Ranges:
    """Intervals within [lowest, highest] in which the smoothed density of values is highest."""
    grid = np.arange(round(lowest / _STEP), round(highest / _STEP) + 1) * _STEP
    cells = np.rint((values - lowest) / _STEP).astype(np.int64)
    offsets = (grid[:, None] - grid[None, :]) / bandwidth
    density = np.exp(-0.5 * offsets**2) @ np.bincount(cells, minlength=len(grid))
    inside = density >= np.quantile(density[cells], 1 - coverage)
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False]))
    return tuple(
        (round(float(grid[a]), 2), round(float(grid[b - 1]), 2)) for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def charge_verdicts(amounts: NDArray[np.floating], *, ranges: Mapping[str, Ranges], tolerance: float) -> Charge:
    """Judge the charges of many compounds.

    Args:
        amounts: (n, 96) atoms per formula unit, none negative.
        ranges: accepted formal valences by ion (`observed_ranges`), e.
        tolerance: largest |sum of charges| over the sum of anion charges where all charges are fixed.
    """
    found = formal_valence(amounts)
    valid = np.full(len(found.ionic), None, dtype=object)
    reason = valid.copy()
    metals = metals_only(amounts)
    reason[~found.ionic] = "no ionic picture: no anion, or an element without a common charge"
    reason[metals] = "metals only"
    for ion in sorted(set(found.ion) - {None}):
        rows = np.flatnonzero(found.ion == ion)
        values = found.valence[rows]
        inside = np.zeros(len(rows), dtype=bool)
        for low, high in ranges[ion]:
            inside |= (values >= low - _STEP / 2) & (values <= high + _STEP / 2)
        valid[rows] = inside
        accepted = ", ".join(f"{low:.2f} to {high:.2f}" for low, high in ranges[ion])
        for row in rows[~inside]:
            reason[row] = f"{ion} would hold {found.valence[row]:+.2f}; known compounds show {accepted}"
    _judge_fixed(amounts, found, tolerance, valid, reason)
    return Charge(valid, reason, found.ion, found.valence)


def _judge_fixed(
    amounts: NDArray[np.floating],
    found: Valence,
    tolerance: float,
    valid: NDArray[np.object_],
    reason: NDArray[np.object_],
) -> None:
    """Compounds in which every charge is fixed: their sum must vanish."""
    rows = np.flatnonzero(found.ionic & (found.ion == None))  # noqa: E711 - elementwise
    anions = [ATOMIC_NUMBER[symbol] - 1 for symbol, charge in CHARGE.items() if charge < 0]
    charges = np.array([-CHARGE[symbol] for symbol in CHARGE if CHARGE[symbol] < 0])
    scale = np.asarray(amounts, dtype=np.float64)[np.ix_(rows, anions)] @ charges
    balanced = np.abs(found.charge[rows]) <= tolerance * scale
    valid[rows] = balanced
    for row in rows[~balanced]:
        reason[row] = f"fixed charges sum to {found.charge[row]:+.2f} per formula unit"
