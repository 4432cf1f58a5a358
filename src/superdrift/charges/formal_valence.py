"""Formal valence: anions and plain cations at their common charge, one redox ion takes what remains.

The plainest ionic picture of a compound. Doping shows as a fractional mean charge of the redox ion, which no
assignment of whole oxidation states can hold: YBa2Cu3O6.91 has Cu 2.273+, La1.85Sr0.15CuO4 has Cu 2.15+.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.charges.ion_charges import (
    ANIONS,
    CHARGES_IN,
    COMMON_CHARGES,
    LONE_PAIR_IONS,
    OXYANION_CHARGES,
    REDOX_IONS,
)
from superdrift.composition.elements import ATOMIC_NUMBER, ELECTRONEGATIVITY, N_ELEMENTS, SYMBOLS

NONMETALS = frozenset("H He B C N O F Ne Si P S Cl Ar As Se Br Kr Te I Xe At Rn".split())
"""Elements that make a compound more than metals. As in SMACT's list, Ge and Sb are metals."""

OXYGEN_PER_HEAVY_ANION = 4.0
"""Oxygen per heavier anion from which P and As are phosphate and arsenate rather than anions: as many as in PO4."""

PAULING_ORDER_FROM = 0.1
"""Fraction of atoms from which a cation must be less electronegative than every anion of that fraction; dopants on
the iron site (Ir, Pt) may be more so than arsenic. Set by known compounds; part of what a formal valence is."""

DOPANT_RATIO = 0.25
"""A redox ion below this multiple of the lone-pair ions is a dopant among them (Cu0.1Bi2Se3). Set by known compounds;
part of what a formal valence is."""


@dataclass(frozen=True)
class Valence:
    """Formal valences of n compounds.

    Attributes:
        ionic: (n,) the ionic picture applies: an anion is present, every element holds a defined charge, and
            Pauling's order is kept.
        ion: (n,) symbol of the redox ion; None where all charges are fixed or no ionic picture applies.
        ion_index: (n,) its atomic number − 1; −1 where `ion` is None.
        valence: (n,) its mean charge in e; nan where `ion` is None.
        charge: (n,) sum of the fixed charges, e per formula unit, without the redox ion; nan where not ionic.
        charges: (n, 96) mean charge of each element in e; nan where it is absent or no ionic picture applies.
        why: (n,) why no ionic picture applies; None where it does.
    """

    ionic: NDArray[np.bool_]
    ion: NDArray[np.object_]
    ion_index: NDArray[np.int64]
    valence: NDArray[np.float64]
    charge: NDArray[np.float64]
    charges: NDArray[np.float64]
    why: NDArray[np.object_]


def formal_valence(amounts: NDArray[np.floating], *, oxyanions: bool = False) -> Valence:
    """Formal valence of the redox ion of each compound.

    Args:
        amounts: (n, 96) atoms per formula unit; entries ≤ 0 count as absent.
        oxyanions: read S, Se, P and As as sulfate and the like wherever there is oxygen enough, and iron beside them
            as an oxide's; otherwise S and Se are anions, and so are P and As beside iron.
    """
    exact = np.fmax(np.asarray(amounts, dtype=np.float64), 0.0)
    charges, iron = _charges(exact, oxyanions=oxyanions)
    redox = _redox_ion(exact, iron=iron)
    present = exact > 0
    rows = np.arange(len(exact))
    has_ion = redox >= 0
    fixed = present.copy()
    fixed[rows[has_ion], redox[has_ion]] = False
    undefined = np.isnan(charges) & fixed
    known = np.where(fixed & ~undefined, charges, 0.0)
    anion = (known < 0).any(axis=1)
    disorder = _out_of_order(exact, known, redox)
    ionic = anion & ~undefined.any(axis=1) & (disorder < 0) & ~metals_only(exact)
    charge = np.where(ionic, (known * exact).sum(axis=1), np.nan)
    has_ion &= ionic
    amount = np.where(has_ion, exact[rows, redox], 1.0)
    ion = np.where(has_ion, np.asarray(SYMBOLS[:N_ELEMENTS], dtype=object)[redox], None)
    valence = np.where(has_ion, -charge / amount, np.nan)
    charges[~(present & ionic[:, None])] = np.nan
    charges[rows[has_ion], redox[has_ion]] = valence[has_ion]
    return Valence(
        ionic, ion, np.where(has_ion, redox, -1), valence, charge, charges, _why(ionic, undefined, anion, disorder)
    )


