"""The most common assignment of whole oxidation states that makes a compound neutral: chemistry at large.

Every element holds one of the states that known crystals show of it (`measured_states`), the cations less
electronegative than the anions (Pauling's order), anions with a closed shell. The redox ion may hold two neighbouring
states at once: Fe3O4, YBa2Cu3O6, La0.7Sr0.3MnO3. Of the neutral assignments the one whose states are most common
counts: the greatest Σ x_i ln p_i over the atomic fractions x_i. So oxyanions come out by themselves: LiFePO4 is Li1+
Fe2+ P5+ O2-.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.ion_charges import SOFT_HIGHEST
from superdrift.charges.measured_states import CLOSED_SHELL, MEASURED_STATES
from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.elements import ATOMIC_NUMBER, ELECTRONEGATIVITY, N_ELEMENTS, SYMBOLS
from superdrift.composition.vector import atomic_fractions
from superdrift.run.compiled import helper, kernel, prange

MIXED_RARE_EARTHS = ("Ce", "Pr", "Tb", "Eu", "Sm", "Yb")
"""Rare earths of two states, of which a compound without a redox ion may hold both: Pr6O11, Eu3O4."""
MOST_MIXED_ATOMS = 3
"""Atoms in the reduced formula of an ion whose doping is judged by known compounds (copper in oxides, iron beside soft
anions) up to which it may hold two states all the same: a stoichiometric compound (YBa2Cu3O6) and no doping."""
MOST_ASSIGNMENTS = 50_000
"""Assignments tried of one compound; of compounds of many elements only the most common states are."""
_SAME_CHARGE = 2e-3
"""Sum of charges, as a share of the anions' charge, that counts as none: the rounding of written amounts."""


def whole_states(
    amounts: NDArray[np.floating], ions: NDArray[np.object_], *, soft: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean charge of every element in the most common neutral assignment.

    Args:
        amounts: (n, 96) atoms per formula unit, none negative.
        ions: (n,) the redox ion, which alone may hold two states; None where there is none.
        soft: (n,) compounds without oxygen, fluorine, chlorine and bromine.

    Returns:
        (n, 96) e; nan where an element is absent, and in the whole row where no assignment is neutral.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    if not len(exact):
        return np.full((0, N_ELEMENTS), np.nan)
    counts = whole_counts(exact.astype(np.float32))
    mixing = ions[:, None] == np.array(SYMBOLS[:N_ELEMENTS], dtype=object)
    mixing[:, [ATOMIC_NUMBER[symbol] - 1 for symbol in MIXED_RARE_EARTHS]] |= (ions == None)[:, None]  # noqa: E711
    copper, iron = ATOMIC_NUMBER["Cu"] - 1, ATOMIC_NUMBER["Fe"] - 1
    mixing[:, copper] &= (exact[:, ATOMIC_NUMBER["O"] - 1] == 0) | (counts[:, copper] <= MOST_MIXED_ATOMS)
    mixing[:, iron] &= ~soft | (counts[:, iron] <= MOST_MIXED_ATOMS)
    states, weight, number, electronegativity, soft_highest = _tables()
    return _assign(
        atomic_fractions(exact), mixing, soft, states, weight, number, electronegativity, soft_highest,
        _SAME_CHARGE, MOST_ASSIGNMENTS,
    )  # fmt: skip


@cache
def _tables() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64],
                       NDArray[np.float64]]:  # fmt: skip
    """States, logarithms of their shares, their number, electronegativities, highest states beside soft anions."""
    listed = [
        [(q, p) for q, p in MEASURED_STATES.get(symbol, {}).items() if q > 0 or q == CLOSED_SHELL.get(symbol)]
        for symbol in SYMBOLS[:N_ELEMENTS]
    ]
    shape = (N_ELEMENTS, max(map(len, listed)))
    states, weight = np.zeros(shape), np.full(shape, -np.inf)
    for row, pairs in enumerate(listed):
        for place, (charge, share) in enumerate(pairs):
            states[row, place], weight[row, place] = charge, np.log(share)
    electronegativity = np.array([ELECTRONEGATIVITY.get(symbol, np.nan) for symbol in SYMBOLS[:N_ELEMENTS]])
    highest = np.array([float(SOFT_HIGHEST.get(symbol, N_ELEMENTS)) for symbol in SYMBOLS[:N_ELEMENTS]])
    return states, weight, np.array([len(pairs) for pairs in listed]), electronegativity, highest


