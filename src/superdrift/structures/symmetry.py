"""Space group and occupied Wyckoff positions of a structure: its fingerprint, and the prototype without elements.

Labels are AFLOW's (Hicks et al., Comput. Mater. Sci. 161, S1 (2019)), as pymatgen writes them: stoichiometry, Pearson
symbol, space group, Wyckoff letters of each element. Letters that another choice of the origin or of the axes exchanges
are made one (affine normaliser), so that equal arrangements have equal labels.
"""

import math
import os
import warnings
from collections import Counter
from dataclasses import dataclass

from pymatgen.analysis.prototypes import (
    get_protostructure_label_from_spg_analyzer,
    get_prototype_from_protostructure,
)
from pymatgen.core import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from superdrift.run.errors import InputError

os.environ.setdefault("SPGLIB_WARNING", "OFF")  # each try that fails prints a line; the reason is in the InputError

MOST_ORDERS = 720
"""Orders of equally many elements that are compared for a prototype's label; beyond, elements keep their order."""
LATTICE_POINTS = {"P": 1, "A": 2, "C": 2, "S": 2, "I": 2, "R": 3, "F": 4}
"""Lattice points in the conventional cell, by the second letter of the Pearson symbol (hR: hexagonal axes)."""
STAND_INS = sorted("Ac Ag Al Am Ar As At Au Ba Be Bi Br Ca Cd Ce Cl Co Cr Cs Cu Dy Er Eu Fe".split())
"""Elements that stand for the mixtures on disordered sites while symmetry is looked for; any that sort will do."""


@dataclass(frozen=True)
class Symmetry:
    """What symmetry says of a structure.

    Attributes:
        space_group: its number, 1 to 230.
        prototype: label of the arrangement without elements, equal for isopointal structures, e.g. `AB_cF8_225_a_b`.
        fingerprint: label with the elements, e.g. `AB_cF8_225_a_b:Cl-Na`.
    """

    space_group: int
    prototype: str
    fingerprint: str


def symmetry_of(structure: Structure, *, symprec: float) -> Symmetry:
    """Space group and labels of a structure (spglib).

    Args:
        structure: ordered or disordered; different mixtures are different species.
        symprec: distance in Å within which atoms count as equivalent.

    Raises:
        InputError: where no space group is found, or its orbits do not add up to the composition.
    """
    plain, names = _with_stand_ins(structure)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            analyzer = SpacegroupAnalyzer(plain, symprec=symprec)
            label = get_protostructure_label_from_spg_analyzer(analyzer, raise_errors=True)
            number = int(analyzer.get_space_group_number())
    except Exception as error:  # spglib and pymatgen raise many kinds
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(f"no space group within {symprec} Å: {reason}") from error
    arrangement, _, elements = label.partition(":")
    shown = [names.get(element, element) for element in elements.split("-")]
    return Symmetry(number, _prototype(label, plain), f"{arrangement}:{'-'.join(shown)}")


def primitive_atoms(label: str) -> int:
    """Atoms in the primitive cell of a prototype, from the Pearson symbol in its label: `AB_cF8_225_a_b` has 2."""
    pearson = label.split("_")[1]
    return int(pearson[2:]) // LATTICE_POINTS[pearson[1]]


def anonymous(structure: Structure) -> str:
    """Stoichiometry without elements, the fewest atoms first: `AB2C4`."""
    return structure.composition.anonymized_formula


def _prototype(label: str, structure: Structure) -> str:
    same = Counter(structure.composition.element_composition.values()).values()
    orders = math.prod(math.factorial(number) for number in same)
    return get_prototype_from_protostructure(label) if orders <= MOST_ORDERS else label.partition(":")[0]


def _with_stand_ins(structure: Structure) -> tuple[Structure, dict[str, str]]:
    """A disordered structure with one element for each mixture, in the mixtures' order; which stands for which."""
    if structure.is_ordered:
        return structure, {}
    mixtures = sorted({site.species_string.replace(" ", "") for site in structure})
    if len(mixtures) > len(STAND_INS):
        raise InputError(f"{len(mixtures)} different mixtures on its sites; at most {len(STAND_INS)} can be told apart")
    stand_ins = dict(zip(mixtures, STAND_INS, strict=False))
    species = [stand_ins[site.species_string.replace(" ", "")] for site in structure]
    plain = Structure(structure.lattice, species, structure.frac_coords)
    return plain, {stand_in: mixture for mixture, stand_in in stand_ins.items()}