def _out_of_order(
    amounts: NDArray[np.float64], charges: NDArray[np.float64], redox: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Index of a cation that is no less electronegative than some anion (Pauling's order), −1 for none: (n,)."""
    own = np.array([ELECTRONEGATIVITY.get(symbol, -1.0) for symbol in SYMBOLS[:N_ELEMENTS]])
    main = amounts > PAULING_ORDER_FROM * amounts.sum(axis=1, keepdims=True)
    least = np.where(main & (charges < 0), own, np.inf).min(axis=1)
    cation = charges > 0
    has_ion = np.flatnonzero(redox >= 0)
    cation[has_ion, redox[has_ion]] = True
    wrong = main & cation & (own >= least[:, None])
    return np.where(wrong.any(axis=1), wrong.argmax(axis=1), -1)


def _why(
    ionic: NDArray[np.bool_], undefined: NDArray[np.bool_], anion: NDArray[np.bool_], disorder: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Why no ionic picture applies; None where it does: (n,)."""
    why = np.full(len(ionic), None, dtype=object)
    names = np.asarray(SYMBOLS[:N_ELEMENTS], dtype=object)
    why[~ionic] = "no ionic picture: no anion"
    without_charge = "no ionic picture: no common charge of " + names
    more = "no ionic picture: an anion is no more electronegative than " + names
    why = np.where(anion & (disorder >= 0), more[disorder], why)
    why = np.where(anion & undefined.any(axis=1), without_charge[undefined.argmax(axis=1)], why)
    why[ionic] = None
    return why


def metals_only(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n, 96) → (n,) mask of the compounds of metals only (and of one at least)."""
    present = np.asarray(amounts) > 0
    return present.any(axis=1) & ~present[:, [_index(symbol) for symbol in NONMETALS]].any(axis=1)


def _index(symbol: str) -> int:
    return ATOMIC_NUMBER[symbol] - 1


def _columns(amounts: NDArray[np.float64], symbols: str) -> NDArray[np.float64]:
    """Summed amount of some elements: (n,)."""
    return amounts[:, [_index(symbol) for symbol in symbols.split()]].sum(axis=1)


def _row(table: Mapping[str, float]) -> NDArray[np.float64]:
    row = np.full(N_ELEMENTS, np.nan)
    for symbol, charge in table.items():
        row[_index(symbol)] = charge
    return row


def _charges(amounts: NDArray[np.float64], *, oxyanions: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Charge of every element in every compound (n, 96), and the mask of iron pnictides and chalcogenides."""
    heavy = _columns(amounts, "S Se Te P As")
    enough = (heavy > 0) & (_columns(amounts, "O") >= OXYGEN_PER_HEAVY_ANION * heavy) & oxyanions
    iron = (_columns(amounts, "Fe") > 0) & (heavy > 0) & (_columns(amounts, "Fe") >= _columns(amounts, "Cu"))
    iron &= ~enough
    charges = np.repeat(_row(COMMON_CHARGES)[None], len(amounts), axis=0)
    surroundings = _surroundings(amounts, iron=iron)
    for name, replaced in CHARGES_IN:
        for symbol, charge in replaced.items():
            charges[surroundings[name], _index(symbol)] = charge
    for symbol, charge in OXYANION_CHARGES.items():
        charges[enough, _index(symbol)] = charge
    return charges, iron


def _surroundings(amounts: NDArray[np.float64], *, iron: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """Which compounds (n,) have the surroundings that `CHARGES_IN` names."""
    oxygen, copper, heavy = (_columns(amounts, symbols) for symbols in ("O", "Cu", "S Se Te P As"))
    oxide = (oxygen > 0) & (oxygen >= OXYGEN_PER_HEAVY_ANION * heavy) & ~iron
    halide = _columns(amounts, "F Cl Br I") > 2 * heavy
    pnictide = ~oxide & (_columns(amounts, "P As") > 0)
    return {
        "no oxide or halide": ~oxide & ~halide,
        "iron oxypnictide": iron & (oxygen > 0),
        "oxide": oxide,
        "nitrate": oxide & (oxygen >= 3 * _columns(amounts, "N")),  # not nitride
        "copper oxide": oxide & (copper > 0),
        "oxide without copper": oxide & (copper == 0),
        "no oxygen": oxygen == 0,
        "oxide of anionic Sb or Bi": (oxygen > 0) & (oxygen < _columns(amounts, "Sb Bi")) & (heavy == 0),
        "pnictide or iron oxypnictide": pnictide | (iron & (oxygen > 0)),
        "pnictide": pnictide,
        "no oxygen and no pnictide": (oxygen == 0) & ~pnictide,
        "no anion": _columns(amounts, " ".join(ANIONS)) == 0,
    }


def _redox_ion(amounts: NDArray[np.float64], *, iron: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the ion that takes the remaining charge, −1 for none: (n,)."""
    main = np.array([_index(symbol) for symbol in REDOX_IONS])
    pair = np.array([_index(symbol) for symbol in LONE_PAIR_IONS])
    share = amounts[:, main].max(axis=1)
    redox = np.where(share > 0, main[amounts[:, main].argmax(axis=1)], -1)
    lone = amounts[:, pair]
    minor = (lone.max(axis=1) > 0) & (share < DOPANT_RATIO * lone.max(axis=1))
    redox = np.where(minor, pair[(lone > 0).argmax(axis=1)], redox)
    redox = np.where((_columns(amounts, "Cu") > 0) & (_columns(amounts, "O") > 0), _index("Cu"), redox)
    return np.where(iron, _index("Fe"), redox).astype(np.int64)
