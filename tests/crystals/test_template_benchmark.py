"""The figures of the template benchmark: what is counted, of how many, and which structures are measured."""

import os

import pytest

from benchmarks.crystal_templates import listed, rates, summary
from benchmarks.inputs import SEED
from superdrift.crystals.data.readers import read_source
from superdrift.run import registry
from superdrift.run.seeds import derive


def row(rmsd, *, valid=True, seen=True, group=True):
    return {
        "given": "formula", "rmsd": rmsd, "pair_valid": [valid and d is not None for d in rmsd],
        "same_group": [group] * len(rmsd), "prototype_known": seen,
    }  # fmt: skip


ROWS = [row([0.1]), row([None, 0.2, 0.05]), row([None] * 6 + [0.3], valid=False, group=False), row([], seen=False)]


def found(at, rows=ROWS):
    return {entry["metric"]: entry for entry in rates(rows, at)}


def test_all_structures_count_and_those_without_proposals_are_misses():
    assert [found(at)["match"]["value"] for at in (1, 5, 20)] == [0.25, 0.5, 0.75]
    assert [found(at)["match, valid"]["value"] for at in (1, 5, 20)] == [0.25, 0.5, 0.5]
    assert found(20)["match"]["n"] == 4 and found(20)["match"]["low"] == pytest.approx(0.194, abs=0.001)


def test_rmse_is_of_the_best_match_among_the_matched():
    assert found(1)["RMSE"]["value"] == pytest.approx(0.1) and found(1)["RMSE"]["n"] == 1
    assert found(20)["RMSE"]["value"] == pytest.approx((0.1 + 0.05 + 0.3) / 3)
    assert found(20)["RMSE"]["low"] <= found(20)["RMSE"]["value"] <= found(20)["RMSE"]["high"]


def test_space_groups_are_compared_of_matches_alone():
    assert found(20)["space group"]["value"] == pytest.approx(2 / 3) and found(20)["space group"]["n"] == 3
    assert "space group" not in found(1, [row([None])]) and "RMSE" not in found(1, [row([None])])


def test_subsets_say_whether_the_prototype_could_be_found():
    counts = {(r["subset"], r["at"]): r["n"] for r in summary(ROWS) if r["metric"] == "match"}
    assert counts[("all", 1)] == 4 and counts[("prototype known", 1)] == 3 and counts[("prototype unknown", 20)] == 1


def test_the_list_is_a_draw_that_no_one_chose():
    names = listed()
    assert len(names) == len(set(names)) == 1000
    places = [derive(SEED, "crystal_templates", name) for name in names]
    assert places == sorted(places)


@pytest.mark.skipif(not os.environ.get("SUPERDRIFT_DATA"), reason="SUPERDRIFT_DATA names no folder with public files")
def test_the_list_is_of_the_test_split():
    entries = read_source("mp_20_test", registry.locate("mp_20_test"))
    drawn = sorted((e.material_id for e in entries), key=lambda name: derive(SEED, "crystal_templates", name))
    assert listed() == drawn[:1000]
