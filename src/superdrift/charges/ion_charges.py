"""Charges of ions that the package assumes: common ones, exceptions, redox ions, ranges of the literature.

Who wants to change which charge an element holds edits this file; `formal_valence` says where each table applies. The
sets of the published rule are SMACT's own and chosen by name: `oxidation_state_sets`.
"""

import math


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ANIONS = _words("O F Cl Br I S Se Te N P As")
"""Elements that are anions in most of their compounds."""

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
"""e; what an element holds in most of its oxides (Shannon 1976; Greenwood & Earnshaw): chemistry, not a setting."""

_REDUCED: tuple[tuple[int, str], ...] = (
    (1, "Cu Au Tl"),  # d10 and lone pairs: CuxTiSe2, TlNi2Se2
    (2, "V Cr Mn Fe Co Ni Ru Rh Pd Os Ir Pt Sn"),  # on the iron site: isovalent with Fe2+; SnTe
    (3, "Sb"),  # Sb2Te3
)
"""e; where a pnictogen or a chalcogen is the anion, metals are poorer in charge than in oxides: chemistry."""

COMMON_CHARGES: dict[str, float] = {symbol: float(charge) for charge, symbols in _COMMON for symbol in _words(symbols)}
"""Charge in e of an ion that is not the redox ion, in an oxide or halide; noble gases hold none."""

REDUCED_CHARGES: dict[str, float] = {
    symbol: float(charge) for charge, symbols in _REDUCED for symbol in _words(symbols)
}
"""Charges in e that replace the common ones in pnictides and chalcogenides."""

CHARGES_IN: tuple[tuple[str, dict[str, float]], ...] = (
    ("no oxide or halide", REDUCED_CHARGES),
    ("iron oxypnictide", {"V": 3.0, "Cr": 3.0}),  # perovskite layers: Sr4V2O6Fe2As2
    ("oxide", {"P": 5.0, "As": 5.0}),  # phosphate, arsenate
    ("nitrate", {"N": 5.0}),
    ("copper oxide", {"Ce": 4.0}),  # Nd2-xCexCuO4
    ("oxide without copper", {"Pb": 4.0, "Ru": 4.0}),  # BaPb1-xBixO3
    ("no oxygen", {"Eu": 2.0, "Yb": 2.0}),  # EuFe2As2
    ("oxide of anionic Sb or Bi", {"Sb": -3.0, "Bi": -3.0}),  # BaTi2Sb2O
    ("pnictide or iron oxypnictide", {"Sb": -3.0, "H": -1.0}),  # LaFeAs1-xSbxO, LaFeAsO1-xHx
    ("pnictide", {"Ge": -4.0, "Si": -4.0}),  # on the arsenic site, isoelectronic with a Zintl anion
    ("no oxygen", {"B": math.nan, "C": math.nan}),
    ("no oxygen and no pnictide", {"Si": math.nan}),
    ("no anion", {"H": math.nan}),  # metal hydrides: an interstitial, not an ion
)
"""Charges in e that replace the common ones in some surroundings (`formal_valence` says which compounds those are), the
later over the earlier; nan: no defined charge. Chemistry, not a setting: the example beside each shows why."""

REDOX_IONS = _words("Cu Fe Ni Co Mn Cr V Ti Nb Mo W Ru Ir Rh Pd Pt Os Re Ta Tc Au Ag U")
"""Ions whose valence varies from compound to compound; the most abundant one takes the remaining charge."""

LONE_PAIR_IONS = _words("Bi Sn Pb Sb In Tl Zr Hf")
"""Where no redox ion is a main constituent, the first of these takes it: bismuthates, BiS2 layers, LixZrNCl."""

DOPING_MARGIN = 0.25
"""e; doping reaches a little beyond the whole states of the literature. A bound on what is conceivable; what is
accepted within it is learned from known compounds."""
LITERATURE_RANGES: dict[str, tuple[float, float]] = {
    "Cu": (1.0, 3.0), "Fe": (1.0, 4.0), "Ni": (1.0, 4.0), "Co": (2.0, 4.0), "Mn": (2.0, 7.0),
    "Cr": (2.0, 6.0), "V": (2.0, 5.0), "Ti": (2.0, 4.0), "Nb": (2.0, 5.0), "Mo": (2.0, 6.0), "W": (2.0, 6.0),
    "Ru": (2.0, 8.0), "Ir": (1.0, 6.0), "Rh": (1.0, 6.0), "Pd": (1.0, 4.0), "Pt": (1.0, 6.0),
    "Os": (2.0, 8.0), "Re": (2.0, 7.0), "Ta": (2.0, 5.0), "Tc": (2.0, 7.0), "Au": (1.0, 3.0),
    "Ag": (0.5, 3.0), "U": (3.0, 6.0), "Bi": (2.0, 5.0), "Sn": (2.0, 4.0), "Pb": (2.0, 4.0),
    "Sb": (3.0, 5.0), "In": (1.0, 3.0), "Tl": (1.0, 3.0), "Zr": (2.0, 4.0), "Hf": (2.0, 4.0),
}  # fmt: skip
"""e; lowest and highest charge of each redox and lone-pair ion in inorganic solids (Greenwood & Earnshaw, Chemistry of
the Elements, tables of oxidation states): chemistry, not a setting."""

SOFT_HIGHEST: dict[str, float] = {"Fe": 3.0, "Co": 3.0, "Ni": 3.0, "Mn": 3.0, "Cu": 2.0, "Pd": 2.0, "Ag": 1.0}
"""e; highest state beside sulfur, selenium, tellurium, phosphorus or arsenic alone, which give up electrons before
these metals hold more: FeS2 is Fe2+ with S2 pairs. Chemistry, not a setting."""

PEROXIDE_FORMERS = _words("H Li Na K Rb Cs Mg Ca Sr Ba Zn Cd Hg")
"""Cations of the known peroxides, superoxides and ozonides (Greenwood & Earnshaw)."""

OXYANION_CHARGES: dict[str, float] = {"S": 6.0, "Se": 6.0, "P": 5.0, "As": 5.0}
"""e; hearts of sulfate, selenate, phosphate, arsenate, where they share a site with other ions: sulfate cuprates."""
