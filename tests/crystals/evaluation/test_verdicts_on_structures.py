"""Verdicts on one structure: what each definition says, and odd structures, which have a reason and no crash."""

import json

import numpy as np
import pytest
from crystal_examples import SALTS, rock_salt
from pymatgen.core import Lattice, Structure

from superdrift.crystals.data.entries import Entry
from superdrift.crystals.evaluation.subjects import Subject, of_entries, of_objects
from superdrift.crystals.evaluation.verdicts import verdicts
from superdrift.run.errors import InputError

CENTRE = [[0, 0, 0], [0.5, 0.5, 0.5]]
SLAB = Structure(Lattice.orthorhombic(4, 4, 13), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.1]])


def judged(structure):
    return verdicts(Subject("given", "x", structure), symprec=0.1)


def test_a_salt_passes_everything():
    row = judged(SALTS["NaCl"])
    names = ("readable", "cdvae_geometry", "smact", "cdvae", "lemat_distance", "lemat_plausible", "charge_neutral")
    assert all(row[name] is True for name in names) and row["reason"] is None
    assert row["formula"] == "NaCl" and row["space_group"] == 225 and row["ordered"]
    assert row["nearest"] == pytest.approx(5.64 / 2) and row["widest_gap"] == pytest.approx(5.64 / 2)
    assert row["density"] == pytest.approx(4 * (22.990 + 35.453) * 1.66054 / 5.64**3, rel=1e-4)


def test_definitions_disagree_where_they_should():
    near = judged(rock_salt("Na", "Cl", 2.4))  # 1.2 Å apart: enough for CDVAE, too near for radii of 1.8 and 1.0 Å
    assert near["cdvae_geometry"] and not near["lemat_distance"] and "too near for their radii" in near["reason"]
    unbalanced = judged(Structure(Lattice.cubic(4), ["Na", "F", "F"], [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]))
    assert unbalanced["cdvae_geometry"] and not unbalanced["smact"] and not unbalanced["cdvae"]
    assert unbalanced["charge_neutral"] is False
    metals = judged(Structure(Lattice.cubic(3), ["Cu", "Zn"], CENTRE))
    assert metals["smact"] and metals["charge_neutral"] is None


@pytest.mark.parametrize(
    ("structure", "readable", "geometry", "told"),
    [
        (Structure(Lattice.cubic(4), ["Cs"], [[0, 0, 0]]), True, True, None),
        (Structure(Lattice.cubic(4), ["Na", "Cl"], [[0, 0, 0], [0, 0, 0.1]]), True, False, "two atoms 0.40 Å apart"),
        (Structure(Lattice.cubic(4), ["Na", "Na"], [[0, 0, 0]] * 2), True, False, "two atoms 0.00 Å apart"),
        (Structure(Lattice.cubic(0.1), ["Na", "Cl"], CENTRE), True, False, "volume 0.001 Å^3"),
        (SLAB, True, True, "11.7 Å without"),
        (SALTS["NaCl"] * [3, 3, 3], True, True, None),
        (SALTS["NaCl"] * [6, 6, 6], True, None, "1728 sites; distances are measured of up to 1000"),
        (Structure(Lattice.cubic(4), [{"Cu": 0.5, "Au": 0.3}], [[0, 0, 0]]), True, True, None),
        (Structure(Lattice.cubic(5), ["Es"], [[0, 0, 0]]), True, True, "Es has no known oxidation states"),
        (Structure(Lattice.cubic(4), ["X"], [[0, 0, 0]]), False, None, "'X' is no chemical element"),
        (Structure(Lattice.cubic(4), [], []), False, None, "no atoms"),
        (Structure(Lattice.cubic(4), ["Na"], [[np.nan, 0, 0]]), False, None, "no finite number"),
        (None, False, None, "it burnt"),
    ],
)  # fmt: skip
def test_odd_structures_have_a_verdict_and_a_reason(structure, readable, geometry, told):
    row = verdicts(Subject("given", "x", structure, problem="" if structure else "it burnt"), symprec=0.1)
    assert row["readable"] is readable and row["cdvae_geometry"] is geometry
    assert row["reason"] is None if told is None else told in row["reason"]


def test_an_error_of_a_library_is_a_reason(monkeypatch):
    def fails(structure):
        raise ZeroDivisionError("nothing to divide")

    monkeypatch.setattr("superdrift.crystals.evaluation.verdicts.widest_gap", fails)
    row = judged(SALTS["NaCl"])
    assert not row["readable"] and row["reason"] == "cannot be judged: nothing to divide"


def test_oxidation_states_change_nothing():
    charged = SALTS["NaCl"].copy()
    charged.add_oxidation_state_by_element({"Na": 1, "Cl": -1})
    assert judged(charged) == judged(SALTS["NaCl"])


def test_what_cannot_be_read_is_a_subject_with_the_reason():
    text = json.dumps(SALTS["NaCl"].as_dict())
    entries = [Entry(1, "good", text, "json"), Entry(2, "bad", "{", "json"), Entry(3, "ugly", "", "cif", problem="no")]
    good, bad, ugly = of_entries(entries)
    assert good.structure is not None and bad.structure is None and "cannot be read as json" in bad.problem
    assert ugly.problem == "no"


def test_objects_of_ase_are_subjects_and_others_are_told():
    ase = pytest.importorskip("ase")
    periodic = ase.Atoms("CsCl", scaled_positions=CENTRE, cell=[4.12] * 3, pbc=True)
    crystal, molecule = of_objects([periodic, ase.Atoms("CO", positions=[[0, 0, 0], [0, 0, 1.1]])])
    assert judged(crystal.structure)["space_group"] == 221
    assert molecule.structure is None and "not periodic" in molecule.problem
    with pytest.raises(InputError, match="structure 0 is a str; give structures of pymatgen or atoms of ASE"):
        list(of_objects(["NaCl"]))
