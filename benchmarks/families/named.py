"""Families of superconductors that chemists name, recognised by the shares of some elements among all atoms."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.vector import atomic_fractions

Condition = tuple[str, float, float]
"""Elements, and between which shares of all atoms their sum lies, both ends included."""

RARE = "Y La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Sc Th"
ALKALI, ALKALINE = "Li Na K Rb Cs", "Ca Sr Ba"
CUPRATE: tuple[Condition, ...] = (("Cu", 0.08, 1), ("O", 0.3, 1), ("Ru Fe Co Ni Zn Nb", 0, 0.06))
PLAIN: tuple[Condition, ...] = (*CUPRATE, ("Hg Tl Bi Pb", 0, 0.02))

RULES: Mapping[str, tuple[Condition, ...]] = {
    "Hg cuprates": (*CUPRATE, ("Hg", 0.03, 1), ("Tl Bi Pb", 0, 0.03), ("Ba", 0.08, 1)),
    "Tl cuprates": (*CUPRATE, ("Tl", 0.03, 1), ("Hg Bi Pb", 0, 0.03), ("Ba Sr", 0.08, 1)),
    "Bi cuprates": (*CUPRATE, ("Bi", 0.07, 1), ("Hg Tl", 0, 0.02), ("Pb", 0, 0.05), ("Sr", 0.07, 1)),
    "Y123": (*PLAIN, (RARE, 0.06, 0.1), ("Ba", 0.12, 0.18), ("Cu", 0.2, 1)),
    "La214": (*PLAIN, ("La", 0.18, 0.3), ("Cu", 0.12, 0.16), ("Nd Pr Sm Eu Gd", 0, 0.05)),
    "Nd214": (*PLAIN, ("Nd Pr Sm Eu Gd", 0.2, 0.3), ("Cu", 0.12, 0.16), ("La", 0, 0.05)),
    "infinite layers": (*PLAIN, (ALKALINE, 0.2, 0.27), ("Cu", 0.22, 0.28), ("O", 0.3, 0.53)),
    "rutheno-cuprates": (("Ru", 0.03, 0.12), ("Cu", 0.1, 1), ("O", 0.4, 1)),
    "Fe 1111": ((RARE, 0.2, 0.28), ("Fe", 0.15, 0.28), ("As P Sb", 0.2, 0.28), ("O F H", 0.18, 1)),
    "Fe 122": ((f"{ALKALINE} {ALKALI} Eu La", 0.15, 0.24), ("Fe", 0.25, 1), ("As P", 0.35, 0.43), ("O F", 0, 0.02)),
    "Fe 111": (("Li Na", 0.25, 0.38), ("Fe", 0.28, 0.38), ("As P", 0.28, 0.38)),
    "Fe 11": (("Fe", 0.4, 0.56), ("Se Te S", 0.38, 1), ("Fe Se Te S", 0.93, 1)),
    "Fe 122 selenides": (("K Rb Cs Tl", 0.12, 0.24), ("Fe", 0.28, 1), ("Se S Te", 0.38, 1)),
    "A15": (("Nb V Mo Ta Cr", 0.7, 0.8), ("Al Si Ga Ge In Sn Sb Pb Au Pt Ir Os Rh Pd Ru Tc Re", 0.2, 0.3)),
    "Chevrel": (("Mo", 0.36, 0.47), ("S Se Te Br I", 0.5, 0.6), ("O", 0, 0)),
    "borocarbides": (("C", 0.12, 0.2), ("B", 0.28, 0.38), ("Ni Pd Pt", 0.2, 1), (RARE, 0.1, 1)),
    "MgB2-like": (("Mg", 0.2, 1), ("B C", 0.58, 0.7), ("Mg B C", 0.9, 1)),
    "115 heavy fermions": (("Ce La Pu U", 0.1, 0.18), ("Co Rh Ir", 0.1, 0.18), ("In Ga", 0.6, 1)),
    "122 heavy fermions": (("Ce U La Y Th", 0.17, 0.23), ("Si Ge", 0.35, 0.45),
                           ("Cr Mn Fe Co Ni Cu Ru Rh Pd Os Ir Pt Au", 0.35, 0.45)),
    "bismuthates": (("Cu", 0, 0), ("Bi Pb Sb", 0.15, 0.25), (f"Ba Sr {ALKALI}", 0.15, 0.25), ("O", 0.55, 0.65)),
    "fullerides": (("C", 0.85, 1), (f"{ALKALI} {ALKALINE} Sm Yb", 0.02, 1)),
    "rock-salt nitrides": (("N C", 0.35, 0.55), ("Nb Ti Zr V Ta Hf Mo W", 0.42, 1)),
    "bismuth sulphides": (("Bi", 0.15, 0.25), ("S Se", 0.3, 0.45), ("O F", 0.1, 1)),
    "rhodium borides": (("B", 0.38, 0.5), ("Rh Ru Ir", 0.35, 1), (RARE, 0.08, 0.15)),
    "skutterudites": (("P As Sb", 0.66, 0.74), ("Fe Ru Os Rh Co Pt Ir", 0.18, 1), (f"{RARE} Ba Sr", 0.03, 0.08)),
    "tungsten bronzes": (("W", 0.18, 0.27), ("O", 0.6, 1), (ALKALI, 0.02, 1)),
    "cobaltates": (("Co", 0.07, 1), ("Na K", 0.02, 1), ("O", 0.3, 1), ("Co Na K O H", 0.97, 1)),
    "hexaborides": (("B", 0.8, 0.9), (f"{RARE} Ca Sr", 0.1, 1)),
    "dodecaborides": (("B", 0.9, 1), (f"{RARE} Zr", 0.05, 1)),
    "stannides 3-4-13": (("Sn Ge", 0.6, 0.68), ("Rh Ir Co Ru", 0.15, 1), (f"{RARE} Ca Sr", 0.1, 1)),
    "antiperovskites": (("Ni Pd Pt", 0.55, 0.64), ("C B P N", 0.1, 0.22), ("Mg Zn Al Ga In Sr Ca La", 0.1, 1)),
}  # fmt: skip
"""Family → conditions, all of which its compounds meet."""


def named(amounts: NDArray[np.floating]) -> NDArray[np.str_]:
    """(n,) family of each of (n, 96) compounds by `RULES`; empty where none or several fit."""
    fractions = atomic_fractions(amounts)
    fits = np.stack([_meets(fractions, conditions) for conditions in RULES.values()])
    names = np.array([*RULES, ""])
    return names[np.where(fits.sum(axis=0) == 1, fits.argmax(axis=0), len(RULES))]


def _meets(fractions: NDArray[np.float64], conditions: tuple[Condition, ...]) -> NDArray[np.bool_]:
    """(n,) which of (n, 96) compositions meet all conditions."""
    met = np.ones(len(fractions), dtype=bool)
    for symbols, low, high in conditions:
        share = fractions[:, [ATOMIC_NUMBER[symbol] - 1 for symbol in symbols.split()]].sum(axis=1)
        met &= (share >= low) & (share <= high)
    return met
