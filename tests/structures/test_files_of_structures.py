"""Texts of structures in each format, and texts that are none."""

import json

import pytest
from pymatgen.core import Lattice, Structure

from superdrift.run.errors import InputError
from superdrift.structures.files import read_structures
from superdrift.structures.matching import displacement

SALT = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
XYZ = """2
Lattice="3.0 0 0 0 3.0 0 0 0 3.0" Properties=species:S:1:pos:R:3 pbc="T T T"
Cs 0 0 0
Cl 1.5 1.5 1.5
"""


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("cif", SALT.to(fmt="cif")),
        ("poscar", SALT.to(fmt="poscar")),
        ("json", json.dumps(SALT.as_dict())),
        ("json", json.dumps([{"structure": SALT.as_dict()}])),
    ],
)
def test_every_format_gives_the_same_structure(form, text):
    (found,) = read_structures(text, form)
    assert displacement(found, SALT) == pytest.approx(0, abs=1e-4)
    assert found.composition.reduced_formula == "NaCl"


def test_ase_reads_extended_xyz_and_its_json():
    pytest.importorskip("ase")
    (found,) = read_structures(XYZ, "extxyz")
    assert found.composition.reduced_formula == "CsCl" and found.volume == pytest.approx(27)
    with pytest.raises(InputError, match="not periodic"):
        read_structures(XYZ.replace("T T T", "T T F"), "extxyz")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("cif", "data_nothing\n"),
        ("cif", SALT.to(fmt="cif").replace("_cell_length_a", "_cell_length_o")),
        ("poscar", "no\nPOSCAR\n"),
        ("json", '{"a": 1}'),
        ("json", "{"),
    ],
)
def test_a_text_that_is_none_is_told_and_no_crash(form, text):
    with pytest.raises(InputError, match=f"read as {form}"):
        read_structures(text, form)
