"""Space groups, fingerprints and prototypes of structures everyone knows."""

import pytest
from pymatgen.core import Lattice, Structure

from superdrift.run.errors import InputError
from superdrift.structures.symmetry import anonymous, primitive_atoms, symmetry_of


def cubic(group, a, species, positions):
    return Structure.from_spacegroup(group, Lattice.cubic(a), species, positions)


SALT = cubic("Fm-3m", 5.64, ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
FLUORITE = cubic("Fm-3m", 5.46, ["Ca", "F"], [[0, 0, 0], [0.25, 0.25, 0.25]])
ANTIFLUORITE = cubic("Fm-3m", 4.62, ["O", "Li"], [[0, 0, 0], [0.25, 0.25, 0.25]])
PEROVSKITE = cubic("Pm-3m", 3.9, ["Sr", "Ti", "O"], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]])


def found(structure, symprec=0.1):
    return symmetry_of(structure, symprec=symprec)


@pytest.mark.parametrize(
    ("structure", "group", "prototype", "stoichiometry"),
    [
        (SALT, 225, "AB_cF8_225_a_b", "AB"),
        (FLUORITE, 225, "AB2_cF12_225_a_c", "AB2"),
        (PEROVSKITE, 221, "ABC3_cP5_221_a_b_c", "ABC3"),
    ],
)
def test_textbook(structure, group, prototype, stoichiometry):
    symmetry = found(structure)
    assert symmetry.space_group == group and symmetry.prototype == prototype
    assert anonymous(structure) == stoichiometry


@pytest.mark.parametrize(
    ("structure", "atoms"), [(SALT, 2), (FLUORITE, 3), (PEROVSKITE, 5), (SALT.get_primitive_structure(), 2)]
)
def test_a_label_says_how_many_atoms_the_primitive_cell_has(structure, atoms):
    assert primitive_atoms(found(structure).prototype) == atoms


def test_rhombohedral_cells_are_counted_on_hexagonal_axes():
    bismuth = Structure.from_spacegroup("R-3m", Lattice.hexagonal(4.55, 11.86), ["Bi"], [[0, 0, 0.234]])
    assert len(bismuth) == 6 and primitive_atoms(found(bismuth).prototype) == 2


def test_prototypes_know_no_elements_and_fingerprints_do():
    one, other = found(FLUORITE), found(ANTIFLUORITE)
    assert one.prototype == other.prototype and one.fingerprint != other.fingerprint
    assert one.fingerprint.endswith(":Ca-F")


def test_the_choice_of_the_origin_does_not_matter():
    moved = cubic("Fm-3m", 5.64, ["Cl", "Na"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert found(moved) == found(SALT)
    shifted = PEROVSKITE.copy()
    shifted.translate_sites(range(len(shifted)), [0.5, 0.5, 0.5])
    assert found(shifted) == found(PEROVSKITE)
    assert found(SALT.get_primitive_structure()) == found(SALT)


def test_mixtures_are_species_of_their_own():
    doped = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.64), [{"Na": 0.5, "K": 0.5}, "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    symmetry = found(doped)
    assert symmetry.prototype == found(SALT).prototype and symmetry.space_group == 225
    assert symmetry.fingerprint == "AB_cF8_225_a_b:Cl-K:0.5,Na:0.5"
    other = Structure(doped.lattice, [{"Na": 0.4, "K": 0.6}] * 4 + ["Cl"] * 4, doped.frac_coords)
    assert found(other).fingerprint != symmetry.fingerprint


def test_no_space_group_is_told():
    broken = Structure(Lattice.cubic(3.0), ["Na", "Na"], [[0, 0, 0], [0, 0, 0]])
    with pytest.raises(InputError, match=r"no space group within 0\.1 Å"):
        found(broken)
