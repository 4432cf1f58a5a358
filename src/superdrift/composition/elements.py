"""The chemical elements: symbols by atomic number, masks of them, and the order in which a formula lists them."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from superdrift.run.errors import InputError

N_ELEMENTS = 96
"""Length of a composition vector: hydrogen (index 0) to curium (index 95), as in SuperDiff (Z - 1)."""

SYMBOLS: tuple[str, ...] = tuple(
    """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr
    Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu
    Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr
    Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
    """.split()
)
"""Symbols in order of atomic number; `SYMBOLS[z - 1]`."""

ATOMIC_NUMBER: dict[str, int] = {symbol: z for z, symbol in enumerate(SYMBOLS, start=1)}

# Pauling's scale as tabulated in the CRC Handbook (97th ed., 9-103), the values that pymatgen and SMACT carry too;
# elements without a value sort last within a formula.
_PAULING = """
H 2.20 Li 0.98 Be 1.57 B 2.04 C 2.55 N 3.04 O 3.44 F 3.98 Na 0.93 Mg 1.31 Al 1.61 Si 1.90 P 2.19 S 2.58 Cl 3.16
K 0.82 Ca 1.00 Sc 1.36 Ti 1.54 V 1.63 Cr 1.66 Mn 1.55 Fe 1.83 Co 1.88 Ni 1.91 Cu 1.90 Zn 1.65 Ga 1.81 Ge 2.01
As 2.18 Se 2.55 Br 2.96 Kr 3.00 Rb 0.82 Sr 0.95 Y 1.22 Zr 1.33 Nb 1.60 Mo 2.16 Tc 1.90 Ru 2.20 Rh 2.28 Pd 2.20
Ag 1.93 Cd 1.69 In 1.78 Sn 1.96 Sb 2.05 Te 2.10 I 2.66 Xe 2.60 Cs 0.79 Ba 0.89 La 1.10 Ce 1.12 Pr 1.13 Nd 1.14
Pm 1.13 Sm 1.17 Eu 1.20 Gd 1.20 Tb 1.10 Dy 1.22 Ho 1.23 Er 1.24 Tm 1.25 Yb 1.10 Lu 1.27 Hf 1.30 Ta 1.50 W 2.36
Re 1.90 Os 2.20 Ir 2.20 Pt 2.28 Au 2.54 Hg 2.00 Tl 1.62 Pb 2.33 Bi 2.02 Po 2.00 At 2.20 Rn 2.20 Fr 0.70 Ra 0.90 Ac 1.10
Th 1.30 Pa 1.50 U 1.38 Np 1.36 Pu 1.28 Am 1.30 Cm 1.30
""".split()
ELECTRONEGATIVITY: dict[str, float] = {
    symbol: float(value) for symbol, value in zip(_PAULING[::2], _PAULING[1::2], strict=True)
}
"""Pauling electronegativity (dimensionless) by symbol; elements without a value are absent."""


def formula_order(symbol: str) -> tuple[float, int]:
    """Sort key of a symbol in a written formula: rising electronegativity, then rising atomic number."""
    return ELECTRONEGATIVITY.get(symbol, 10.0), ATOMIC_NUMBER[symbol]


def mask_of(symbols: Collection[str], *, key: str) -> NDArray[np.bool_]:
    """(96,) mask of some elements.

    Args:
        symbols: of the elements.
        key: where they stand in the config, for messages, e.g. "rank.forbidden_elements".

    Raises:
        InputError: for a symbol that is no element of the vector.
    """
    unknown = [symbol for symbol in symbols if ATOMIC_NUMBER.get(symbol, N_ELEMENTS + 1) > N_ELEMENTS]
    if unknown:
        raise InputError(f"{key}: {unknown} are no elements from H to Cm; write symbols such as Tl")
    return np.isin(SYMBOLS[:N_ELEMENTS], list(symbols))
