"""Digit codec: a composition as eight slots of (element, integer, tenths, hundredths) of running sums, and back.

The masked diffusion writes these tokens. Slots stand in Pettifor's order of the elements, cations before anions, and a
slot holds not its own amount but the sum of its class so far: YBa2Cu3O6.91 is Ba 2.00, Y 3.00, Cu 6.00 | O 6.91. What
makes stoichiometry exact, whole sites shared by similar and so neighbouring elements, thus stands in single digits (the
last cation's are 00 in nine of ten compounds) instead of in the sum of several numbers. The latent VAE reads the plain
digits of each element. Sums live on the 0.01 grid below 200 atoms per formula unit; whatever else is given is named by
`representable`, never truncated.
"""

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.errors import InputError

# Pettifor, Solid State Commun. 51, 31 (1984), in the enumeration that pymatgen calls the Mendeleev number.
_CATIONS = (
    "He Ne Ar Kr Xe Rn Fr Cs Rb K Na Li Ra Ba Sr Ca Yb Eu Sc Lu Tm Er Ho Dy Y Tb Gd Sm Pm Nd Pr Ce La Cm Am Pu Np U Pa"
    " Th Ac Zr Hf Ti Ta Nb V W Mo Cr Re Tc Mn Fe Ru Os Co Rh Ir Ni Pt Pd Au Ag Cu Mg Hg Cd Zn Be Tl In Al Ga Pb Sn Ge"
    " Si Bi Sb Po At"
).split()
_ANIONS = "B As P Te Se S C I Br Cl N O F H".split()
ORDER = np.array([ATOMIC_NUMBER[symbol] - 1 for symbol in (*_CATIONS, *_ANIONS)])
"""Columns of a vector in the order of the slots; element token t is the element ORDER[t − 1]."""
CLASSES = (0, *(1 for _ in _CATIONS), *(2 for _ in _ANIONS))
"""Class of each element token: 1 cations, 2 anions and what sits between sites; token 0 is an empty slot."""

N_SLOTS = 8
"""Most elements a token row can hold; 99.9 % of SuperCon has at most eight."""
MAX_INTEGER = 199
VOCABULARY = (N_ELEMENTS + 1, MAX_INTEGER + 1, 10, 10)
"""Sizes of the four token fields of a slot."""

_N_CATIONS = len(_CATIONS)
_ILLEGAL = -100_000
"""Hundredths of an amount that stands for: these tokens are no composition."""


def representable(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n, 96) → (n,) mask of the rows that tokens hold exactly (grid, range, number of elements)."""
    hundredths = np.asarray(amounts, dtype=np.float64) * 100
    on_grid = np.abs(hundredths - np.rint(hundredths)).max(axis=1) < 1e-3
    whole = np.rint(hundredths)[:, ORDER]
    largest = np.maximum(whole[:, :_N_CATIONS].sum(axis=1), whole[:, _N_CATIONS:].sum(axis=1))
    in_range = (hundredths >= 0).all(axis=1) & (largest < (MAX_INTEGER + 1) * 100)
    count = (whole > 0).sum(axis=1)
    return on_grid & in_range & (count >= 1) & (count <= N_SLOTS)


def to_tokens(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → tokens; elements stand in the order `ORDER`, empty slots last.

    Args:
        amounts: (n, 96) atoms per formula unit, all representable.

    Returns:
        (n, 8, 4) int64: element, and integer part, tenths, hundredths of the running sum of each slot.

    Raises:
        InputError: for a row that tokens cannot hold exactly.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    if not representable(exact).all():
        row = int(np.flatnonzero(~representable(exact))[0])
        raise InputError(
            f"composition in row {row} is off the 0.01 grid or has over {N_SLOTS} elements; filter it first"
        )
    hundredths = np.rint(exact * 100).astype(np.int64)[:, ORDER]
    sums = np.concatenate([part.cumsum(axis=1) for part in np.split(hundredths, [_N_CATIONS], axis=1)], axis=1)
    tokens = np.zeros((len(exact), N_SLOTS, 4), dtype=np.int64)
    rows, columns = np.nonzero(hundredths)
    slots = np.concatenate([np.arange(count) for count in np.bincount(rows, minlength=len(exact))] or [rows])
    values = sums[rows, columns]
    tokens[rows, slots, 0] = columns + 1
    tokens[rows, slots, 1] = values // 100
    tokens[rows, slots, 2] = values // 10 % 10
    tokens[rows, slots, 3] = values % 10
    return tokens


def from_tokens(tokens: NDArray[np.integer]) -> NDArray[np.float32]:
    """Tokens → (n, 96) float32 amounts.

    Where sums fall or elements stand out of order the tokens are no composition: that amount comes out far below 0,
    which every later check refuses. The sampler draws no such rows.
    """
    element, integer, tenths, hundredths = np.moveaxis(np.asarray(tokens, dtype=np.int64), -1, 0)
    sums = np.where(element > 0, integer * 100 + tenths * 10 + hundredths, 0)
    kind = np.asarray(CLASSES)[element]
    total = np.zeros((len(element), N_ELEMENTS + 1), dtype=np.int64)
    rows = np.arange(len(element))
    before, last, last_kind = (np.zeros(len(element), dtype=np.int64) for _ in range(3))
    for slot in range(element.shape[1]):
        live = element[:, slot] > 0
        own = sums[:, slot] - np.where(kind[:, slot] == last_kind, before, 0)
        own = np.where((own > 0) & (element[:, slot] > last), own, _ILLEGAL)
        total[rows, element[:, slot]] += np.where(live, own, 0)
        before = np.where(live, sums[:, slot], before)
        last, last_kind = np.where(live, element[:, slot], last), np.where(live, kind[:, slot], last_kind)
    amounts = np.zeros((len(element), N_ELEMENTS))
    amounts[:, ORDER] = total[:, 1:] / 100
    return amounts.astype(np.float32)


def to_digits(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """Amounts → (n, 3, 96) digits (integer part, tenths, hundredths) of each element; rows must be representable."""
    hundredths = np.rint(np.asarray(amounts, dtype=np.float64) * 100).astype(np.int64)
    return np.stack([hundredths // 100, hundredths // 10 % 10, hundredths % 10], axis=1)


def from_digits(digits: NDArray[np.integer]) -> NDArray[np.float32]:
    """(n, 3, 96) digits → (n, 96) float32 amounts, the inverse of `to_digits`."""
    return (np.tensordot(np.asarray(digits, dtype=np.int64), [100, 10, 1], axes=(1, 0)) / 100).astype(np.float32)
