"""LeMat-GenBench's distances and plausibility, and empty layers."""

import pytest
from pymatgen.core import Lattice, Structure

from superdrift.structures.validity import implausible, too_near, widest_gap


def pair(distance, elements=("Na", "Cl")):
    """Two atoms along the longest edge of a cell."""
    return Structure(Lattice.orthorhombic(5, 5, 20), elements, [[0, 0, 0], [0, 0, distance / 20]])


def test_the_shortest_distance_follows_the_radii():
    least = 0.5 * (0.7 + 1.80 + 1.00)  # Slater: Na 1.80 Å, Cl 1.00 Å
    assert too_near(pair(least + 0.01)) is None
    assert too_near(pair(least - 0.01)) == (0, 1, pytest.approx(least - 0.01))


def test_an_element_without_radius_has_one_angstrom():
    assert too_near(pair(1.36, ("He", "He"))) is None and too_near(pair(1.34, ("He", "He"))) is not None


def test_images_of_one_atom_are_not_counted():
    assert too_near(Structure(Lattice.cubic(0.6), ["Cs"], [[0, 0, 0]])) is None


@pytest.mark.parametrize(
    ("lattice", "element", "told"),
    [
        (Lattice.cubic(5), "Na", ""),
        (Lattice.cubic(60), "Na", "atoms per volume"),
        (Lattice.cubic(20), "H", "density 0.0002"),
        (Lattice.cubic(2), "Os", "density 39"),
        (Lattice.orthorhombic(101, 2, 2), "Na", "lattice vector 101"),
        (Lattice.orthorhombic(0.9, 4, 4), "Na", "lattice vector 0.9"),
    ],
)
def test_densities_and_lattices_have_ranges(lattice, element, told):
    found = implausible(Structure(lattice, [element], [[0, 0, 0]]))
    assert found.startswith(told) if told != "atoms per volume" else "density" in found or told in found
    assert bool(found) == bool(told)


def test_the_widest_gap_is_between_planes():
    assert widest_gap(pair(3.0)) == pytest.approx(17)
    oblique = Structure(Lattice.from_parameters(4, 4, 10, 90, 90, 120), ["C"], [[0, 0, 0.3]])
    assert widest_gap(oblique) == pytest.approx(10)
    assert widest_gap(Structure(Lattice.hexagonal(8, 3), ["C"], [[0, 0, 0]])) == pytest.approx(8 * 3**0.5 / 2)
