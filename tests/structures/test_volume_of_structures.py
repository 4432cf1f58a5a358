"""Volumes of structures whose elements were replaced."""

import pytest
from pymatgen.core import Lattice, Structure

from superdrift.run.errors import InputError
from superdrift.structures.volume import replaced_volume

SALTS = {("Na", "Cl"): 5.64, ("K", "Br"): 6.60, ("Mg", "O"): 4.21, ("Na", "F"): 4.63}
METALS = {"Cu": 3.61, "Ag": 4.09, "Al": 4.05, "Pb": 4.95}


def salt(metal, anion, a):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [metal, anion], [[0, 0, 0], [0.5, 0.5, 0.5]])


def metal(symbol, a):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [symbol], [[0, 0, 0]])


@pytest.mark.parametrize("pair", [pair for pair in SALTS if pair != ("Na", "Cl")])
def test_a_salt_gets_its_volume_from_that_of_another(pair):
    known = salt("Na", "Cl", SALTS["Na", "Cl"])
    assert replaced_volume(known, salt(*pair, SALTS["Na", "Cl"])) == pytest.approx(SALTS[pair] ** 3, rel=0.15)


@pytest.mark.parametrize("symbol", ["Ag", "Al", "Pb"])
def test_a_metal_gets_its_volume_from_that_of_another(symbol):
    known = metal("Cu", METALS["Cu"])
    assert replaced_volume(known, metal(symbol, METALS["Cu"])) == pytest.approx(METALS[symbol] ** 3, rel=0.15)


def test_nothing_replaced_nothing_changed():
    known = salt("Na", "Cl", 5.9)
    assert replaced_volume(known, known) == pytest.approx(5.9**3)


def test_elements_without_bond_lengths_keep_the_volume():
    argon, neon = metal("Ar", 5.26), metal("Ne", 5.26)
    assert replaced_volume(argon, neon) == pytest.approx(5.26**3)


def test_atoms_without_any_neighbour_are_told():
    far, other = (Structure(Lattice.cubic(20.0), [symbol], [[0, 0, 0]]) for symbol in ("Na", "K"))
    with pytest.raises(InputError, match="no volume can be predicted of K"):
        replaced_volume(far, other)
