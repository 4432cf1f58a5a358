"""Names of phases and abbreviations that people write in place of formulas, and the formula usually meant."""

import re

_ABBREVIATIONS = {
    "YBCO": "YBa2Cu3O7", "GDBCO": "GdBa2Cu3O7", "NDBCO": "NdBa2Cu3O7", "SMBCO": "SmBa2Cu3O7", "EUBCO": "EuBa2Cu3O7",
    "DYBCO": "DyBa2Cu3O7", "GBCO": "GdBa2Cu3O7", "NBCO": "NdBa2Cu3O7", "SBCO": "SmBa2Cu3O7", "EBCO": "EuBa2Cu3O7",
    "REBCO": "YBa2Cu3O7", "PBCO": "PrBa2Cu3O7", "PRBCO": "PrBa2Cu3O7", "LSCO": "La1.85Sr0.15CuO4",
    "LBCO": "La1.875Ba0.125CuO4", "LCO": "La2CuO4",
    "NCCO": "Nd1.85Ce0.15CuO4", "PCCO": "Pr1.85Ce0.15CuO4", "LCCO": "La1.89Ce0.11CuO4", "SCCO": "Sm1.85Ce0.15CuO4",
    "PLCCO": "Pr0.88LaCe0.12CuO4", "BSCCO": "Bi2Sr2CaCu2O8", "BISCCO": "Bi2Sr2CaCu2O8", "BPSCCO":
    "Bi1.6Pb0.4Sr2Ca2Cu3O10", "TBCCO": "Tl2Ba2Ca2Cu3O10", "TLBCCO": "Tl2Ba2Ca2Cu3O10", "HBCCO": "HgBa2Ca2Cu3O8",
    "HGBCCO": "HgBa2Ca2Cu3O8", "CCOC": "Ca2CuO2Cl2", "NACCOC": "Ca1.88Na0.12CuO2Cl2", "BKBO": "Ba0.6K0.4BiO3", "BPBO":
    "BaPb0.75Bi0.25O3", "BKFA": "Ba0.6K0.4Fe2As2", "BFCA": "BaFe1.84Co0.16As2", "LOFA": "LaFeAsO0.9F0.1", "SRO":
    "SrRuO3", "LNO": "LaNiO3", "NNO": "NdNiO3", "NSNO": "Nd0.8Sr0.2NiO2", "LAO": "LaAlO3", "STO": "SrTiO3", "BTO":
    "BaTiO3", "PTO": "PbTiO3", "KTO": "KTaO3", "PZT": "PbZr0.52Ti0.48O3", "BFO": "BiFeO3", "LCMO": "La0.7Ca0.3MnO3",
    "LSMO": "La0.7Sr0.3MnO3", "LSAT": "La0.29Sr0.71Al0.65Ta0.35O3", "YSZ": "Zr0.92Y0.08O1.96", "YIG": "Y3Fe5O12",
    "YAG": "Y3Al5O12", "ITO": "In1.8Sn0.2O3", "LFP": "LiFePO4", "LLZO": "Li7La3Zr2O12",
}  # fmt: skip

