"""Tables 1 and 2: our figures, the published ones beside them, and what is not defined left empty."""

import csv

import pytest

from superdrift.report.numbers import Number, Numbers, count, share
from superdrift.superconductors.report.sections import _table2
from superdrift.superconductors.report.table1 import COLUMNS, PAPER, RUN, TRAINING, read_published, table1, write_csv
from superdrift.superconductors.report.table2 import table2


@pytest.fixture
def numbers():
    return Numbers([
        count("screen", "cuprates", "samples", 1000, 1000),
        share("screen", "cuprates", "valid_published", 123, 1000),
        count("screen", "cuprates", "valid_published_distinct", 120, 123),
        share("screen", "cuprates", "valid_published_training", 51, 100),
        Number("estimate", "cuprates", "tc_mean", 64.5, 100, "K"),
        Number("prepare", "cuprates", "tc_mean_training", 60.0, 100, "K"),
        Number("estimate", "cuprates", "sc_corrected", 0.5, 123, low=0.4, high=0.6),
        count("screen", "ilvr-a", "samples", 3000, 3000),
        share("screen", "ilvr-a", "basic_pass", 912, 3000),
    ])  # fmt: skip


def test_table1_has_three_rows_a_version(numbers):
    rows = table1(numbers, ["ilvr-a", "cuprates"])
    assert [(row["version"], row["rows"]) for row in rows] == [("cuprates", k) for k in (RUN, PAPER, TRAINING)]
    ours, paper, training = rows
    assert (ours["valid"], ours["valid_distinct"], ours["valid_percent"]) == (123, 120, pytest.approx(12.3))
    assert ours["sc_corrected_low_percent"] == pytest.approx(40)
    assert ours["novel_percent"] is None
    assert (paper["valid"], paper["sc_corrected_percent"], paper["tc_max_k"]) == (10971, 58.22, 110.5)
    assert "Yuan & Dordevic" in paper["origin"]
    assert (training["valid_percent"], training["tc_mean_k"]) == (pytest.approx(51), 60.0)


def test_published_figures_agree_with_each_other():
    # The paper's own arithmetic: share = valid / 500,000; the corrected share follows from the raw one.
    for row in read_published("table1.csv"):
        assert 100 * row["valid"] / row["samples"] == pytest.approx(row["valid_percent"], abs=0.06)
        corrected = (row["sc_raw_percent"] - 16.94) / (98.69 - 16.94) * 100
        assert corrected == pytest.approx(row["sc_corrected_percent"], abs=0.02)


def test_csv_leaves_undefined_cells_empty(numbers, tmp_path):
    write_csv(tmp_path / "table1.csv", COLUMNS, table1(numbers, ["cuprates"]))
    first = next(csv.DictReader((tmp_path / "table1.csv").open(encoding="utf-8")))
    assert first["novel_percent"] == "" and first["valid_percent"] == "12.3" and first["samples"] == "1000"


def test_table2_recognises_a_reference_by_its_composition(numbers, run_folder):
    references = {"ilvr-a": "Cu3Y1Ba1.4Sr0.6O6Se0.51", "inpaint-b": "La2CuO4"}
    rows = table2(numbers, references, clustered={}, families=None, estimated={})
    assert [(row["reference"], row["method"]) for row in rows] == [("a", "ilvr"), ("b", "inpaint")]
    assert rows[0]["published_families"] == "YBa1.4Sr0.6Cu3O6Se_xAs_y; YBa1.4Sr0.6Cu3O6Se_xBr_y"
    assert (rows[0]["published_tc_low_k"], rows[0]["published_tc_high_k"]) == (33, 55)
    assert (rows[0]["samples"], rows[0]["basic_pass"], rows[0]["group"]) == (3000, 912, None)
    assert rows[1]["published_families"] is None and rows[1]["samples"] is None


def test_table2_lists_groups_largest_first_with_their_tc(numbers, run_folder):
    source = "ilvr-ybco-se"
    rows = table2(
        numbers,
        {source: "YBa1.4Sr0.6Cu3O6Se0.51"},
        clustered={source: run_folder / f"cluster/{source}/clustered.parquet"},
        families=run_folder / "cluster/families.parquet",
        estimated={source: run_folder / f"estimate/{source}/estimated.parquet"},
    )
    members = [row["members"] for row in rows]
    assert len(rows) == 5 and members == sorted(members, reverse=True)
    assert all(0 < row["tc_low_k"] < row["tc_high_k"] for row in rows)
    assert [row["group"] for row in rows if row["new_family"]] == [4]


def test_the_page_has_the_methods_of_a_reference_together():
    rows = [
        {"reference": slug, "method": method, "group": group}
        for method in ("ilvr", "inpaint") for slug in ("a", "b") for group in range(3)
    ]  # fmt: skip
    shown = _table2(rows, groups=2).values["references"]
    assert [(of[0]["reference"], of[0]["method"]) for of in shown] == [
        ("a", "ilvr"), ("a", "inpaint"), ("b", "ilvr"), ("b", "inpaint"),
    ]  # fmt: skip
    assert all(len(of) == 2 for of in shown)
