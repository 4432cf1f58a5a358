"""The judge: uniqueness, novelty and matches, each against what it must be of a few structures."""

import numpy as np
import pytest
from crystal_examples import SALTS, caesium_chloride, known, rock_salt
from pymatgen.core import Lattice, Structure
from scipy.stats import beta

from superdrift.crystals.evaluation.judge import judge
from superdrift.crystals.evaluation.numbers import shares
from superdrift.crystals.evaluation.subjects import Subject, of_known
from superdrift.crystals.evaluation.targets import Sought, judged, metre, rates, share
from superdrift.crystals.settings import EvaluateBlock
from superdrift.crystals.tables import STRUCTURES
from superdrift.io import tables

SETTINGS = EvaluateBlock(same=["wyckoff", "matcher", "alloy"], most_sites=50, known=0, threads=1)
FCC = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
LAYERED = Structure(Lattice.cubic(3.9), ["Cu", "Cu", "Pd", "Pd"], FCC)
THICK = LAYERED * [1, 1, 2]
for place, site in enumerate(LAYERED * [1, 1, 2]):
    THICK.replace(place, "Cu" if site.frac_coords[2] < 0.49 else "Pd")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Known structures: the salts, and the layered alloy."""
    place = known(tmp_path_factory.mktemp("known"), {**SALTS, "CuPd": LAYERED})
    return tables.read(place, STRUCTURES)


def asked(structures, table=None, targets=None):
    subjects = [Subject("given", name, structure, rank=1) for name, structure in structures.items()]
    sought = None if targets is None else {"given": targets}
    return judge(subjects, SETTINGS, symprec=0.1, seed=1, known=table, targets=sought)


def number(found, quantity, at=None):
    (one,) = [entry for entry in found.numbers if entry["quantity"] == quantity and entry["at"] == at]
    return one["hits"] if one["hits"] is not None else one["value"]


def columns(found, name):
    return [row[name] for row in found.rows]


STRUCTURES_ = {
    "first": rock_salt("Na", "Br", 5.97),
    "stretched": rock_salt("Na", "Br", 6.2),
    "other": caesium_chloride("Na", "Br", 3.6),
    "known": SALTS["MgO"].get_primitive_structure(),
    "overlapping": rock_salt("Mg", "O", 0.8),
    "large": SALTS["KCl"] * [2, 2, 2],
}


def test_unique_and_novel_by_every_way(table):
    found = asked(STRUCTURES_, table)
    for way in SETTINGS.same:
        assert columns(found, f"unique_{way}") == [True, False, True, True, None, None]
        assert columns(found, f"novel_{way}") == [True, True, True, False, None, None]
        assert number(found, f"unique_novel_{way}") == number(found, f"valid_unique_novel_{way}") == 2
    assert columns(found, "known_as")[3] == "mine:MgO"
    assert "not compared" in found.rows[4]["reason"] and "64 sites" in found.rows[5]["reason"]


def test_ways_differ_where_they_should(table):
    found = asked({"thick": THICK}, table)
    assert found.rows[0]["novel_wyckoff"] and found.rows[0]["novel_matcher"] and not found.rows[0]["novel_alloy"]
    assert found.rows[0]["known_as"] == "mine:CuPd"


def test_without_known_structures_novelty_is_not_said():
    found = asked({"first": SALTS["NaCl"]})
    assert found.rows[0]["novel_matcher"] is None and found.rows[0]["unique_matcher"]
    assert not [entry for entry in found.numbers if "novel" in entry["quantity"]]


def test_a_known_structure_is_not_compared_with_itself(table):
    found = judge(list(of_known(table.to_pylist())), SETTINGS, symprec=0.1, seed=1, known=table)
    assert all(columns(found, "novel_alloy")) and {entry["set"] for entry in found.numbers} == {"known"}


def test_processes_and_elements_unknown_to_the_reference_change_nothing(table):
    mixed = {**STRUCTURES_, "exotic": Structure(Lattice.cubic(5), ["Es"], [[0, 0, 0]])}
    subjects = [Subject("given", name, structure) for name, structure in mixed.items()]
    one = judge(subjects, SETTINGS, symprec=0.1, seed=1, known=table)
    two = judge(subjects, EvaluateBlock(**vars(SETTINGS) | {"threads": 2}), symprec=0.1, seed=1, known=table)
    assert one == two and one.rows[-1]["novel_matcher"]


def test_shares_are_of_all_structures_with_exact_intervals():
    entry = share("x", 2, 8)
    assert entry["value"] == 0.25
    assert entry["low"] == pytest.approx(beta.ppf(0.025, 2, 7)) and entry["high"] == pytest.approx(
        beta.ppf(0.975, 3, 6)
    )
    assert share("x", 0, 0)["value"] is None
    row = dict.fromkeys(
        ("readable", "cdvae_geometry", "smact", "cdvae", "lemat_distance", "lemat_plausible", "charge_neutral")
    )
    found = {e["quantity"]: e for e in shares([row | {"readable": False}, row | {"smact": True}], [], novelty=False)}
    assert found["readable"]["n"] == 2 and found["smact"]["hits"] == 1 and found["charge_neutral"]["n"] == 0


SALT, MOVED = (Structure(Lattice.cubic(4.12), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, z]]) for z in (0.5, 0.55))


def test_matches_are_counted_among_the_first_proposals():
    targets = [Sought("a", SALT, 221), Sought("b", SALTS["NaCl"], 225)]
    found = asked({"far": rock_salt("Cs", "Cl", 6.9), "near": MOVED, "exact": SALT}, targets=targets)
    assert [number(found, "match", at) for at in (1, 5, 20)] == [0, 1, 1]
    assert [number(found, "match_valid", at) for at in (1, 5)] == [0, 1]
    assert number(found, "space_group", 5) == 0  # of the first that matches, which is moved
    assert number(found, "rmse", 5) == pytest.approx(0, abs=1e-6) and number(found, "rmse", 1) is None
    assert number(found, "metre") == 1 and number(found, "metre_crmse") == pytest.approx(0.5 / 2)
    assert columns(found, "target") == [None, "a", "a"]
    assert found.rows[1]["rmsd"] == pytest.approx(0.025 * 4.12 / (4.12**3 / 2) ** (1 / 3), rel=1e-3)


def test_what_cannot_be_compared_keeps_its_place():
    crowded = rock_salt("Cs", "Cl", 0.8)
    found = asked({"crowded": crowded, "exact": SALT}, targets=[Sought("a", SALT, 221)])
    assert [number(found, "match", at) for at in (1, 5)] == [0, 1]


def test_filtered_pairs_are_valid_on_both_sides():
    bad = Structure(Lattice.cubic(5), ["Cs", "F", "F"], [[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])  # not neutral
    row = judged(Sought("bad", bad, 1), [Sought("bad", bad, 1)])
    assert row["rmsd"] == [pytest.approx(0)] and row["pair_valid"] == [False] and row["same_group"] == [True]
    values = {e["quantity"]: e for e in rates([row], 1, generator=np.random.default_rng(1))}
    assert values["match"]["hits"] == 1 and values["match_valid"]["hits"] == 0 and values["rmse_valid"]["n"] == 0
    assert metre([row], generator=np.random.default_rng(1))[1]["value"] == pytest.approx(0)
