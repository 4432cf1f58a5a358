"""Projection of samples: the nearest composition on the 0.01 grid that a rule accepts.

Nearest means: the fewest hundredths of an atom moved, all elements together, none by more than the tolerance, none
appearing or vanishing. Whatever a rule forbids is mended this way, so a rate after projection says little of the
model that drew the samples: it stands beside the raw rate, never in its place.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from superdrift.composition.valence import formal_valence
from superdrift.composition.vector import atomic_fractions, round_amounts
from superdrift.errors import InputError
from superdrift.screening.charge import Charge, ChargeCheck, grid
from superdrift.screening.published import MANY, Ions, ions

RULES = ("none", "charge_valid", "published")

_MARGINS = (0.0, 0.02, 0.05)
"""e; moving cations also moves what is accepted of them, so a row just outside is tried again a little further in."""
_FAR = 1 << 30


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
        most = int(round(self.tolerance * 100))
        if self.rule == "published":
            nearest = _neutral_nearest(hundredths, ions(self.oxidation_states), most)
        else:
            assert self.check is not None
            nearest = _charge_valid_nearest(hundredths, self.check, most)
        projected[rows] = (nearest / 100).astype(np.float32)
        moved = np.zeros(len(projected))
        moved[rows] = np.abs(atomic_fractions(projected[rows]) - atomic_fractions(clean[rows])).sum(axis=1) / 2
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
        tried[rows] = _reach_interval(hundredths[rows], charges[rows], redox, low, high, most)
    fixed = np.flatnonzero(found.ionic & (found.ion == None))  # noqa: E711 - elementwise
    slack = check.settings.tolerance * (1 - margin) * -np.minimum(charges[fixed] * hundredths[fixed], 0).sum(axis=1)
    tried[fixed] = _cancel(hundredths[fixed], charges[fixed], slack, most)
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


@njit(parallel=True, cache=True)
def _reach_interval(
    hundredths: NDArray[np.int64],
    charges: NDArray[np.float64],
    redox: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    most: int,
) -> NDArray[np.int64]:
    """Fewest hundredths that bring −Σ q h / h_redox into one of the intervals; rows of −1 where none suffice."""
    result = np.full_like(hundredths, -1)
    for row in prange(len(hundredths)):
        counts, ion = hundredths[row], redox[row]
        best = _FAR
        gain = charges[row].copy()
        for i in range(low.shape[1]):
            for end in (low[row, i], high[row, i]):
                if np.isnan(end):
                    continue
                # With the ion at the end of the interval the charges must cancel from the valence's side.
                gain[ion] = end
                total = 0.0
                for e in range(len(gain)):
                    total += gain[e] * counts[e]
                moves = np.zeros(len(gain), dtype=np.int64)
                used = _spend(counts, gain, total, most, moves)
                if used < best:
                    best = used
                    result[row] = counts + moves
    return result


@njit(parallel=True, cache=True)
def _cancel(
    hundredths: NDArray[np.int64], charges: NDArray[np.float64], slack: NDArray[np.float64], most: int
) -> NDArray[np.int64]:
    """Fewest hundredths that bring |Σ q h| down to the slack; rows of −1 where none suffice."""
    result = np.full_like(hundredths, -1)
    for row in prange(len(hundredths)):
        total = 0.0
        for e in range(hundredths.shape[1]):
            total += charges[row, e] * hundredths[row, e]
        excess = np.sign(total) * max(0.0, abs(total) - slack[row])
        moves = np.zeros(hundredths.shape[1], dtype=np.int64)
        if _spend(hundredths[row], charges[row], excess, most, moves) < _FAR:
            result[row] = hundredths[row] + moves
    return result


@njit(cache=True)
def _spend(
    counts: NDArray[np.int64], gain: NDArray[np.float64], total: float, most: int, moves: NDArray[np.int64]
) -> int:
    """Bring `total` to 0 or just past it, by units of the largest gain first, which takes the fewest.

    Each unit of element e changes the total by gain[e]. Fills `moves`; returns their number, _FAR if not enough.
    """
    direction = -1.0 if total > 0 else 1.0
    need, used = abs(total), 0
    order = np.argsort(-np.abs(gain))
    for e in order:
        if need <= 1e-9:
            break
        size = abs(gain[e])
        if counts[e] == 0 or size < 1e-9:
            continue
        rises = gain[e] * direction > 0
        room = most if rises else min(most, counts[e] - 1)
        units = min(room, np.int64(np.ceil((need - 1e-9) / size)))
        moves[e] = units if rises else -units
        need -= units * size
        used += units
    return used if need <= 1e-9 else _FAR


def _neutral_nearest(hundredths: NDArray[np.int64], data: Ions, most: int) -> NDArray[np.int64]:
    """The nearest rows that are neutral in whole oxidation states and keep Pauling's order; as given without one."""
    return _neutral(hundredths, data.states, data.number, data.electronegativity, data.metal, most)


