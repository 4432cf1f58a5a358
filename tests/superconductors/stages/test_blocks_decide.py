"""Stages blocks and decide: from known compounds and groups to the decision."""

import json

import numpy as np
import pytest
from compounds_table import write_compounds

from superdrift.io import tables
from superdrift.superconductors.new_families.tables import BLOCKS, CONTROLS, FAMILIES, GROUPS
from superdrift.superconductors.stages.blocks import main as blocks
from superdrift.superconductors.stages.decide import main as decide
from superdrift.superconductors.tables import COMPOUNDS

SYSTEMS = [f"La{2 - x:.2f}{a}{x:.2f}CuO4" for a in ("Sr", "Ba", "Ca", "Na", "K") for x in (0.2, 0.4, 0.6)]


@pytest.fixture
def folder(tmp_path):
    write_compounds(tmp_path / "compounds.parquet", [*SYSTEMS, "FeSe", "Nb3Sn"])
    settings = {"spacing": 0.02, "cut": 0.3, "fewest_members": 3, "exclude_flags": []}
    arguments = ["--settings", json.dumps(settings), "--seed", "1"]
    for name in ("compounds", "blocks"):
        arguments += [f"--{name}", str(tmp_path / f"{name}.parquet")]
    assert blocks(arguments) == 0
    return tmp_path


def write_groups(path, distances, reference=None):
    n = len(distances)
    given = {
        "group": list(range(n)), "members": [6] * n, "compounds": [9] * n, "n_elements": [4] * n, "distance": distances,
        "distance_low": distances, "general_formula": ["La2-xSrxCuO4"] * n, "variables": ["x = 0.1–0.2"] * n,
        "pairs": [["Sr-La", "Cs-Ba"]] * n, "neighbour_pairs": [2] * n,
        "replacements": [2 if reference else None] * n, "neighbour_replacements": [2 if reference else None] * n,
        "reference": [reference] * n, "scale": [2 if reference else None] * n,
        "reference_distance": [0.0 if reference else None] * n,
    }  # fmt: skip
    tables.write(path, GROUPS, {column.name: [None] * n for column in GROUPS.columns} | given, {})


def decided(folder, *extra, versions=("cuprates", "cuprates")):
    arguments = ["--settings", json.dumps({"fewest_families": 1, "false_discovery_rate": 0.5}), "--seed", "1"]
    arguments += ["--sources", "cuprates", "ilvr-la214", "--versions", *versions]
    arguments += ["--groups", str(folder / "own.parquet"), str(folder / "ilvr.parquet"), *extra]
    arguments += ["--blocks", str(folder / "blocks.parquet"), "--families", str(folder / "families.parquet")]
    return decide(arguments)


def test_blocks_of_known_systems(folder):
    found = tables.read(folder / "blocks.parquet", BLOCKS).to_pylist()
    assert {row["elements"] for row in found} == {
        f"O-Cu-{a}-La" if a in ("Sr", "Ba") else f"O-{a}-Cu-La" for a in ("Sr", "Ba", "Ca", "Na", "K")
    }
    assert len({row["family"] for row in found}) == 1 and all(row["distance"] > 0.02 for row in found)


def test_all_sources_are_decided_together(folder):
    write_groups(folder / "own.parquet", [0.9, 0.03])
    write_groups(folder / "ilvr.parquet", [0.9], "la214")
    assert decided(folder) == 0
    far, near, untested = tables.read(folder / "families.parquet", FAMILIES).to_pylist()
    assert [row["source"] for row in (far, near, untested)] == ["cuprates", "cuprates", "ilvr-la214"]
    assert far["p_value"] == pytest.approx(1 / 6) and far["new_family"] and not near["new_family"]
    assert far["q_value"] == pytest.approx(2 / 6)  # of two tests: the group without controls is none
    assert untested["p_novel"] == pytest.approx(1 / 6) and untested["p_value"] is None


def test_controls_decide_about_groups_of_references(folder):
    write_groups(folder / "own.parquet", [])
    write_groups(folder / "ilvr.parquet", [0.9], "la214")
    controls = [
        {
            "control": name,
            "reference": "la214",
            "scale": 2,
            "samples": 50,
            "replacements": 40,
            "neighbour_replacements": 1,
        }
        for name in ("permuted order", "untrained")
    ]
    columns = {name: [row[name] for row in controls] for name in controls[0]}
    tables.write(folder / "controls.parquet", CONTROLS, columns, {})
    assert decided(folder, "--controls", str(folder / "controls.parquet")) == 0
    (row,) = tables.read(folder / "families.parquet", FAMILIES).to_pylist()
    assert row["p_footprint"] < 0.02 and row["p_value"] == pytest.approx(1 / 6) and row["new_family"]


def test_a_run_without_groups(folder):
    write_groups(folder / "own.parquet", [])
    write_groups(folder / "ilvr.parquet", [])
    assert decided(folder) == 0
    assert tables.read(folder / "families.parquet", FAMILIES).num_rows == 0


def test_lists_of_unequal_length(folder, caplog):
    write_groups(folder / "own.parquet", [])
    write_groups(folder / "ilvr.parquet", [])
    assert decided(folder, versions=("cuprates",)) == 1
    assert "--sources has 2 names and --versions 1" in caplog.text


def test_flagged_rows_are_in_no_block(folder):
    known = tables.read(folder / "compounds.parquet", COMPOUNDS).to_pydict()
    potassium = ["K" in formula for formula in known["formula"]]
    known["amounts"] = np.array(known["amounts"], dtype=np.float32)
    known["flags"] = [["misprint_suspect"] if flagged else [] for flagged in potassium]
    tables.write(folder / "compounds.parquet", COMPOUNDS, known, {})
    settings = {"spacing": 0.02, "cut": 0.3, "fewest_members": 3, "exclude_flags": ["misprint_suspect"]}
    arguments = ["--settings", json.dumps(settings), "--seed", "1"]
    for name in ("compounds", "blocks"):
        arguments += [f"--{name}", str(folder / f"{name}.parquet")]
    assert blocks(arguments) == 0
    found = tables.read(folder / "blocks.parquet", BLOCKS)["elements"].to_pylist()
    assert len(found) == 4 and "O-K-Cu-La" not in found
