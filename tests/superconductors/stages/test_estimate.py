"""The stage `estimate`: one row per sample that passed, with the amounts that were judged."""

import numpy as np
import pytest
import torch
from estimation_data import FIT, common, write_compounds, write_source

from superdrift.energies.attention_network import AttentionNetwork
from superdrift.energies.checkpoint import save_energy
from superdrift.energies.ensemble import EnergyModel
from superdrift.io import tables
from superdrift.superconductors.stages.estimate import main
from superdrift.superconductors.stages.fit import main as fit
from superdrift.superconductors.tables import ESTIMATED, PHASES, SCREENED


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
    write_energies(folder)
    return folder, known


def write_energies(folder):
    """An untrained model of formation energies that knows no promethium, and one competitor."""
    torch.manual_seed(0)
    network = AttentionNetwork(width=8, depth=1, heads=2, most_elements=4)
    supported = np.arange(96) != 60
    model = EnergyModel("attention", [network.eval()], -1.0, 0.5, supported)
    save_energy(model, folder / "energy.safetensors", folder / "energy.json", {})
    barium_arsenide = np.zeros((1, 96), dtype=np.float32)
    barium_arsenide[0, [32, 55]] = 1.0
    columns = {"amounts": barium_arsenide, "formation_energy_ev": [-2.8], "origin": ["test"], "known": [True]}
    tables.write(folder / "phases.parquet", PHASES, columns, {})


def run(models, folder):
    files = {
        "screened": folder / "screened.parquet",
        "neighbours": models[0] / "neighbours.parquet",
        "description": models[0] / "estimators.json",
        "energy-weights": models[0] / "energy.safetensors",
        "energy-description": models[0] / "energy.json",
        "phases": models[0] / "phases.parquet",
        "estimated": folder / "estimated.parquet",
    }
    arguments = [part for option, path in files.items() for part in (f"--{option}", str(path))]
    return main([*common({"threads": 1, "energy_threads": 1}), *arguments])


def test_rows_are_those_that_passed(models, tmp_path):
    basic = write_source(tmp_path, models[1])
    assert run(models, tmp_path) == 0
    found = tables.read(tmp_path / "estimated.parquet", ESTIMATED)
    assert found["id"].to_pylist() == np.flatnonzero(basic).tolist()
    rows = found.to_pylist()
    for name in ("superconducting_probability", "superconducting_probability_knn"):
        assert all(0 <= row[name] <= 1 for row in rows)
        assert len({row[name] for row in rows}) > 1
    assert all(10 <= row["tc_knn_k"] <= 90 for row in rows), "a mean of known compounds"
    assert all(0 <= row["tc_low_k"] <= row["tc_k"] <= row["tc_high_k"] for row in rows)


def test_energies_are_those_of_new_valid_compounds(models, tmp_path):
    """Of rows that passed: novel, valid by either rule or made of metals, no repetition, elements supported."""
    basic = write_source(tmp_path, models[1])
    path = tmp_path / "screened.parquet"
    columns = tables.read(path, SCREENED).to_pydict()
    rows = np.arange(len(basic))
    novel, duplicate = rows % 3 != 0, rows % 7 == 1
    metallic, published, charge = rows % 5 == 1, rows % 5 == 2, rows % 5 == 4
    columns |= {"novel": novel, "duplicate": duplicate, "metallic": metallic, "valid_published": published}
    columns["charge_valid"] = [None if row % 5 == 1 else bool(charge[row]) for row in rows]
    tables.write(path, SCREENED, columns, {})
    assert run(models, tmp_path) == 0
    expected = basic & novel & ~duplicate & (metallic | published | charge)
    judged = np.array(columns["amounts"])
    assert expected[judged[:, 60] > 0].any()
    expected &= judged[:, 60] == 0
    found = tables.read(tmp_path / "estimated.parquet", ESTIMATED)
    ids = found["id"].to_numpy()
    for name in ("formation_energy_ev", "formation_energy_sd_ev", "hull_distance_ev", "hull_competitors"):
        assert ids[found[name].is_valid().to_numpy()].tolist() == np.flatnonzero(expected).tolist(), name
    assert 3 < expected.sum() < len(ids)
    energies = found["formation_energy_ev"].drop_null().to_numpy()
    assert len(set(energies)) > 3
    assert (found["formation_energy_sd_ev"].drop_null().to_numpy() > 0).all()
    above = found["hull_distance_ev"].drop_null().to_numpy() - energies
    held = judged[expected][:, [32, 55]].min(axis=1) > 0
    assert (above[held] > 0.1).all(), "barium arsenide lowers the hull"
    np.testing.assert_array_equal(above[~held], 0)
    np.testing.assert_array_equal(found["hull_competitors"].drop_null().to_numpy() > 0, held)
    assert 0 < held.sum() < len(held)


def test_what_is_estimated_is_what_was_judged(models, tmp_path):
    write_source(tmp_path, models[1])
    path = tmp_path / "screened.parquet"
    assert run(models, tmp_path) == 0
    before = tables.read(tmp_path / "estimated.parquet", ESTIMATED)
    columns = tables.read(path, SCREENED).to_pydict()
    tables.write(path, SCREENED, columns | {"formula": ["H2O"] * len(columns["id"])}, {})
    assert run(models, tmp_path) == 0
    assert tables.read(tmp_path / "estimated.parquet", ESTIMATED)["tc_k"].equals(before["tc_k"])
    tables.write(path, SCREENED, columns | {"amounts": np.array(columns["amounts"])[::-1]}, {})
    assert run(models, tmp_path) == 0
    assert not tables.read(tmp_path / "estimated.parquet", ESTIMATED)["tc_k"].equals(before["tc_k"])


def test_nothing_passed_gives_an_empty_table(models, tmp_path):
    write_source(tmp_path, models[1], passes=False)
    assert run(models, tmp_path) == 0
    assert tables.read(tmp_path / "estimated.parquet", ESTIMATED).num_rows == 0


def test_damaged_description_is_named(models, tmp_path, caplog):
    write_source(tmp_path, models[1])
    broken = tmp_path / "models"
    broken.mkdir()
    (broken / "neighbours.parquet").write_bytes((models[0] / "neighbours.parquet").read_bytes())
    (broken / "estimators.json").write_text("{")
    write_energies(broken)
    assert run((broken, models[1]), tmp_path) == 1
    assert "estimators.json cannot be read" in caplog.text