@kernel
def _assign(
    fractions: NDArray[np.float64],
    mixing: NDArray[np.bool_],
    soft: NDArray[np.bool_],
    states: NDArray[np.float64],
    weight: NDArray[np.float64],
    number: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    soft_highest: NDArray[np.float64],
    same: float,
    most: int,
) -> NDArray[np.float64]:
    """`whole_states`, row by row."""
    charges = np.full(fractions.shape, np.nan)
    for row in prange(len(fractions)):
        elements = np.flatnonzero(fractions[row] > 0)
        tried = number[elements].copy()
        while tried.min() > 0 and np.prod(tried) > most:
            tried[tried.argmax()] -= 1
        if len(elements) < 2 or tried.min() == 0 or np.isnan(electronegativity[elements]).any():
            continue
        highest = soft_highest[elements] if soft[row] else np.full(len(elements), np.inf)
        charges[row][elements] = _most_common(
            fractions[row][elements], mixing[row][elements], states[elements], weight[elements], tried,
            electronegativity[elements], highest, same,
        )  # fmt: skip
    return charges


@helper
def _most_common(
    x: NDArray[np.float64],
    mixing: NDArray[np.bool_],
    states: NDArray[np.float64],
    weight: NDArray[np.float64],
    tried: NDArray[np.int64],
    electronegativity: NDArray[np.float64],
    highest: NDArray[np.float64],
    same: float,
) -> NDArray[np.float64]:
    """(k,) charges of the k elements of one compound; nan where nothing is neutral."""
    k = len(x)
    place, charge, best = np.zeros(k, dtype=np.int64), np.zeros(k), np.full(k, np.nan)
    greatest, done = -np.inf, False
    while not done:
        total, negative, likelihood, cation, anion, possible = 0.0, 0.0, 0.0, -np.inf, np.inf, True
        for i in range(k):
            charge[i] = states[i, place[i]]
            total += x[i] * charge[i]
            likelihood += x[i] * weight[i, place[i]]
            possible = possible and charge[i] <= highest[i]
            if charge[i] < 0:
                negative -= x[i] * charge[i]
                anion = min(anion, electronegativity[i])
            else:
                cation = max(cation, electronegativity[i])
        if possible and cation < anion and negative > 0:
            mixed, mean, gain = -1, 0.0, 0.0
            if abs(total) > same * negative:
                mixed, mean, gain = _two_states(x, mixing, charge, place, states, weight, highest, total)
            if (abs(total) <= same * negative or mixed >= 0) and likelihood + gain > greatest:
                greatest = likelihood + gain
                best[:] = charge
                if mixed >= 0:
                    best[mixed] = mean
        done = True
        for i in range(k):
            place[i] += 1
            if place[i] < tried[i]:
                done = False
                break
            place[i] = 0
    return best


@helper
def _two_states(
    x: NDArray[np.float64],
    mixing: NDArray[np.bool_],
    charge: NDArray[np.float64],
    place: NDArray[np.int64],
    states: NDArray[np.float64],
    weight: NDArray[np.float64],
    highest: NDArray[np.float64],
    total: float,
) -> tuple[int, float, float]:
    """Ion that takes the missing charge by holding the next state above its own too: place, mean charge, Δ Σ x ln p."""
    for i in range(len(x)):
        if mixing[i] and charge[i] > 0 and total < 0:
            upper, mean = _next_state(states[i], weight[i], charge[i], highest[i]), charge[i] - total / x[i]
            if upper >= 0 and mean < states[i, upper]:
                share = (mean - charge[i]) / (states[i, upper] - charge[i])
                return i, mean, x[i] * share * (weight[i, upper] - weight[i, place[i]])
    return -1, 0.0, 0.0


@helper
def _next_state(states: NDArray[np.float64], weight: NDArray[np.float64], charge: float, highest: float) -> int:
    """Place of the lowest state above `charge`, −1 for none."""
    found = -1
    for j in range(len(states)):
        if weight[j] > -np.inf and charge < states[j] <= highest and (found < 0 or states[j] < states[found]):
            found = j
    return found
