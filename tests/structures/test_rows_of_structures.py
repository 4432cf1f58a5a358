"""Structures as rows and back."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from superdrift.composition.formula import reduced_formula
from superdrift.structures.matching import displacement
from superdrift.structures.rows import amounts_of, row_of, structure_of

HEX = Lattice.hexagonal(3.09, 3.52)
MGB2 = Structure(HEX, ["Mg", "B", "B"], [[0, 0, 0], [1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]])
DOPED = Structure(HEX, [{"Mg": 0.9, "Al": 0.1}, "B", "B"], MGB2.frac_coords)


@pytest.mark.parametrize("structure", [MGB2, DOPED], ids=["ordered", "disordered"])
def test_there_and_back(structure):
    row = row_of(structure)
    found = structure_of(row)
    assert len(found) == len(structure) and found.composition.almost_equals(structure.composition)
    assert np.allclose(found.lattice.matrix, structure.lattice.matrix, atol=1e-5)
    assert displacement(found, structure) == pytest.approx(0, abs=1e-4)
    assert [site.species.reduced_formula for site in found] == [site.species.reduced_formula for site in structure]


def test_occupancies_stand_where_a_site_is_shared():
    assert row_of(MGB2)["occupancies"] is None
    row = row_of(DOPED)
    assert sorted(row["species"]) == ["Al", "B", "B", "Mg"] and len(row["coordinates"]) == 12
    assert row["occupancies"] == [0.9, 0.1, 1, 1]


def test_vacancies_are_kept():
    half = Structure(Lattice.cubic(4.0), [{"Na": 0.5}], [[0, 0, 0]])
    assert structure_of(row_of(half)).composition.num_atoms == 0.5


def test_amounts_are_exact():
    assert reduced_formula(amounts_of(DOPED)) == "Mg9Al1B20".replace("Al1", "Al")
    thirds = Structure(Lattice.cubic(4.0), [{"Na": 1 / 3, "K": 2 / 3}], [[0, 0, 0]])
    assert sum(amounts_of(thirds).values()) == 1
