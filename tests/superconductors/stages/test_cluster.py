"""Stage cluster."""

import json

import numpy as np
import pytest
from compounds_table import write_compounds

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.superconductors.stages.cluster import main
from superdrift.superconductors.tables import CLUSTERED, ESTIMATED, GROUPS, SCREENED

SETTINGS = {
    "generated": 40,
    "known": 30,
    "perplexity": 10.0,
    "min_cluster_size": 8,
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
    for name in ("screened", "estimated", "compounds", "clustered", "groups"):
        arguments += [f"--{name}", str(folder / f"{name}.parquet")]
    assert main(arguments) == 0
    return (
        tables.read(folder / "clustered.parquet", CLUSTERED).to_pydict(),
        tables.read(folder / "groups.parquet", GROUPS).to_pylist(),
    )


FAR = [f"YBa2Cu3O{6 + x / 100:.2f}Se{0.5 - x / 200:.3f}" for x in range(60)]


def test_a_new_family(tmp_path):
    rows, groups = clustered(tmp_path, FAR)
    assert sum(rows["known"]) == 30  # of the same family only, as many as the settings allow
    assert len(rows["id"]) == 70
    assert set(rows["id"][30:]) <= {3 * i for i in range(60)}
    assert all(group["new_family"] and group["known_members"] == 0 for group in groups)
    assert sum(group["members"] for group in groups) > 30
    assert groups[0]["tc_median_k"] == pytest.approx(42)
    assert groups[0]["reference"] == "ybco-se"
    assert groups[0]["general_formula"].startswith("Ba2YCu3Se")
    assert all(number is None for number, known in zip(rows["group"], rows["known"], strict=True) if known)


def test_rows_that_fail_are_not_on_the_map(tmp_path):
    rows, _ = clustered(tmp_path, FAR[:20], [True] * 5 + [False] * 15)
    assert rows["id"][-5:] == [0, 3, 6, 9, 12]
    assert sum(not known for known in rows["known"]) == 5


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing(tmp_path, count):
    rows, groups = clustered(tmp_path, FAR[:count])
    assert sum(not known for known in rows["known"]) == count
    assert groups == []


def test_same_seed_same_tables(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert clustered(tmp_path / "a", FAR) == clustered(tmp_path / "b", FAR)


def test_groups_of_a_family_have_no_reference(tmp_path):
    _, groups = clustered(tmp_path, FAR, source="cuprates")
    assert groups and {group["reference"] for group in groups} == {None}
