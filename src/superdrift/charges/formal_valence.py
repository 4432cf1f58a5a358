"""Formal valence: anions and plain cations at their common charge, one redox ion takes what remains.

The plainest ionic picture of a compound. Doping shows as a fractional mean charge of the redox ion, which no
assignment of whole oxidation states can hold: YBa2Cu3O6.91 has Cu 2.273+, La1.85Sr0.15CuO4 has Cu 2.15+.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, ELECTRONEGATIVITY, N_ELEMENTS, SYMBOLS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NONMETALS = frozenset(_words("H He B C N O F Ne Si P S Cl Ar As Se Br Kr Te I Xe At Rn"))
"""Elements that make a compound more than metals. As in SMACT's list, Ge and Sb are metals."""

ANIONS = _words("O F Cl Br I S Se Te N P As")
"""Elements that are anions in most of their compounds."""

# Shannon (1976); Greenwood & Earnshaw: what an element holds in most of its oxides.
_COMMON: tuple[tuple[int, str], ...] = (
    (1, "H Li Na K Rb Cs Fr Ag"),  # alkali metals, hydroxide hydrogen, d10 silver
    (
        2,
        "Be Mg Ca Sr Ba Ra Zn Cd Hg Pb Ni Cu Pd",
    ),  # alkaline earths, group 12, Pb of charge reservoirs, d8 and d9
    (
        3,
        "B Al Ga In Tl Sc Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Ac Am Cm",
    ),  # groups 13 and 3, rare earths
    (3, "Cr Mn Fe Co Rh Au Bi"),  # dopants on the copper site of cuprates; Bi of charge reservoirs
    (
        4,
        "C Si Ge Sn Ti Zr Hf Th U Np Pu Tc Ir Pt Po",
    ),  # carbonate and the like, d0, tetravalent actinides, MO2
    (5, "V Nb Ta Pa Sb Ru"),  # d0; antimonates; Ru as in RuSr2GdCu2O8
    (6, "Mo W Re Os"),  # d0; Re as in Hg1-xRexBa2Ca2Cu3O8
    (-1, "F Cl Br I At"),
    (-2, "O S Se Te"),
    (-3, "N P As"),
)

# Where a pnictogen or a chalcogen is the anion, metals are poorer in charge than in oxides.
_REDUCED: tuple[tuple[int, str], ...] = (
    (1, "Cu Au Tl"),  # d10 and lone pairs: CuxTiSe2, TlNi2Se2
    (2, "V Cr Mn Fe Co Ni Ru Rh Pd Os Ir Pt Sn"),  # on the iron site: isovalent with Fe2+; SnTe
    (3, "Sb"),  # Sb2Te3
)

CHARGE: dict[str, float] = {symbol: float(charge) for charge, symbols in _COMMON for symbol in _words(symbols)}
"""Charge in e of an ion that is not the redox ion, in an oxide or halide; noble gases hold none."""

REDUCED: dict[str, float] = {symbol: float(charge) for charge, symbols in _REDUCED for symbol in _words(symbols)}
"""Charges that replace those of `CHARGE` in pnictides and chalcogenides."""

REDOX = _words("Cu Fe Ni Co Mn Cr V Ti Nb Mo W Ru Ir Rh Pd Pt Os Re Ta Tc Au Ag U")
"""Ions whose valence varies from compound to compound; the most abundant one takes the remaining charge."""

LONE_PAIR = _words("Bi Sn Pb Sb In Tl Zr Hf")
"""Where none of `REDOX` is a main constituent, the first of these: bismuthates, BiS2 layers, LixZrNCl."""

OXIDE_RATIO = 4.0
"""Oxygen per heavier anion from which P and As are phosphate and arsenate rather than anions."""

ORDERED = 0.1
"""Fraction of atoms from which a cation must be less electronegative than every anion of that fraction; dopants on
the iron site (Ir, Pt) may be more so than arsenic."""

MINOR = 0.25
"""A redox ion below this multiple of the lone-pair ions is a dopant among them (Cu0.1Bi2Se3)."""


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


