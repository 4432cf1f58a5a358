"""What is established about superconductors: which elements need pressure, and the highest Tc of each class."""

from collections.abc import Collection, Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.vector import from_vector
from superdrift.superconductors.data.families import family_of


def _symbols(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements that superconduct at ambient pressure, in films or fine powder at least, and those that do so only
# under pressure: Buzea & Robbie, Supercond. Sci. Technol. 18, R1 (2005); Eu: Debessai et al., PRL 102, 197002
# (2009); Yb: Song et al., PRL 121, 037004 (2018).
AMBIENT_ELEMENTS = _symbols(
    "Li Be Al Ti V Cr Zn Ga Zr Nb Mo Tc Ru Rh Pd Cd In Sn La Lu Hf Ta W Re Os Ir Pt Hg Tl Pb Bi Th Pa U Am"
)
PRESSURE_ELEMENTS = _symbols("B O Si P S Ca Sc Fe Ge As Se Br Sr Y Sb Te I Cs Ba Ce Eu Yb")

AMBIENT_HYDRIDES = _symbols("Pd Th Nb Ta Hf Zr Ti V Ni Cu Ag Au Mo Al")
"""Metals whose hydrides superconduct without pressure: PdH, Th4H15, H in Nb, Ta, HfV2, H implanted in Al."""
NOT_HYDRIDE = _symbols("C N O F")
"""With these, much hydrogen is ammonia, water, hydroxide or an organic molecule."""
HYDRIDE_FRACTION = 0.5
"""Atomic fraction of hydrogen from which a compound counts as a hydride: H2S, SiH4, H3S, LaH10. A definition."""

RECORD_TC_K: tuple[tuple[str, frozenset[str], float], ...] = (
    ("cuprates", frozenset({"Hg"}), 138.0),  # Hg0.8Tl0.2Ba2Ca2Cu3O8.33: Dai et al., Physica C 243, 201 (1995)
    (
        "cuprates",
        frozenset({"Tl"}),
        133.5,
    ),  # TlBa2Ca2Cu3O9: Iyo et al., Supercond. Sci. Technol. 14, 504 (2001)
    ("cuprates", frozenset(), 126.0),  # Ba2Ca(n-1)Cu(n)Ox: Chu et al., Science 277, 1081 (1997)
    ("pnictides", frozenset(), 56.5),  # Gd0.8Th0.2FeAsO: Wang et al., EPL 83, 67006 (2008)
    ("others", frozenset(), 41.8),  # strained MgB2 film: Pogrebnyakov et al., PRL 93, 147006 (2004)
)
"""K; highest critical temperatures established at ambient pressure, by family and marker elements; the first that fits
holds. Facts of the literature, not settings."""
SPACERS = _symbols("Li Na K Rb Cs Be Mg Ca Sr Ba Sc Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu")
"""Cations between copper–oxygen planes; no layered cuprate is without one."""


def needs_pressure(amounts: Mapping[str, Decimal | float]) -> bool:
    """Whether this is an element or a hydride that superconducts, if at all, only under pressure."""
    elements = amounts.keys()
    if len(elements) == 1:
        return bool(elements & PRESSURE_ELEMENTS)
    fraction = float(amounts.get("H", 0)) / float(sum(amounts.values()))
    return fraction >= HYDRIDE_FRACTION and not elements & (AMBIENT_HYDRIDES | NOT_HYDRIDE)


def record_tc_k(elements: Collection[str]) -> float:
    """Highest Tc in K established at ambient pressure in the class that these elements belong to."""
    family = family_of(elements)
    if family == "cuprates" and SPACERS.isdisjoint(elements):
        family = "others"
    return next(tc for name, marker, tc in RECORD_TC_K if name == family and marker <= set(elements))


def pressure_and_record(amounts: NDArray[np.floating]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """`needs_pressure` and `record_tc_k` of (n, 96) amounts, each (n,)."""
    rows = [from_vector(row) for row in amounts]
    return (
        np.array([needs_pressure(row) for row in rows], dtype=bool),
        np.array([record_tc_k(row) for row in rows], dtype=np.float64),
    )
