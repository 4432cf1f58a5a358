"""Templates: which prototypes are near, how they are ranked, and what is built of them."""

import json

import numpy as np
import pytest
from crystal_examples import SALTS, caesium_chloride, fluorite, known, rock_salt

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.substitution import mined_distance, property_distance
from superdrift.crystals.settings import TemplateBlock
from superdrift.crystals.stages.propose import main
from superdrift.crystals.tables import PROPOSALS, STRUCTURES
from superdrift.crystals.templates.library import Library, Shelf, slots_of
from superdrift.crystals.templates.method import TemplateMethod
from superdrift.crystals.templates.ranking import rank
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.structures.matching import displacement
from superdrift.structures.rows import structure_of

TEMPLATE = {
    "library": ["train", "validation", "test", "left_out"], "similarity": "data_mined", "softness": 0.0,
    "most_sites": 20, "proposals": 3,
}  # fmt: skip
PROPOSE = {"symprec": 0.1, "formulas": ["NaBr"], "splits": [], "most": 10}


@pytest.fixture(scope="module")
def structures(tmp_path_factory):
    return known(tmp_path_factory.mktemp("known"))


def method(structures, without=(), **settings):
    block = TemplateBlock(**{**TEMPLATE, **settings})
    table = tables.read(structures, STRUCTURES)
    return TemplateMethod(
        Library(table, parts=block.library, most_sites=block.most_sites, without=without), block, symprec=0.1
    )


def number(symbol):
    return ATOMIC_NUMBER[symbol] - 1


@pytest.mark.parametrize("distance", [mined_distance(), property_distance()], ids=["mined", "properties"])
def test_like_elements_are_near(distance):
    assert distance.shape == (96, 96) and np.allclose(distance, distance.T) and np.allclose(np.diag(distance), 0)
    for near, far in ((("Na", "K"), ("Na", "O")), (("Cl", "Br"), ("Cl", "Fe")), (("Nd", "Pr"), ("Nd", "S"))):
        assert distance[number(near[0]), number(near[1])] < distance[number(far[0]), number(far[1])]


def test_slots_are_sorted_by_their_atoms():
    assert slots_of("Ca2F4") == slots_of("F2Ca")
    assert slots_of("CaF2").counts == (1, 2) and slots_of("CaF2").elements == (number("Ca"), number("F"))
    with pytest.raises(InputError, match="holds Bk"):
        slots_of("BkO2")


def test_elements_of_equal_amounts_take_their_cheapest_places():
    """MgO in the place of NaCl: magnesium for sodium and not for chlorine, however the two are sorted."""
    shelf = Shelf(np.array([[number("Cl"), number("Na")]]), np.array([0]), ("salt",), np.array([7]))
    (found,) = rank(slots_of("MgO"), shelf, property_distance(), softness=0.0)
    assert found.row == 7 and found.replaced == {number("Na"): number("Mg"), number("Cl"): number("O")}


def test_votes_outweigh_the_nearest_when_the_ranking_is_soft():
    elements = np.array([[0, 1]] * 5)
    shelf = Shelf(elements, np.array([0, 1, 1, 1, 1]), ("lone", "popular"), np.arange(5))
    distance = np.zeros((96, 96))
    distance[1, 3] = distance[3, 1] = 0.0
    hard = rank(slots_of("LiBe"), shelf, distance + np.eye(96), softness=0.0)
    soft = rank(slots_of("LiBe"), shelf, distance + np.eye(96), softness=1.0)
    assert hard[0].row == 0 and [entry.row for entry in soft[:2]] == [1, 0]
    assert soft[0].score - soft[1].score == pytest.approx(np.log(4))
    assert sorted(entry.row for entry in hard) == list(range(5))


def test_a_salt_is_proposed_as_its_likes_are(structures):
    for formula, expected in (
        ("NaBr", rock_salt("Na", "Br", 5.97)),
        ("CsBr", caesium_chloride("Cs", "Br", 4.29)),
        ("SrF2", fluorite("Sr", "F", 5.80)),
    ):
        first, *others = method(structures).propose(formula)
        assert displacement(first.structure, expected) == pytest.approx(0, abs=1e-4)
        assert first.structure.volume / len(first.structure) == pytest.approx(expected.volume / len(expected), rel=0.25)
        assert all(displacement(first.structure, other.structure) is None for other in others)
        assert first.score >= max([other.score for other in others], default=-np.inf)


def test_only_primitive_cells_of_so_many_atoms(structures):
    assert [len(p.structure) for p in method(structures).propose("NaBr", atoms=2)] == [2, 2]
    assert method(structures).propose("NaBr", atoms=7) == []


def test_a_known_formula_is_its_own_template_unless_left_out(structures):
    first = method(structures).propose("K4Cl4")[0]
    assert first.template["reduced_formula"] == "KCl" and first.replaced == []
    assert first.structure.volume / 2 == pytest.approx(SALTS["KCl"].volume / 8)
    other = method(structures, without={"KCl"}).propose("KCl")[0]
    assert other.template["reduced_formula"] != "KCl" and other.replaced[-1].startswith("K for ")


def test_no_template_no_proposal(structures):
    assert method(structures).propose("Na3Bi7") == []


def propose(structures, output, **settings):
    return main([
        "--settings", json.dumps({**TEMPLATE, **PROPOSE, **settings}), "--seed", "1", "--structures", str(structures),
        "--proposals", str(output / "proposals.parquet"),
    ])  # fmt: skip


def test_the_stage_writes_what_the_method_proposes(structures, tmp_path):
    assert propose(structures, tmp_path, formulas=["Na2Br2", "Na3Bi7"]) == 0
    rows = tables.read(tmp_path / "proposals.parquet", PROPOSALS).to_pylist()
    assert [row["rank"] for row in rows] == [1, 2] and {row["formula"] for row in rows} == {"NaBr"}
    for row, proposal in zip(rows, method(structures).propose("NaBr"), strict=True):
        assert displacement(structure_of(row), proposal.structure) == pytest.approx(0, abs=1e-3)
        assert row["template"] == proposal.template["id"] and row["n_sites"] == len(proposal.structure)


def test_formulas_of_the_split_are_proposed_without_their_own_structures(structures, tmp_path):
    table = tables.read(structures, STRUCTURES)
    held = {f for f, part in zip(table["reduced_formula"].to_pylist(), table["split"].to_pylist(), strict=True)
            if part == "test"}  # fmt: skip
    library = ["train", "validation"]
    assert propose(structures, tmp_path, formulas=[], splits=["test"], library=library) == (0 if held else 1)
    for row in tables.read(tmp_path / "proposals.parquet", PROPOSALS).to_pylist():
        assert row["formula"] in held and row["template_formula"] not in held


def test_nothing_to_propose_for_and_no_template_at_all(structures, tmp_path, capsys):
    assert propose(structures, tmp_path, formulas=[]) == 1
    assert "nothing to propose for" in capsys.readouterr().err
    assert propose(structures, tmp_path, formulas=["Na3Bi7"]) == 0
    assert tables.read(tmp_path / "proposals.parquet", PROPOSALS).num_rows == 0