def formal_valence(amounts: NDArray[np.floating]) -> Valence:
    """Formal valence of the redox ion of each compound.

    Args:
        amounts: (n, 96) atoms per formula unit; entries ≤ 0 count as absent.
    """
    exact = np.maximum(np.nan_to_num(np.asarray(amounts, dtype=np.float64)), 0.0)
    charges, iron = _charges(exact)
    redox = _redox_ion(exact, iron=iron)
    present = exact > 0
    rows = np.arange(len(exact))
    has_ion = redox >= 0
    fixed = present.copy()
    fixed[rows[has_ion], redox[has_ion]] = False
    undefined = np.isnan(charges) & fixed
    known = np.nan_to_num(charges) * fixed
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
    main = amounts > ORDERED * amounts.sum(axis=1, keepdims=True)
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


def _charges(amounts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Charge of every element in every compound (n, 96), and the mask of iron pnictides and chalcogenides."""
    oxygen = _columns(amounts, "O")
    heavy = _columns(amounts, "S Se Te P As")
    iron = (_columns(amounts, "Fe") > 0) & (heavy > 0) & (_columns(amounts, "Fe") >= _columns(amounts, "Cu"))
    oxide = (oxygen > 0) & (oxygen >= OXIDE_RATIO * heavy) & ~iron
    charges = np.repeat(_row(CHARGE)[None], len(amounts), axis=0)

    def put(mask: NDArray[np.bool_], values: Mapping[str, float]) -> None:
        for symbol, charge in values.items():
            charges[mask, _index(symbol)] = charge

    halide = _columns(amounts, "F Cl Br I") > 2 * heavy
    put(~oxide & ~halide, REDUCED)
    put(iron & (oxygen > 0), {"V": 3, "Cr": 3})  # perovskite layers: Sr4V2O6Fe2As2
    put(oxide, {"P": 5, "As": 5})
    put(oxide & (oxygen >= 3 * _columns(amounts, "N")), {"N": 5})  # nitrate, not nitride
    put(oxide & (_columns(amounts, "Cu") > 0), {"Ce": 4})  # Nd2-xCexCuO4
    put(oxide & (_columns(amounts, "Cu") == 0), {"Pb": 4, "Ru": 4})  # BaPb1-xBixO3
    put(oxygen == 0, {"Eu": 2, "Yb": 2})  # EuFe2As2
    heavier = _columns(amounts, "Sb Bi")
    put((oxygen > 0) & (oxygen < heavier) & (heavy == 0), {"Sb": -3, "Bi": -3})  # BaTi2Sb2O
    pnictide = ~oxide & (_columns(amounts, "P As") > 0)
    put(pnictide | (iron & (oxygen > 0)), {"Sb": -3, "H": -1})  # LaFeAs1-xSbxO, LaFeAsO1-xHx
    put(pnictide, {"Ge": -4, "Si": -4})  # on the arsenic site, isoelectronic with a Zintl anion
    put(oxygen == 0, {"B": np.nan, "C": np.nan})
    put((oxygen == 0) & ~pnictide, {"Si": np.nan})
    anions = _columns(amounts, "O F Cl Br I S Se Te N P As")
    put(anions == 0, {"H": np.nan})  # metal hydrides: an interstitial, not an ion
    return charges, iron


def _redox_ion(amounts: NDArray[np.float64], *, iron: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the ion that takes the remaining charge, −1 for none: (n,)."""
    main = np.array([_index(symbol) for symbol in REDOX])
    pair = np.array([_index(symbol) for symbol in LONE_PAIR])
    share = amounts[:, main].max(axis=1)
    redox = np.where(share > 0, main[amounts[:, main].argmax(axis=1)], -1)
    lone = amounts[:, pair]
    minor = (lone.max(axis=1) > 0) & (share < MINOR * lone.max(axis=1))
    redox = np.where(minor, pair[(lone > 0).argmax(axis=1)], redox)
    redox = np.where((_columns(amounts, "Cu") > 0) & (_columns(amounts, "O") > 0), _index("Cu"), redox)
    return np.where(iron, _index("Fe"), redox).astype(np.int64)
