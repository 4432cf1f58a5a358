"""The stage `fit` on a tiny table, and its errors."""

import json

import pytest
from estimation_data import FIT, common, write_compounds

from superdrift.io import tables
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.stages.fit import main
from superdrift.superconductors.tables import HELD_OUT, NEIGHBOURS
from superdrift.superconductors.tc.estimator import Estimator


def run(folder, **changes):
    return main(
        [
            *common({**FIT, **changes}),
            *("--compounds", str(folder / "compounds.parquet")),
            *("--neighbours", str(folder / "models" / "neighbours.parquet")),
            *("--description", str(folder / "models" / "estimators.json")),
            *("--scores", str(folder / "models" / "scores.parquet")),
            *("--held-out", str(folder / "models" / "held_out.parquet")),
        ]
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    write_compounds(folder / "compounds.parquet", negatives=12)
    assert run(folder) == 0
    return folder


def test_scores_are_of_every_method_split_and_metric(done):
    scores = tables.read(done / "models" / "scores.parquet", SCORES).to_pylist()
    found = {(row["model"], row["split"], row["metric"]) for row in scores if row["subset"] == "all"}
    splits, errors, rates = ("random", "systems", "grouped"), ("r2", "mae", "rmse"), ("tp", "fp", "top_precision")
    expected = {(model, split, m) for model in ("estimator", "knn") for split in splits for m in (*errors, *rates)}
    expected |= {("null", split, metric) for split in splits for metric in (*errors, "top_precision")}
    expected |= {("estimator", split, "coverage") for split in splits}
    assert found == expected
    assert {row["repeats"] for row in scores if row["subset"] == "all"} == {2}
    assert all(row["unit"] == ("K" if row["metric"] in ("mae", "rmse") else "1") for row in scores)


def test_flagged_rows_are_not_trained_on(done):
    training = tables.read(done / "models" / "neighbours.parquet", NEIGHBOURS)
    assert training["id"].to_pylist() == list(range(59))


def test_description_holds_the_estimators_and_how_they_came_about(done):
    described = json.loads((done / "models" / "estimators.json").read_text())
    assert described["provenance"]["stage"] == "fit"
    assert described["applicability_radius"] > 0
    assert set(described["splits"]) == {"random", "systems", "grouped"}
    assert 0 <= described["splits"]["grouped"]["near_duplicates_across_folds"]["0.02"] <= 1
    models = done / "models"
    estimator = Estimator.load(models / "neighbours.parquet", models / "estimators.json", threads=1)
    again = json.loads(json.dumps(estimator.describe()))
    assert described == again | {name: described[name] for name in ("splits", "provenance")}


def test_held_out_table_has_every_composition_in_every_split(done):
    data = tables.read(done / "models" / "held_out.parquet", HELD_OUT).to_pandas()
    for split in ("random", "systems", "grouped"):
        assert data[data["split"] == split]["id"].tolist() == list(range(59))
    assert len(data) == 3 * 59
    scores = tables.read(done / "models" / "scores.parquet", SCORES).to_pandas()
    n = scores[(scores["subset"] == "all") & (scores["metric"] == "mae")]["n"].unique()
    assert n.tolist() == [data[data["split"] == "random"]["superconducting"].sum()]
    assert (data["tc_low_k"] <= data["tc_k"]).all()
    assert (data["tc_k"] <= data["tc_high_k"]).all()
    assert data["measured_tc_k"].notna().equals(data["superconducting"])


def test_same_seed_same_files(done, tmp_path):
    write_compounds(tmp_path / "compounds.parquet", negatives=12)
    assert run(tmp_path) == 0
    for name, table in (("scores", SCORES), ("held_out", HELD_OUT), ("neighbours", NEIGHBOURS)):
        one, other = (tables.read(folder / "models" / f"{name}.parquet", table) for folder in (done, tmp_path))
        assert one.equals(other), name
    one, other = (json.loads((f / "models" / "estimators.json").read_text()) for f in (done, tmp_path))
    assert one | {"provenance": None} == other | {"provenance": None}


def test_no_negatives_stop_with_one_line(tmp_path, caplog):
    write_compounds(tmp_path / "compounds.parquet", negatives=0)
    assert run(tmp_path) == 1
    assert "no non-superconductor, measured or unlabelled," in caplog.text
    assert "prepare.sources" in caplog.text
    assert not (tmp_path / "models" / "scores.parquet").exists()
