"""When two structures are the same alloy: MatterGen's matcher, which is aware of disorder.

MatterGen (Zeni et al., Nature 639, 624 (2025)) counts ordered structures as the same where they match after elements
that can stand for each other share their sites: those whose radii differ by at most 30 % and electronegativities by at
most 1 (a rule of Hume-Rothery's kind, its bounds mined there). Of two ordered structures the formulas are the same;
they match directly if their space groups are the same too, else one of them is made disordered. A disordered structure
is compared with any of nearly its composition. Supercells and subsets are allowed, as published.
"""

import warnings
from functools import cache
from itertools import combinations

from pymatgen.analysis.structure_matcher import OrderDisorderElementComparator, StructureMatcher
from pymatgen.core import Composition, Element, Structure

from superdrift.structures.matching import STRICT, matcher

RADII_APART = 0.3
"""Most that the radii of elements that stand for each other differ, over their mean. Fixed by the definition."""
ELECTRONEGATIVITY_APART = 1.0
"""Pauling's scale; most that their electronegativities differ. Fixed by the definition."""
FRACTIONS_APART = (0.1, 0.01)
"""Relative and absolute difference of atomic fractions up to which a disordered structure is compared. Fixed by the
definition."""


def same_alloy(one: Structure, other: Structure, *, one_group: int | None, other_group: int | None) -> bool:
    """Whether two structures are the same, or orders of the same alloy.

    Args:
        one: without oxidation states; it is the one that is made disordered.
        other: likewise.
        one_group: number of its space group; None: none found.
        other_group: likewise.
    """
    if not (one.is_ordered and other.is_ordered):
        relative, absolute = FRACTIONS_APART
        fractions = (structure.composition.fractional_composition for structure in (one, other))
        first, second = fractions
        return first.almost_equals(second, rtol=relative, atol=absolute) and _fit(_tolerant(), one, other)
    if one.composition.reduced_formula != other.composition.reduced_formula:
        return False
    if one_group == other_group and _fit(matcher(STRICT), one, other):
        return True
    groups = exchangeable(one.composition.elements)
    return bool(groups) and _fit(_tolerant(), disordered(one, groups), other)


def exchangeable(elements: list[Element]) -> list[set[Element]]:
    """Groups of at least two elements, each of which can stand for another one of its group."""
    groups: list[set[Element]] = []
    for pair in combinations(elements, 2):
        if _stand_for_each_other(*pair):
            joined = [group for group in groups if group & set(pair)]
            groups = [group for group in groups if group not in joined] + [set(pair).union(*joined)]
    return groups


def disordered(structure: Structure, groups: list[set[Element]]) -> Structure:
    """An ordered structure in which the elements of a group share all sites of the group, as they share its atoms."""
    mixtures: dict[Element, Composition] = {}
    for group in groups:
        atoms = {element: structure.composition[element] for element in group}
        mixture = Composition({element: amount / sum(atoms.values()) for element, amount in atoms.items()})
        mixtures |= dict.fromkeys(group, mixture)
    species = [mixtures.get(site.specie, site.species) for site in structure]
    return Structure(structure.lattice, species, structure.frac_coords)


@cache
def _tolerant() -> StructureMatcher:
    return StructureMatcher(
        ltol=STRICT.ltol, stol=STRICT.stol, angle_tol=STRICT.angle_tol, attempt_supercell=True, allow_subset=True,
        comparator=OrderDisorderElementComparator(),
    )  # fmt: skip


def _fit(by: StructureMatcher, one: Structure, other: Structure) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(by.fit(one, other))


def _stand_for_each_other(one: Element, other: Element) -> bool:
    if one.atomic_radius is None or other.atomic_radius is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns where an element has no electronegativity, which is nan
        apart = abs(one.X - other.X)
    mean = (one.atomic_radius + other.atomic_radius) / 2
    return bool(abs(one.atomic_radius - other.atomic_radius) / mean <= RADII_APART and apart <= ELECTRONEGATIVITY_APART)