@njit(parallel=True, cache=True)
def _neutral(
    hundredths: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    metal: NDArray[np.bool_],
    most: int,
) -> NDArray[np.int64]:
    result = hundredths.copy()
    for row in prange(len(hundredths)):
        elements = np.flatnonzero(hundredths[row] > 0)
        if len(elements) < 2 or len(elements) > MANY or metal[elements].all():
            continue
        if np.isnan(electronegativity[elements]).any() or (number[elements] == 0).any():
            continue
        elements = elements[np.argsort(electronegativity[elements])]
        best = np.zeros(len(elements), dtype=np.int64)
        if _best_moves(hundredths[row][elements], elements, states, number, electronegativity, most, best):
            for i in range(len(elements)):
                result[row, elements[i]] += best[i]
    return result


@njit(cache=True)
def _best_moves(
    counts: NDArray[np.int64],
    elements: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    most: int,
    best: NDArray[np.int64],
) -> bool:
    """Walk all assignments in Pauling's order (as `published._neutral`) and keep the cheapest to make neutral."""
    k = len(elements)
    fewest = _FAR
    turn, charge = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    highest = np.full(k + 1, -np.inf)
    anion = np.zeros(k + 1, dtype=np.bool_)
    chosen = np.zeros(k, dtype=np.int64)
    i = 0
    while i >= 0:
        if i == k or turn[i] == number[elements[i]]:
            i -= 1
            continue
        state, own = states[elements[i], turn[i]], electronegativity[elements[i]]
        turn[i] += 1
        if (state > 0 and anion[i]) or (state < 0 and own <= highest[i]):
            continue
        chosen[i], total = state, charge[i] + counts[i] * state
        if i == k - 1:
            fewest = _cheapest(counts, chosen, total, most, fewest, best)
            if fewest == 0:
                return True
            continue
        charge[i + 1], turn[i + 1] = total, 0
        highest[i + 1] = own if state > 0 else highest[i]
        anion[i + 1] = anion[i] or state < 0
        i += 1
    return fewest < _FAR


@njit(cache=True)
def _cheapest(
    counts: NDArray[np.int64], charges: NDArray[np.int64], total: int, most: int, fewest: int, best: NDArray[np.int64]
) -> int:
    """Fewest units that make Σ charges · (counts + units) vanish exactly, if fewer than `fewest`; fills `best`."""
    order = np.argsort(-np.abs(charges))
    size = np.abs(charges)[order]
    if size[0] == 0:
        if total == 0 and fewest > 0:
            best[:] = 0
            return 0
        return fewest
    # The fewest units that could do; one more each time until they do, so that every search stays narrow.
    for budget in range((abs(total) + size[0] - 1) // size[0], min(fewest, most * len(counts) + 1)):
        if _within(counts, charges, order, size, total, most, budget, best):
            return budget
    return fewest


@njit(cache=True)
def _within(
    counts: NDArray[np.int64],
    charges: NDArray[np.int64],
    order: NDArray[np.int64],
    size: NDArray[np.int64],
    total: int,
    most: int,
    budget: int,
    best: NDArray[np.int64],
) -> bool:
    """Whether `budget` units can cancel the total exactly: depth first, the largest charges first; fills `best`."""
    k = len(counts)
    rest, used = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    units, last = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    rest[0] = total
    i = 0
    if total == 0:
        best[:] = 0
        return True
    units[0], last[0] = _range(counts[order[0]], budget, most)
    while i >= 0:
        units[i] += 1
        if units[i] > last[i]:
            i -= 1
            continue
        rest[i + 1] = rest[i] + units[i] * charges[order[i]]
        used[i + 1] = used[i] + abs(units[i])
        if rest[i + 1] == 0:
            best[:] = 0
            for j in range(i + 1):
                best[order[j]] = units[j]
            return True
        following = size[i + 1] if i + 1 < k else 0
        if following == 0 or used[i + 1] + (abs(rest[i + 1]) + following - 1) // following > budget:
            continue
        i += 1
        units[i], last[i] = _range(counts[order[i]], budget - used[i], most)
    return False


@njit(cache=True)
def _range(count: int, budget: int, most: int) -> tuple[int, int]:
    """Units that an element may move by, within tolerance and budget, one hundredth remaining; the first less one."""
    cap = min(most, budget)
    return -min(cap, count - 1) - 1, cap
