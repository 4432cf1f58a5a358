"""Compounds that nobody would call candidates of superconductivity: lists to choose a rule by, and one to judge it.

None of them superconducts at ambient pressure. `EXAMINED` judged a first rule, which passed 5 of its 40 with the
embedded compounds; since then it belongs to those that rules are chosen by, and `REPORTED`, written before the next
rule was tried, judges.
"""

CASES = ("H2O", "CO2", "NH4Cl", "LiBH4", "CaCO3", "HfO2", "PbO", "Pb9CuP6O25", "NaCl", "SiO2", "CH4")
"""Reported as taken for applicable once, or closely related."""

DEVELOPMENT = (
    *CASES,
    # molecules, acids, plastics
    "NH3", "SO2", "HCl", "HNO3", "C2H6O", "C6H6", "C2H4", "C12H22O11",
    # salts
    "KNO3", "Na2CO3", "NaOH", "K2Cr2O7", "BaSO4", "CuSO9H10", "AgBr",
    # minerals, ceramics, glass, cement
    "KAlSi3O8", "Mg2SiO4", "Al2Si2O9H4", "CaF2", "ZrSiO4", "Ca3SiO5", "BaTiO3", "Y3Al5O12", "Al2O3", "UO2",
    # semiconductors, battery materials
    "GaAs", "CdS", "AlN", "LiCoO2",
)  # fmt: skip
"""Forty to choose the rule of applicability by."""

EXAMINED = (
    # molecules, acids, plastics
    "N2O", "H2SO4", "CO", "CCl4", "C6H12O6", "C8H8", "C2F4", "CH4N2O", "H2O2",
    # salts
    "KCl", "NaHCO3", "KMnO4", "NaNO3", "CaSO6H4", "FeSO11H14", "AgCl", "NaI", "PbCl2", "LiF", "Na3PO4",
    # minerals, ceramics, glass, cement
    "NaAlSi3O8", "MgSiO3", "Ca5P3O12F", "Mg3Si4O12H2", "Be3Al2Si6O18", "MgAl2O4", "Cu2CO5H2", "FeCO3", "MgO", "ZrO2",
    "PbTiO3", "ThO2", "Ca3Al2O6", "Si3N4",
    # semiconductors, battery materials
    "GaN", "InP", "ZnS", "ZnO", "CdTe", "LiFePO4",
)  # fmt: skip
"""Forty others that judged the first rule."""

REPORTED = (
    # molecules, acids, plastics
    "CH4O", "C3H8O", "C8H10N4O2", "H3PO4", "NO2", "SF6", "CHCl3", "C10H8", "C2H3Cl", "C10H8O4", "CS2",
    # salts
    "KBr", "N2H4O3", "CaCl2", "KClO3", "AgNO3", "Na2SO4", "K2CO3", "NaF", "Li2CO3", "ZnSO11H14", "KH2PO4",
    # minerals, ceramics
    "CaMgC2O6", "Al2SiO5", "CaSiO3", "KAl3Si3O12H2", "MgO2H2", "SnO2", "CePO4", "BaCO3", "SrSO4", "PbSO4", "Y2O3",
    "BeO", "LiNbO3", "BN",
    # semiconductors, battery materials
    "CdSe", "ZnSe", "AlP", "LiMn2O4",
)  # fmt: skip
"""Forty looked at once the rule was chosen: at most two may pass."""
