"""Projection of samples: the nearest composition on the 0.01 grid that a rule accepts.

Nearest means: the fewest hundredths of an atom moved, all elements together, none by more than the tolerance, none
appearing or vanishing. Whatever a rule forbids is mended this way, so a rate after projection says little of the
model that drew the samples: it stands beside the raw rate, never in its place.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.charge_check import Charge, ChargeCheck
from superdrift.charges.formal_valence import formal_valence
from superdrift.charges.moves import cancel, reach_interval
from superdrift.charges.neutral_moves import neutral_nearest
from superdrift.charges.oxidation_state_sets import oxidation_set
from superdrift.charges.valence_density import grid
from superdrift.composition.distance import half_l1
from superdrift.composition.vector import round_amounts
from superdrift.run.errors import InputError

RULES = ("none", "charge_valid", "published")

_MARGINS = (0.0, 0.02, 0.05)
"""e; moving cations also moves what is accepted of them, so a row just outside is tried again a little further in.
Every outcome is checked, so the margins decide only how many rows are found."""


@dataclass(frozen=True)
class Projection:
    """What a projection needs to know.

    Attributes:
        rule: one of `RULES`.
        tolerance: most that an element may move, atoms per formula unit.
        noise_floor: absolute amounts below this are noise, and no element.
        check: the charge check, for the rule charge_valid.
        oxidation_states: SMACT's set, for the rule published.
    """

    rule: str
    tolerance: float
    noise_floor: float
    check: ChargeCheck | None = None
    oxidation_states: str = "smact14"

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise InputError(f"unknown projection rule '{self.rule}' (project.rule); choose one of {', '.join(RULES)}")
        if self.rule == "charge_valid" and self.check is None:
            raise ValueError("the rule charge_valid needs a charge check")

    def project(self, amounts: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Projected amounts, and how far each row moved.

        Rows that the rule accepts already, to which it does not apply, or for which no composition within the
        tolerance is accepted come back as rounded to the grid; rows that are no compounds come back as they are.

        Args:
            amounts: (n, 96) atoms per formula unit, as drawn.

        Returns:
            (n, 96) amounts and (n,) half the L1 distance of atomic fractions.
        """
        projected = np.array(amounts, dtype=np.float32)
        if self.rule == "none":
            return projected, np.zeros(len(projected))
        clean = round_amounts(np.nan_to_num(projected, nan=-1.0), noise_floor=self.noise_floor)
        rows = np.flatnonzero((clean >= 0).all(axis=1) & (clean > 0).any(axis=1))
        hundredths = np.rint(clean[rows] * 100.0).astype(np.int64)
        most = round(self.tolerance * 100)
        if self.rule == "charge_valid" and self.check is not None:
            nearest = _charge_valid_nearest(hundredths, self.check, most)
        else:
            nearest = neutral_nearest(hundredths, oxidation_set(self.oxidation_states), most)
        projected[rows] = (nearest / 100).astype(np.float32)
        moved = np.zeros(len(projected))
        moved[rows] = half_l1(projected[rows], clean[rows])
        return projected, moved


def _charge_valid_nearest(hundredths: NDArray[np.int64], check: ChargeCheck, most: int) -> NDArray[np.int64]:
    """The nearest rows that the charge check accepts; rows as given where there are none."""
    nearest = hundredths.copy()
    wrong = np.flatnonzero(check.verdicts(hundredths / 100).valid == False)  # noqa: E712 - elementwise
    for margin in _MARGINS:
        if not len(wrong):
            break
        tried = _moved_to_accepted(hundredths[wrong], check, most, margin)
        accepted = (tried >= 0).all(axis=1)
        verdict: Charge = check.verdicts(np.where(accepted[:, None], tried, hundredths[wrong]) / 100)
        accepted &= verdict.valid == True  # noqa: E712 - elementwise
        nearest[wrong[accepted]] = tried[accepted]
        wrong = wrong[~accepted]
    return nearest


def _moved_to_accepted(
    hundredths: NDArray[np.int64], check: ChargeCheck, most: int, margin: float
) -> NDArray[np.int64]:
    """Rows moved until the redox ion's valence is accepted, or fixed charges cancel; −1 where nothing suffices."""
    amounts = hundredths / 100
    found = formal_valence(amounts)
    charges = np.nan_to_num(found.charges)
    tried = np.full_like(hundredths, -1)
    for ion in set(found.ion) - {None}:
        rows = np.flatnonzero(found.ion == ion)
        low, high = _intervals(check.accepted(ion, amounts[rows]), margin)
        redox = (found.ion_index[rows]).astype(np.int64)
        tried[rows] = reach_interval(hundredths[rows], charges[rows], redox, low, high, most)
    fixed = np.flatnonzero(found.ionic & (found.ion == None))  # noqa: E711 - elementwise
    slack = check.settings.tolerance * (1 - margin) * -np.minimum(charges[fixed] * hundredths[fixed], 0).sum(axis=1)
    tried[fixed] = cancel(hundredths[fixed], charges[fixed], slack, most)
    return tried


def _intervals(accepted: NDArray[np.bool_], margin: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the accepted intervals of each row, both (n, most intervals), nan-padded, drawn in by the margin."""
    padded = np.pad(accepted.astype(np.int8), ((0, 0), (1, 1)))
    step = np.diff(padded, axis=1)
    number = (step > 0).sum(axis=1)
    low = np.full((len(accepted), max(1, number.max(initial=0))), np.nan)
    high = low.copy()
    for ends, sign, shift in ((low, 1, 0), (high, -1, -1)):
        rows, cells = np.nonzero(step == sign)
        place = np.concatenate([np.arange(count) for count in number]) if len(rows) else rows
        ends[rows, place] = grid()[cells + shift]
    inward = np.minimum(margin, (high - low) / 2)
    return low + inward, high - inward