_NUMBERED = (
    ("123", "Y La Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu", "{}Ba2Cu3O7"),
    ("124", "Y La Pr Nd Sm Eu Gd Dy Ho Er Tm Yb", "{}Ba2Cu4O8"),
    ("247", "Y Nd Sm Eu Gd Dy Ho Er", "{}2Ba4Cu7O15"),
    ("211", "Y Gd Nd Sm", "{}2BaCuO5"),
    ("214", "La Nd Pr Sm Eu", "{}2CuO4"),
    ("2201", "Bi", "{}2Sr2CuO6"),
    ("2212", "Bi", "{}2Sr2CaCu2O8"),
    ("2223", "Bi", "{}2Sr2Ca2Cu3O10"),
    ("2234", "Bi", "{}2Sr2Ca3Cu4O12"),
    ("2201", "Tl", "{}2Ba2CuO6"),
    ("2212", "Tl", "{}2Ba2CaCu2O8"),
    ("2223", "Tl", "{}2Ba2Ca2Cu3O10"),
    ("2234", "Tl", "{}2Ba2Ca3Cu4O12"),
    ("1201", "Hg", "{}Ba2CuO4"),
    ("1212", "Hg", "{}Ba2CaCu2O6"),
    ("1223", "Hg", "{}Ba2Ca2Cu3O8"),
    ("1234", "Hg", "{}Ba2Ca3Cu4O10"),
    ("1245", "Hg", "{}Ba2Ca4Cu5O12"),
    ("1201", "Tl", "{}Ba2CuO5"),
    ("1212", "Tl Pb", "{}Ba2CaCu2O7"),
    ("1223", "Tl", "{}Ba2Ca2Cu3O9"),
    ("1234", "Tl", "{}Ba2Ca3Cu4O11"),
    ("214", "Sr", "{}2RuO4"),
    ("327", "Sr Ca", "{}3Ru2O7"),
    ("113", "Sr Ca", "{}RuO3"),
    ("122", "Ba Sr Ca Eu K Rb Cs", "{}Fe2As2"),
    ("1111", "La Ce Pr Nd Sm Gd Tb Dy", "{}FeAsO"),
    ("111", "Li Na", "{}FeAs"),
    ("112", "Ca Eu", "{}FeAs2"),
    ("115", "Ce", "{}CoIn5"),
    ("1144", "CaK EuRb", "{}Fe4As4"),
    ("245", "K Rb Cs", "{}2Fe4Se5"),
    ("11", "FeSe FeTe", "{}"),
    ("122", "FeSe", "KFe2Se2"),
)
"""Numbers of atoms per element that serve as names, the elements they stand behind, and the formula."""

_BARE = {
    "123": "YBa2Cu3O7", "124": "YBa2Cu4O8", "214": "La2CuO4", "2201": "Bi2Sr2CuO6", "2212": "Bi2Sr2CaCu2O8", "2223":
    "Bi2Sr2Ca2Cu3O10", "1201": "HgBa2CuO4", "1212": "HgBa2CaCu2O6", "1223": "HgBa2Ca2Cu3O8", "1111": "LaFeAsO", "122":
    "BaFe2As2", "111": "LiFeAs", "1144": "CaKFe4As4",
}  # fmt: skip


def _names() -> dict[str, str]:
    """Formula by name without hyphens, as written and in capitals or small letters throughout."""
    names = _ABBREVIATIONS | _BARE
    for number, elements, formula in _NUMBERED:
        names |= {element + number: formula.format(element) for element in elements.split()}
    return names | {spelled: formula for name, formula in names.items() for spelled in (name.lower(), name.upper())}


PHASE_NAMES = _names()
"""The formula usually meant by each name, written without hyphens and blanks. Some names would read as formulas
(YBCO as Y, B, C and O; Ba122): no table of compounds holds these as formulas, so the name is meant."""

_LONGEST = max(map(len, PHASE_NAMES)) + 2
_JOINTS = str.maketrans("", "", "-–—−‐‑_ ")
_SEPARATORS = frozenset(" ()[]{},;:/=")
_WORD = re.compile(r"[^\s()\[\]{},;:/=]+")


def phase_name(text: str) -> str | None:
    """The first name of a phase in a text: the whole text, or one of its words; None where there is none."""
    if len(text) <= _LONGEST and text.translate(_JOINTS) in PHASE_NAMES:
        return text
    if _SEPARATORS.isdisjoint(text):
        return None
    words = [word.strip("-–—−") for word in _WORD.findall(text)]
    return next((word for word in words if word[:1].isalpha() and usual_formula(word)), None)


def usual_formula(name: str) -> str | None:
    """The formula usually meant by a name; None for what is no name."""
    return PHASE_NAMES.get(name.translate(_JOINTS))
