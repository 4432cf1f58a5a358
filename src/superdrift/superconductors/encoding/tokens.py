"""Tokens of a composition: slots of (element, integer, tenths, hundredths) of running sums, and back.

The masked diffusion writes these tokens. A row has one slot per element, in Pettifor's order, cations before anions,
and a slot holds not its own amount but the sum of its class so far: YBa2Cu3O6.91 is Ba 2.00, Y 3.00, Cu 6.00 | O 6.91.
What makes stoichiometry exact, whole sites shared by similar and so neighbouring elements, thus stands in single digits
(the last cation's are 00 in nine of ten compounds) instead of in the sum of several numbers. Sums are rounded to 0.01,
never truncated: La1.875Sr0.125CuO4 becomes La1.87Sr0.13CuO4, whose sites still add up. The VAE of the drift reads
each element's own digits instead (`digits`).
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.ion_charges import COMMON_CHARGES, REDOX_IONS
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.run.errors import InputError

# Pettifor, Solid State Commun. 51, 31 (1984), in the enumeration that pymatgen calls the Mendeleev number.
_CATIONS = (
    "He Ne Ar Kr Xe Rn Fr Cs Rb K Na Li Ra Ba Sr Ca Yb Eu Sc Lu Tm Er Ho Dy Y Tb Gd Sm Pm Nd Pr Ce La Cm Am Pu Np U Pa"
    " Th Ac Zr Hf Ti Ta Nb V W Mo Cr Re Tc Mn Fe Ru Os Co Rh Ir Ni Pt Pd Au Ag Cu Mg Hg Cd Zn Be Tl In Al Ga Pb Sn Ge"
    " Si Bi Sb Po At"
).split()
_ANIONS = "B As P Te Se S C I Br Cl N O F H".split()
_SYMBOLS = (*_CATIONS, *_ANIONS)
CATIONS = frozenset(_CATIONS)
"""Symbols of the elements of the first class."""
ORDER = np.array([ATOMIC_NUMBER[symbol] - 1 for symbol in _SYMBOLS])
"""Columns of a vector in the order of the slots; element token t is the element ORDER[t]."""
CLASSES = (*(0 for _ in _CATIONS), *(1 for _ in _ANIONS))
"""Class of each element token: 0 cations, 1 anions and what sits between sites."""
REDOX_TOKENS = tuple(symbol in REDOX_IONS for symbol in _SYMBOLS)
"""Element tokens whose valence varies from compound to compound."""
CHARGES = tuple(0.0 if symbol in REDOX_IONS else COMMON_CHARGES.get(symbol, 0.0) for symbol in _SYMBOLS)
"""Charge in e of each other element token in most of its oxides and halides."""

N_SLOTS = 8
"""Most elements a row of tokens can hold; 99.9 % of SuperCon has at most eight."""
MAX_INTEGER = 199
"""Atoms; largest integer part of a running sum: from 200 atoms on, rows are left out. Fixed by the size of models."""
VOCABULARY = (N_ELEMENTS, MAX_INTEGER + 1, 10, 10)
"""Sizes of the four fields of a slot."""
UNITS = (0.0, 1.0, 0.1, 0.01)
"""What a step of each field adds to a sum, atoms per formula unit."""
ABSENT = -1
"""Stands in all fields of the slots that a row does not have."""

_N_CATIONS = len(_CATIONS)
_ILLEGAL = -100_000
"""Hundredths of an amount that stands for: these tokens are no composition."""
_EXCESS = 1e-3
"""Hundredths; more than the rounding of float32, less than any amount that was written."""


def on_grid(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n, 96) → (n,) mask of the rows that tokens hold without rounding."""
    hundredths = np.asarray(amounts, dtype=np.float64) * 100
    return representable(amounts) & (np.abs(hundredths - np.rint(hundredths)).max(axis=1, initial=0.0) < 1e-3)


def representable(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n, 96) → (n,) mask of the rows whose running sums tokens hold to within 0.005 (range, number of elements).

    Rows in which an element vanishes by the rounding are not among them.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    sums = _running_sums(exact)
    present = exact[:, ORDER] > 0
    count = present.sum(axis=1)
    vanishes = (present & (_increments(sums) <= 0)).any(axis=1)
    in_range = (exact >= 0).all(axis=1) & (sums.max(axis=1, initial=0) < (MAX_INTEGER + 1) * 100)
    return in_range & ~vanishes & (count >= 1) & (count <= N_SLOTS)


def to_tokens(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → tokens; elements stand in the order `ORDER`, absent slots last.

    Args:
        amounts: (n, 96) atoms per formula unit, all representable.

    Returns:
        (n, 8, 4) int64: element, and integer part, tenths, hundredths of the running sum of each slot, rounded.

    Raises:
        InputError: for a row that tokens cannot hold.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    if not representable(exact).all():
        row = int(np.flatnonzero(~representable(exact))[0])
        raise InputError(
            f"composition in row {row} has over {N_SLOTS} elements, a sum of {MAX_INTEGER + 1} atoms or more, or an"
            " amount that 0.01 cannot resolve; filter it first"
        )
    sums = _running_sums(exact)
    tokens = np.full((len(exact), N_SLOTS, len(VOCABULARY)), ABSENT, dtype=np.int64)
    rows, columns = np.nonzero(exact[:, ORDER])
    slots = np.concatenate([np.arange(count) for count in np.bincount(rows, minlength=len(exact))] or [rows])
    values = sums[rows, columns]
    tokens[rows, slots] = np.stack([columns, values // 100, values // 10 % 10, values % 10], axis=1)
    return tokens


def from_tokens(tokens: NDArray[np.integer]) -> NDArray[np.float32]:
    """Tokens → (n, 96) float32 amounts.

    Where sums fall or elements stand out of order the tokens are no composition: that amount comes out far below 0,
    which every later check refuses. The sampler draws no such rows.
    """
    element, integer, tenths, hundredths = np.moveaxis(np.asarray(tokens, dtype=np.int64), -1, 0)
    sums, kind = integer * 100 + tenths * 10 + hundredths, np.asarray(CLASSES)[element]
    own = sums.copy()
    own[:, 1:] -= np.where(kind[:, 1:] == kind[:, :-1], sums[:, :-1], 0)
    legal = own > 0
    legal[:, 1:] &= element[:, 1:] > element[:, :-1]
    rows, slots = np.nonzero(element != ABSENT)
    total = np.zeros((len(element), N_ELEMENTS))
    total[rows, ORDER[element[rows, slots]]] = np.where(legal, own, _ILLEGAL)[rows, slots]
    return (total / 100).astype(np.float32)


def _running_sums(amounts: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n, 96) amounts → (n, 96) hundredths of the sums so far, in the order of the slots, each class for itself."""
    parts = np.split(amounts[:, ORDER], [_N_CATIONS], axis=1)
    # Float32 amounts that end in 5 thousandths lie on either side of it: the excess rounds all of them up.
    return np.rint(np.concatenate([part.cumsum(axis=1) for part in parts], axis=1) * 100 + _EXCESS).astype(np.int64)


def _increments(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Hundredths of each element that running sums stand for, in the order of the slots."""
    return np.concatenate([np.diff(part, axis=1, prepend=0) for part in np.split(sums, [_N_CATIONS], axis=1)], axis=1)
