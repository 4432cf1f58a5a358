"""The published validity: SMACT's charge neutrality and Pauling test (Davies et al. 2016), compiled.

A compound is valid when one whole oxidation state per element, from one of SMACT's sets, can be chosen so that the
charges cancel and every cation is less electronegative than every anion; metals only are valid by fiat, and so are
single elements. Verdicts equal those of `smact.screening.smact_validity` on the formula in whole numbers, which stays
the oracle of the tests and the origin of all its data; here one compiled search walks the states of each compound in
order of electronegativity and leaves a branch as soon as the remaining elements cannot bring the charge to zero.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.oxidation_state_sets import OxidationSet, oxidation_set
from superdrift.run.compiled import helper, kernel, prange

MAX_SEARCHED_ELEMENTS = 10
"""Elements beyond which all reachable charges are tabulated, because a search could take too long; verdicts are the
same either way, so it is no setting."""


def published_validity(counts: NDArray[np.int64], *, oxidation_states: str = "smact14") -> NDArray[np.bool_]:
    """The published validity of many compounds.

    Args:
        counts: (n, 96) whole numbers of atoms (`atom_counts.whole_counts` or `atom_counts.published_counts`).
        oxidation_states: one of `oxidation_state_sets.OXIDATION_SETS`.

    Returns:
        (n,) verdicts; False for rows without any element.
    """
    data = oxidation_set(oxidation_states)
    whole = np.ascontiguousarray(counts, dtype=np.int64)
    verdict = _validity(whole, data.states, data.number, data.electronegativity, data.metal)
    for row in np.flatnonzero(verdict < 0):
        verdict[row] = _neutral_by_table(whole[row], data)
    return verdict > 0


@kernel
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
        elif len(elements) > MAX_SEARCHED_ELEMENTS:
            verdict[row] = -1
        else:
            elements = elements[np.argsort(electronegativity[elements])]
            verdict[row] = _neutral(counts[row][elements], elements, states, number, electronegativity)
    return verdict


@helper
def _neutral(
    counts: NDArray[np.int64],
    elements: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
) -> bool:
    """Whether any assignment of k elements, which come by rising electronegativity, is neutral."""
    chosen, turn = np.zeros(len(elements), dtype=np.int64), np.zeros(len(elements) + 1, dtype=np.int64)
    return following_assignment(0, counts, elements, states, number, electronegativity, 0, chosen, turn) >= 0


@helper
def following_assignment(
    start: int,
    counts: NDArray[np.int64],
    elements: NDArray[np.int64],
    states: NDArray[np.int64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    slack: int,
    chosen: NDArray[np.int64],
    turn: NDArray[np.int64],
) -> int:
    """The next assignment in Pauling's order with |charge| ≤ slack, by a depth-first search that can go on.

    Args:
        start: 0 at first, then what the last call returned.
        counts: (k,) atoms.
        elements: (k,) their indices, by rising electronegativity.
        states: as in `OxidationSet`, like `number` and `electronegativity`.
        number: likewise.
        electronegativity: likewise.
        slack: most that the charge may be off; branches that cannot come so close are left early.
        chosen: (k,) the states, filled in.
        turn: (k + 1,) which state of each element to try next; zeros at first.

    Returns:
        k − 1 where there is one, −1 where there is none.
    """
    k = len(elements)
    least, most = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    for i in range(k - 1, -1, -1):
        own = states[elements[i], : number[elements[i]]]
        least[i], most[i] = least[i + 1] + counts[i] * own.min(), most[i + 1] + counts[i] * own.max()
    i = start
    while i >= 0:
        if turn[i] == number[elements[i]]:
            turn[i] = 0
            i -= 1
            continue
        state = states[elements[i], turn[i]]
        turn[i] += 1
        charge, highest, anion = 0, -np.inf, False  # of the elements before; of the last cation; no cation may follow
        for j in range(i):
            charge += counts[j] * chosen[j]
            anion = anion or chosen[j] < 0
            if chosen[j] > 0:
                highest = electronegativity[elements[j]]
        if (state > 0 and anion) or (state < 0 and electronegativity[elements[i]] <= highest):
            continue
        charge += counts[i] * state
        if charge + least[i + 1] > slack or charge + most[i + 1] < -slack:
            continue
        chosen[i] = state
        if i == k - 1:
            return i
        i += 1
    return -1


def _neutral_by_table(counts: NDArray[np.int64], data: OxidationSet) -> bool:
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
