"""Energy above the hull of known structures: polymorphs, what is left out, references, the measured error."""

import os

import numpy as np
import pyarrow as pa
import pytest
from crystal_examples import SALTS, caesium_chloride, rock_salt
from fake_potential import Fake
from pymatgen.core import Lattice, Structure

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.crystals.stability import references
from superdrift.crystals.stability.hull import Known, KnownHull
from superdrift.crystals.stability.judging import Judge, measured_error
from superdrift.energies.formation_energies import Energies
from superdrift.run.errors import InputError
from superdrift.structures.rows import row_of

KNOWN = [("a", "NaCl", -2.0, rock_salt("Na", "Cl", 5.64)), ("b", "NaCl", -1.9, caesium_chloride("Na", "Cl", 3.5)),
         ("c", "NaCl3", -1.5, rock_salt("Na", "Cl", 7.0)), ("d", "CsCl", -2.2, SALTS["CsCl"])]  # fmt: skip


def hull(*phases):
    names, formulas, energies, structures = zip(*KNOWN, strict=True)
    return KnownHull(Known(list(names), list(formulas), np.array(energies), structures.__getitem__), phases)


def table(known=KNOWN):
    names, formulas, energies, structures = zip(*known, strict=True)
    rows = [row_of(structure) for structure in structures]
    cells = {name: [row[name] for row in rows] for name in rows[0]}
    cells["occupancies"] = pa.array(cells["occupancies"], pa.list_(pa.float64()))
    energies = pa.array(energies, pa.float64())
    return pa.table({
        "material_id": names, "reduced_formula": formulas, "formation_energy_ev": energies,
        "e_above_hull_ev": [0.0] * len(known), **{name: cells[name] for name in cells},
    })  # fmt: skip


def test_distances_are_to_the_lowest_of_polymorphs_and_mixtures():
    found = hull()
    assert found.above("NaCl", -1.95) == pytest.approx(0.05)
    assert found.above("NaCl", -2.1) == pytest.approx(-0.1)
    assert found.above("NaCl2", -1.7) == pytest.approx(-1.7 + (2.0 * 2 + 1.5 * 4) / 6)
    assert found.above("Na", 0.2) == pytest.approx(0.2)
    assert found.competitors("CsNaCl2") == 3 and found.competitors("NaCl") == 1


def test_formulas_of_tables_may_look_like_capitals():
    known = Known(["a"], ["H7C2SNO2"], np.array([-1.0]), lambda row: None)
    assert KnownHull(known).above("H7C2SNO2", -0.9) == pytest.approx(0.1)


def test_left_out_is_the_structure_and_not_its_polymorphs():
    found = hull()
    assert found.same("NaCl", rock_salt("Na", "Cl", 5.8)) == [0]
    assert found.same("NaCl", rock_salt("Na", "Cl", 5.8), name="b") == [0, 1] and found.same("KCl", SALTS["KCl"]) == []
    assert found.above("NaCl", -2.0, [0]) == pytest.approx(-0.1)
    assert found.above("NaCl", -2.0, [0, 1]) == pytest.approx(-2.0 + 1.5 * 4 / 6)


def test_phases_known_by_composition_compete_but_not_with_what_may_be_themselves():
    phases = Energies(np.stack([to_vector(parse_formula("NaCl"))]), np.array([-2.5]))
    assert hull(phases).above("NaCl", -2.0) == pytest.approx(0.5)
    assert hull(phases).above("NaCl", -2.0, [0]) == pytest.approx(-0.1)


def test_no_energy_at_all_is_told():
    rows = table([(name, formula, None, structure) for name, formula, _, structure in KNOWN])
    with pytest.raises(InputError, match="no known structure has a formation energy"):
        Judge(rows, [], known_stays=True)


def test_formation_energies_refer_to_the_elements():
    elements = references.reference_energies()
    salt = rock_salt("Na", "Cl", 5.64)
    mean = (elements["Na"] + elements["Cl"]) / 2
    assert references.formation_energy(salt, mean - 1.0) == pytest.approx(-1.0)
    assert len(elements) == 89 and elements["Ne"] == pytest.approx(-0.02593678)
    with pytest.raises(InputError, match="no reference energy of Po"):
        references.formation_energy(Structure(Lattice.cubic(3.3), ["Po"], [[0, 0, 0]]), 0.0)


def test_verdicts():
    elements = references.reference_energies()
    mean = (elements["Na"] + elements["Cl"]) / 2
    for above, stable, metastable in ((-0.01, True, True), (0.09, False, True), (0.11, False, False)):
        found = Judge(table(), [], known_stays=True).judge(rock_salt("Na", "Cl", 5.7), mean - 2.0 + above)
        assert found.e_above_hull_ev == pytest.approx(above)
        assert (found.stable, found.metastable, found.competitors) == (stable, metastable, 1)
    left_out = Judge(table(), [], known_stays=False).judge(rock_salt("Na", "Cl", 5.7), mean - 2.0)
    assert left_out.e_above_hull_ev == pytest.approx(-0.1)
    nothing = Judge(table(), [], known_stays=True).judge(Structure(Lattice.cubic(3.3), ["Po"], [[0, 0, 0]]), -1.0)
    assert nothing.stable is None and nothing.e_above_hull_ev is None


def test_the_error_is_measured_on_known_structures_left_out():
    class Exact(Fake):
        def points(self, structures):
            points = super().points(structures)
            formation = {row_of(s)["lattice"].tobytes(): e for _, _, e, s in KNOWN}
            shift = [formation[row_of(s)["lattice"].tobytes()] - references.formation_energy(s, 0) for s in structures]
            return [type(p)(energy + 0.3) for p, energy in zip(points, shift, strict=True)]

    known, limits = table(KNOWN[:2]), {"most_sites": 20, "seed": 1}
    judge = Judge(known, [], known_stays=True)
    error, compared = measured_error(Exact(), judge.hull, known, number=9, **limits)
    # a: 0.3 - 0.1 above the polymorph that stays; b: 0.3 + 0.1 above a
    assert error == pytest.approx((0.2 + 0.4) / 2, abs=1e-6) and compared == 2
    assert measured_error(Exact(), judge.hull, known, number=0, **limits) == (None, 0)


@pytest.mark.skipif(not os.environ.get("SUPERDRIFT_DATA"), reason="SUPERDRIFT_DATA names no folder with public files")
def test_references_are_those_of_the_public_file(capsys):
    assert references.main([]) == 0, "run: python -m superdrift.crystals.stability.references --write"
