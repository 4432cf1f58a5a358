"""The published validity: SMACT's charge neutrality and Pauling test (Davies et al. 2016), compiled.

A compound is valid when one whole oxidation state per element, from one of SMACT's sets, can be chosen so that the
charges cancel and every cation is less electronegative than every anion; metals only are valid by fiat, and so are
single elements. Verdicts equal those of `smact.screening.smact_validity` on the formula in whole numbers, which stays
the oracle of the tests and the origin of all its data; here one compiled search walks the states of each compound in
order of electronegativity and leaves a branch as soon as the remaining elements cannot bring the charge to zero.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import smact
from numba import njit, prange
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS, SYMBOLS
from superdrift.errors import InputError

OXIDATION_SETS = {
    "smact14": "oxidation_states_smact14",
    "icsd16": "oxidation_states_icsd16",
    "icsd24": "oxidation_states_icsd24",
    "pymatgen_sp": "oxidation_states_sp",
    "wiki": "oxidation_states_wiki",
}
"""SMACT's names of its sets of oxidation states, and where its elements keep them."""

MANY = 10
"""Elements beyond which all reachable charges are tabulated, because a search could take too long."""


@dataclass(frozen=True)
class Ions:
    """SMACT's data for hydrogen to curium.

    Attributes:
        states: (96, s) oxidation states, the first `number` of each row.
        number: (96,) how many; 0: the element is in no valid compound.
        electronegativity: (96,) Pauling's scale; nan where there is none.
        metal: (96,) counts as a metal.
    """

    states: NDArray[np.int64]
    number: NDArray[np.int64]
    electronegativity: NDArray[np.float64]
    metal: NDArray[np.bool_]


@cache
def ions(oxidation_states: str = "smact14") -> Ions:
    """Data of one of SMACT's sets.

    Raises:
        InputError: for a set that does not exist.
    """
    if oxidation_states not in OXIDATION_SETS:
        raise InputError(f"unknown oxidation states '{oxidation_states}'; choose one of {', '.join(OXIDATION_SETS)}")
    elements = [smact.Element(symbol) for symbol in SYMBOLS[:N_ELEMENTS]]
    listed = [sorted(set(getattr(element, OXIDATION_SETS[oxidation_states]) or ())) for element in elements]
    states = np.zeros((N_ELEMENTS, max(map(len, listed))), dtype=np.int64)
    for row, charges in zip(states, listed, strict=True):
        row[: len(charges)] = charges
    metals = set(smact.metals)
    return Ions(
        states,
        np.array([len(charges) for charges in listed], dtype=np.int64),
        np.array([np.nan if e.pauling_eneg is None else e.pauling_eneg for e in elements], dtype=np.float64),
        np.array([element.symbol in metals for element in elements]),
    )


def published_validity(counts: NDArray[np.int64], *, oxidation_states: str = "smact14") -> NDArray[np.bool_]:
    """The published validity of many compounds.

    Args:
        counts: (n, 96) whole numbers of atoms (`counts.whole_counts` or `counts.published_counts`).
        oxidation_states: one of `OXIDATION_SETS`.

    Returns:
        (n,) verdicts; False for rows without any element.
    """
    data = ions(oxidation_states)
    whole = np.ascontiguousarray(counts, dtype=np.int64)
    verdict = _validity(whole, data.states, data.number, data.electronegativity, data.metal)
    for row in np.flatnonzero(verdict < 0):
        verdict[row] = _neutral_by_table(whole[row], data)
    return verdict > 0


@njit(parallel=True, cache=True)
def _validity(
    counts: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    metal: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """1 valid, 0 not, −1 too many elements for a search: (n,)."""
    verdict = np.zeros(len(counts), dtype=np.int8)
    for row in prange(len(counts)):
        elements = np.flatnonzero(counts[row] > 0)
        if len(elements) == 0:
            continue
        if len(elements) == 1 or metal[elements].all():
            verdict[row] = 1
        elif np.isnan(electronegativity[elements]).any() or (number[elements] == 0).any():
            continue
        elif len(elements) > MANY:
            verdict[row] = -1
        else:
            elements = elements[np.argsort(electronegativity[elements])]
            verdict[row] = _neutral(counts[row][elements], elements, states, number, electronegativity)
    return verdict


@njit(cache=True)
def _neutral(
    counts: NDArray[np.int64],
    elements: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
) -> bool:
    """Depth-first search over the states of k elements, which come by rising electronegativity."""
    k = len(elements)
    least, most = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    for i in range(k - 1, -1, -1):
        own = states[elements[i], : number[elements[i]]]
        least[i], most[i] = least[i + 1] + counts[i] * own.min(), most[i + 1] + counts[i] * own.max()
    turn = np.zeros(k + 1, dtype=np.int64)  # the state of each element to try next
    charge = np.zeros(k + 1, dtype=np.int64)
    highest = np.full(k + 1, -np.inf)  # electronegativity of the last cation
    anion = np.zeros(k + 1, dtype=np.bool_)  # an anion has come: no cation may follow
    i = 0
    while i >= 0:
        if i == k or turn[i] == number[elements[i]]:
            i -= 1
            continue
        state, own = states[elements[i], turn[i]], electronegativity[elements[i]]
        turn[i] += 1
        if (state > 0 and anion[i]) or (state < 0 and own <= highest[i]):
            continue
        total = charge[i] + counts[i] * state
        if total + least[i + 1] > 0 or total + most[i + 1] < 0:
            continue
        if i == k - 1:
            return True
        charge[i + 1], turn[i + 1] = total, 0
        highest[i + 1] = own if state > 0 else highest[i]
        anion[i + 1] = anion[i] or state < 0
        i += 1
    return False


def _neutral_by_table(counts: NDArray[np.int64], data: Ions) -> bool:
    """The same question for many elements: all charges that can be reached, as bits of whole numbers."""
    elements = np.flatnonzero(counts)
    elements = elements[np.argsort(data.electronegativity[elements])]
    zero = sum(int(counts[e]) * max(0, -int(data.states[e].min())) for e in elements)  # the bit of charge 0
    # Charges reached so far, by whether an anion has come, and by the electronegativity of the last cation.
    reached = {(False, -np.inf): 1 << zero}
    for e in elements:
        own = float(data.electronegativity[e])
        following: dict[tuple[bool, float], int] = {}
        for (anion, highest), sums in reached.items():
            for state in data.states[e, : data.number[e]].tolist():
                if (state > 0 and anion) or (state < 0 and own <= highest):
                    continue
                # Only the cation at the present electronegativity can still forbid an anion.
                key = (anion or state < 0, own if state > 0 else highest)
                shift = int(counts[e]) * state
                moved = sums << shift if shift >= 0 else sums >> -shift
                following[key] = following.get(key, 0) | moved
        reached = following
    return any(sums >> zero & 1 for sums in reached.values())
