"""When two structures are the same: DiffCSP's match and its filter of valid structures, and duplicates.

DiffCSP (Jiao et al., NeurIPS 2023) takes pymatgen's StructureMatcher with stol 0.5, ltol 0.3, angle_tol 10; the root
mean square displacement is divided by (V/N)^(1/3). Filtered, pairs of which either fails CDVAE's validity are misses
(Xie et al., ICLR 2022): no two atoms nearer than 0.5 Å, a volume of at least 0.1 Å^3, SMACT's neutrality and Pauling
test.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import integer_counts
from superdrift.structures.rows import amounts_of

SMALLEST_DISTANCE = 0.5
"""Å; atoms nearer than this make a structure invalid (CDVAE)."""
SMALLEST_VOLUME = 0.1
"""Å^3; a smaller cell is invalid (CDVAE)."""


@dataclass(frozen=True)
class Tolerances:
    """Tolerances of pymatgen's StructureMatcher.

    Attributes:
        ltol: of lengths, as a share.
        stol: of sites, in units of (V/N)^(1/3).
        angle_tol: of angles, in degrees.
    """

    ltol: float
    stol: float
    angle_tol: float


DIFFCSP = Tolerances(ltol=0.3, stol=0.5, angle_tol=10.0)
"""Of DiffCSP's match. Fixed by the definition: published rates are measured with these."""

STRICT = Tolerances(ltol=0.2, stol=0.3, angle_tol=5.0)
"""pymatgen's own defaults; structures that match by these are told apart by no later step."""


@cache
def matcher(tolerances: Tolerances) -> StructureMatcher:
    """The matcher of some tolerances; volumes are scaled to each other and cells made primitive."""
    return StructureMatcher(ltol=tolerances.ltol, stol=tolerances.stol, angle_tol=tolerances.angle_tol)


def displacement(one: Structure, other: Structure, tolerances: Tolerances = DIFFCSP) -> float | None:
    """Root mean square displacement of the best mapping, in (V/N)^(1/3); None where the two do not match."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = matcher(tolerances).get_rms_dist(one, other)
    return None if found is None else float(found[0])


def smallest_distance(structure: Structure) -> float:
    """Smallest distance of two atoms in Å, periodic images of one atom included."""
    between = structure.distance_matrix
    np.fill_diagonal(between, np.inf)
    images = structure.lattice.get_lll_reduced_lattice().abc
    return float(min(between.min(initial=np.inf), *images))


def geometry_valid(structure: Structure) -> bool:
    """CDVAE's validity of a geometry."""
    return structure.volume >= SMALLEST_VOLUME and smallest_distance(structure) >= SMALLEST_DISTANCE


def smact_valid(structure: Structure) -> bool:
    """CDVAE's validity of a composition: SMACT's charge neutrality and Pauling test; metals alone, and elements, pass.

    Of a disordered structure the amounts in whole numbers are judged.
    """
    from superdrift.charges.smact_rule import published_validity  # slow to import, and needed only here  # noqa: PLC0415

    counts = np.zeros((1, N_ELEMENTS), dtype=np.int64)
    for symbol, amount in integer_counts(amounts_of(structure)).items():
        if ATOMIC_NUMBER[symbol] > N_ELEMENTS:
            return False
        counts[0, ATOMIC_NUMBER[symbol] - 1] = amount
    return bool(published_validity(counts)[0])


def diffcsp_valid(structure: Structure) -> bool:
    """CDVAE's validity of a structure: of its geometry and of its composition."""
    return geometry_valid(structure) and smact_valid(structure)
