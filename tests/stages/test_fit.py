"""The stage `fit` on a tiny table, and its errors."""

import json

from estimation_data import FIT, common, write_compounds

from superdrift import tables
from superdrift.stages.fit import main


def run(folder, **changes):
    return main(
        [
            *common({**FIT, **changes}),
            *("--compounds", str(folder / "compounds.parquet")),
            *("--neighbours", str(folder / "models" / "neighbours.parquet")),
            *("--description", str(folder / "models" / "estimators.json")),
            *("--scores", str(folder / "models" / "scores.parquet")),
        ]
    )


def test_fit_writes_three_readable_files(tmp_path):
    write_compounds(tmp_path / "compounds.parquet")
    assert run(tmp_path) == 0
    scores = tables.read(tmp_path / "models" / "scores.parquet", tables.SCORES).to_pylist()
    found = {(row["model"], row["split"], row["metric"]) for row in scores if row["subset"] == "all"}
    metrics = ("tp", "fp", "r2", "mae", "rmse", "coverage")
    expected = {(model, split, m) for model in ("estimator", "knn") for split in ("random", "grouped") for m in metrics}
    assert expected <= found
    assert ("null", "grouped", "mae") in found
    training = tables.read(tmp_path / "models" / "neighbours.parquet", tables.NEIGHBOURS)
    assert 59 not in training["id"].to_pylist(), "flagged rows are not trained on"
    described = json.loads((tmp_path / "models" / "estimators.json").read_text())
    assert described["provenance"]["stage"] == "fit"
    assert described["applicability_radius"] > 0
    assert 0 <= described["splits"]["grouped"]["near_duplicates_across_folds"]["0.02"] <= 1


def test_same_seed_same_files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_compounds(tmp_path / name / "compounds.parquet")
        assert run(tmp_path / name) == 0
    read = [tables.read(tmp_path / n / "models" / "scores.parquet", tables.SCORES).to_pylist() for n in ("a", "b")]
    assert read[0] == read[1]


def test_no_negatives_stop_with_one_line(tmp_path, caplog):
    write_compounds(tmp_path / "compounds.parquet", negatives=0)
    assert run(tmp_path) == 1
    assert "no measured non-superconductor" in caplog.text
    assert "prepare.sources" in caplog.text
    assert not (tmp_path / "models" / "scores.parquet").exists()
