"""When two structures match, and which are valid."""

import pytest
from pymatgen.core import Lattice, Structure

from superdrift.structures.matching import (
    DIFFCSP,
    Tolerances,
    diffcsp_valid,
    displacement,
    geometry_valid,
    smallest_distance,
)

CSCL = Structure(Lattice.cubic(4.12), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
SALT = Structure.from_spacegroup("Fm-3m", Lattice.cubic(6.9), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_equal_up_to_volume_and_choice_of_cell():
    larger = CSCL * [2, 1, 1]
    larger.scale_lattice(larger.volume * 1.4)
    assert displacement(CSCL, larger) == pytest.approx(0, abs=1e-6)


def test_other_structures_and_other_elements_do_not_match():
    assert displacement(CSCL, SALT) is None
    assert displacement(CSCL, Structure(CSCL.lattice, ["K", "Cl"], CSCL.frac_coords)) is None


def test_displacement_is_in_units_of_the_length_of_an_atom():
    moved = Structure(CSCL.lattice, ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.55]])
    length = (CSCL.volume / 2) ** (1 / 3)
    expected = 0.025 * 4.12 / length  # both atoms move half of the way against their common centre
    assert displacement(CSCL, moved) == pytest.approx(expected, rel=1e-3)
    assert displacement(CSCL, moved, Tolerances(ltol=0.3, stol=expected / 2, angle_tol=10.0)) is None
    assert (DIFFCSP.stol, DIFFCSP.ltol, DIFFCSP.angle_tol) == (0.5, 0.3, 10.0)


def test_distances_count_images_of_one_atom():
    thin = Structure(Lattice.orthorhombic(0.4, 5, 5), ["Na"], [[0, 0, 0]])
    assert smallest_distance(thin) == pytest.approx(0.4)
    assert not geometry_valid(thin) and geometry_valid(CSCL)
    assert smallest_distance(CSCL) == pytest.approx(4.12 * 3**0.5 / 2)


def test_validity_asks_charges_too():
    assert diffcsp_valid(CSCL)
    assert diffcsp_valid(Structure(CSCL.lattice, ["Cs", "Au"], CSCL.frac_coords))  # metals pass
    assert not diffcsp_valid(Structure(CSCL.lattice, ["Cs", "F", "F"], [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]))
