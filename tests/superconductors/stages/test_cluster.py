"""Stage cluster."""

import json

import numpy as np
import pytest
from compounds_table import write_compounds

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.superconductors.new_families.tables import CLUSTERED, DOPING, GROUPS
from superdrift.superconductors.stages.cluster import main
from superdrift.superconductors.tables import CONDITIONED, ESTIMATED, SCREENED

SETTINGS = {
    "spacing": 0.005,
    "cut": 0.3,
    "fewest_members": 5,
    "generated": 40,
    "known": 30,
    "perplexity": 10.0,
    "optional_share": 0.1,
    "threads": 1,
}


def write_screened(path, formulas, valid):
    n = len(formulas)
    false, null = [False] * n, [None] * n
    columns = {column.name: null for column in SCREENED.columns} | {
        "id": np.arange(n) * 3,
        "amounts": np.reshape([to_vector(parse_formula(formula)) for formula in formulas], (n, 96)),
        "formula": formulas,
        "family": ["cuprates"] * n,
        "n_elements": [4] * n,
        "basic_pass": valid,
        "duplicate": false,
        "known": false,
        "novel": [True] * n,
        "metallic": false,
        "valid_published": false,
        "charge_valid": [True] * n,
        "superconductor_valence": [True] * n,
        "valid_published_raw": false,
        "charge_valid_raw": [True] * n,
        "charge_score": np.zeros(n),
        "charges": [None] * n,
        "site_balanced": false,
    }
    tables.write(path, SCREENED, columns, {})


def write_estimated(path, n):
    columns = {column.name: [None] * n for column in ESTIMATED.columns} | {
        "id": np.arange(n) * 3,
        "superconducting_probability": np.ones(n),
        "tc_k": np.full(n, 42.0),
        "tc_low_k": np.zeros(n),
        "tc_high_k": np.ones(n),
        "extrapolated": [False] * n,
        "needs_pressure": [False] * n,
        "applicable": [True] * n,
        "superconducting_probability_knn": np.ones(n),
        "tc_knn_k": np.full(n, 42.0),
    }
    tables.write(path, ESTIMATED, columns, {})


def clustered(folder, generated, valid=None, source="ilvr-ybco-se"):
    compounds = [f"La{2 - x / 100:.2f}Sr{x / 100:.2f}CuO4" for x in range(1, 61)]
    write_compounds(folder / "compounds.parquet", [*compounds, "FeSe", "Nb3Sn"])
    write_screened(folder / "screened.parquet", generated, [True] * len(generated) if valid is None else valid)
    write_estimated(folder / "estimated.parquet", len(generated))
    arguments = ["--settings", json.dumps(SETTINGS), "--seed", "1", "--source", source]
    for name in ("screened", "estimated", "compounds", "clustered", "groups", "doping"):
        arguments += [f"--{name}", str(folder / f"{name}.parquet")]
    if source.startswith("ilvr-"):
        ids = np.arange(len(generated)) * 3
        drawn = {"id": ids, "amounts": np.zeros((len(ids), 96), np.float32), "reference": ["ybco-se"] * len(ids)}
        tables.write(folder / "samples.parquet", CONDITIONED, drawn | {"scale": 2 + (ids >= 90)}, {})
        arguments += ["--samples", str(folder / "samples.parquet"), "--formula", "YBa2Cu3O6Se0.5"]
    assert main(arguments) == 0
    return (
        tables.read(folder / "clustered.parquet", CLUSTERED).to_pydict(),
        tables.read(folder / "groups.parquet", GROUPS).to_pylist(),
        tables.read(folder / "doping.parquet", DOPING).to_pydict(),
    )


FAR = [f"YBa{2 - x / 50:.2f}Sr{x / 50:.2f}Cu3O6Se0.5" for x in range(1, 61)]


def test_groups_of_a_reference(tmp_path):
    rows, groups, doping = clustered(tmp_path, FAR)
    assert sum(rows["known"]) == 30  # of the same family only, as many as the settings allow
    assert rows["id"][30:] == [3 * i for i in range(60)]
    assert [group["scale"] for group in groups] == [2, 3]
    for group in groups:
        assert group["general_formula"] == "Ba2-xSrxYCu3Se0.5O6"
        assert group["reference"] == "ybco-se" and group["tc_median_k"] == pytest.approx(42)
        assert 0.02 < group["distance_low"] <= group["distance"] and group["reference_distance"] > 0.02
    assert sum(group["compounds"] for group in groups) == 60 > sum(group["members"] for group in groups)
    assert rows["group"][:30] == [None] * 30
    assert rows["group"][30:] == [0] * 30 + [1] * 30
    on_map = [x is not None for x in rows["x"]]
    assert all(on_map[:30]) and sum(on_map[30:]) == sum(group["members"] for group in groups)
    assert doping["group"] == [0] * groups[0]["members"] + [1] * groups[1]["members"]
    assert min(doping["x"]) == pytest.approx(0.02) and max(doping["x"]) > 1.1 and set(doping["tc_k"]) == {42.0}


def test_rows_that_fail_are_not_grouped(tmp_path):
    rows, _, _ = clustered(tmp_path, FAR[:20], [True] * 5 + [False] * 15)
    assert rows["id"][-5:] == [0, 3, 6, 9, 12]
    assert sum(not known for known in rows["known"]) == 5


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing(tmp_path, count):
    rows, groups, doping = clustered(tmp_path, FAR[:count])
    assert sum(not known for known in rows["known"]) == count
    assert groups == [] and doping["id"] == []


def test_same_seed_same_tables(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert clustered(tmp_path / "a", FAR) == clustered(tmp_path / "b", FAR)


def test_groups_of_a_family_have_no_reference_and_no_scale(tmp_path):
    _, groups, _ = clustered(tmp_path, FAR, source="cuprates")
    (group,) = groups
    assert (group["reference"], group["scale"], group["reference_distance"]) == (None, None, None)


def test_a_sample_without_a_scale_is_an_error(tmp_path, caplog):
    clustered(tmp_path, FAR[:6])
    drawn = {"id": [0], "amounts": np.zeros((1, 96), np.float32), "reference": ["x"], "scale": [2]}
    tables.write(tmp_path / "samples.parquet", CONDITIONED, drawn, {})
    arguments = ["--settings", json.dumps(SETTINGS), "--seed", "1", "--source", "ilvr-ybco-se"]
    for name in ("screened", "estimated", "compounds", "clustered", "groups", "doping", "samples"):
        arguments += [f"--{name}", str(tmp_path / f"{name}.parquet")]
    assert main(arguments) == 1
    assert "samples.parquet has no row with id 3" in caplog.text
