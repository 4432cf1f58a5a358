"""The stage `estimate`: one row per sample that passed, rounded as it was screened."""

import numpy as np
import pytest
from estimation_data import FIT, common, write_compounds, write_source

from superdrift import tables
from superdrift.stages.estimate import main
from superdrift.stages.fit import main as fit


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    known = write_compounds(folder / "compounds.parquet")
    files = {
        "neighbours": "neighbours.parquet",
        "description": "estimators.json",
        "scores": "scores.parquet",
        "held-out": "held_out.parquet",
    }
    arguments = [part for option, name in files.items() for part in (f"--{option}", str(folder / name))]
    assert fit([*common(FIT), "--compounds", str(folder / "compounds.parquet"), *arguments]) == 0
    return folder, known


def run(models, folder, noise_floor=0.0):
    files = {
        "screened": folder / "screened.parquet",
        "projected": folder / "projected.parquet",
        "neighbours": models[0] / "neighbours.parquet",
        "description": models[0] / "estimators.json",
        "estimated": folder / "estimated.parquet",
    }
    arguments = [part for option, path in files.items() for part in (f"--{option}", str(path))]
    return main([*common({"noise_floor": noise_floor}), *arguments])


def test_rows_are_those_that_passed(models, tmp_path, caplog):
    basic = write_source(tmp_path, models[1])
    assert run(models, tmp_path) == 0
    found = tables.read(tmp_path / "estimated.parquet", tables.ESTIMATED)
    assert found["id"].to_pylist() == np.flatnonzero(basic).tolist()
    rows = found.to_pylist()
    for name in ("superconducting_probability", "superconducting_probability_knn"):
        assert all(0 <= row[name] <= 1 for row in rows)
        assert len({row[name] for row in rows}) > 1
    assert all(10 <= row["tc_knn_k"] <= 90 for row in rows), "a mean of known compounds"
    assert all(0 <= row["tc_low_k"] <= row["tc_k"] <= row["tc_high_k"] for row in rows)
    assert all(row["formation_energy_ev"] is None for row in rows)
    assert caplog.text.count("no formation-energy model") == 1


def test_noise_below_the_floor_changes_nothing(models, tmp_path):
    for name, noise in (("clean", 0.0), ("noisy", 0.004)):
        (tmp_path / name).mkdir()
        write_source(tmp_path / name, models[1], noise=noise)
        assert run(models, tmp_path / name, noise_floor=0.08) == 0
    read = [tables.read(tmp_path / n / "estimated.parquet", tables.ESTIMATED) for n in ("clean", "noisy")]
    assert read[0].equals(read[1])


def test_nothing_passed_gives_an_empty_table(models, tmp_path):
    write_source(tmp_path, models[1], passes=False)
    assert run(models, tmp_path) == 0
    assert tables.read(tmp_path / "estimated.parquet", tables.ESTIMATED).num_rows == 0


def test_damaged_description_is_named(models, tmp_path, caplog):
    write_source(tmp_path, models[1])
    broken = tmp_path / "models"
    broken.mkdir()
    (broken / "neighbours.parquet").write_bytes((models[0] / "neighbours.parquet").read_bytes())
    (broken / "estimators.json").write_text("{")
    assert run((broken, models[1]), tmp_path) == 1
    assert "estimators.json cannot be read" in caplog.text
