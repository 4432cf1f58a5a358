"""Stages train_energy, gather_energy and phases, end to end on made-up energies."""

import csv
import json

import numpy as np
import pytest
import torch
from compounds_table import write_compounds
from killing import kill_when

from superdrift.composition.formula import format_formula
from superdrift.composition.vector import atomic_fractions, from_vector
from superdrift.energies.checkpoint import load_energy
from superdrift.energies.stages.gather_energy import main as gather_energy
from superdrift.energies.stages.train_energy import main as train_energy
from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.stages.phases import main as phases
from superdrift.superconductors.tables import PHASES

TRAINING = {"steps": 150, "batch_size": 32, "learning_rate": 5e-3, "warmup": 10, "weight_decay": 0.0, "clip": 1.0,
            "validate_every": 50}  # fmt: skip
SETTINGS = {
    "network": "attention",
    "arguments": {"width": 32, "depth": 1, "heads": 2, "most_elements": 4},
    "training": TRAINING,
    "min_rows": 10,
    "device": "cpu",
    "threads": 1,
}
ELEMNET = {"network": "elemnet", "arguments": {"widths": [32, 32], "dropout": 0.0}}


def write_energies(path, n, seed):
    """Oxides and chlorides of a few metals; the energy follows the share of the anion."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["formula", "target"])
        for _ in range(n):
            amounts = np.zeros(96, dtype=np.float32)
            amounts[rng.choice([10, 28, 37, 55], rng.integers(1, 3), replace=False)] = rng.integers(1, 5)
            amounts[rng.choice([7, 16])] = rng.integers(1, 5)
            share = amounts[[7, 16]].sum() / amounts.sum()
            writer.writerow([format_formula(from_vector(amounts)), -6 * share * (1 - share) + rng.normal(0, 0.02)])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for seed, (name, n) in enumerate((("train", 300), ("val", 80), ("test", 80))):
        write_energies(folder / f"{name}.csv", n, seed)
    return folder


def training_arguments(data, folder, member=0, **changes):
    """Arguments of train_energy."""
    folder.mkdir(exist_ok=True)
    return [
        "--settings", json.dumps(SETTINGS | changes), "--seed", "7", "--log", str(folder / "train.log"),
        "--train", str(data / "train.csv"), "--validation", str(data / "val.csv"), "--member", str(member),
        "--weights", str(folder / f"{member}.safetensors"), "--description", str(folder / f"{member}.json"),
        "--history", str(folder / f"{member}-history.parquet"),
    ]  # fmt: skip


def trained(data, folder, member=0, **changes):
    return train_energy(training_arguments(data, folder, member, **changes))


def gathered(data, folder, members):
    return gather_energy([
        "--settings", '{"threads": 1}', "--seed", "7", "--log", str(folder / "gather.log"),
        "--member-weights", *(str(folder / f"{m}.safetensors") for m in members),
        "--member-descriptions", *(str(folder / f"{m}.json") for m in members),
        "--train", str(data / "train.csv"), "--validation", str(data / "val.csv"), "--test", str(data / "test.csv"),
        "--weights", str(folder / "model.safetensors"), "--description", str(folder / "model.json"),
        "--scores", str(folder / "scores.parquet"),
    ])  # fmt: skip


@pytest.fixture(scope="module")
def ensemble(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("energy") / "attention"
    assert trained(data, folder, 0) == trained(data, folder, 1) == 0
    assert gathered(data, folder, (0, 1)) == 0
    return folder


def known_compounds(folder):
    return write_compounds(folder / "compounds.parquet", ["SrCuO2", "Sr2Cu2O4", "BaO", "La2CuO4", "NaCl"])


def competitors(data, model, out, *, origins=("train", "val")):
    out.mkdir(exist_ok=True)
    return phases([
        "--settings", '{"threads": 1}', "--seed", "7", "--log", str(out / "phases.log"),
        "--compounds", str(known_compounds(out)),
        "--weights", str(model / "model.safetensors"), "--description", str(model / "model.json"),
        "--energies", *(str(data / f"{name}.csv") for name in origins), "--origins", *origins,
        "--phases", str(out / "phases.parquet"),
    ])  # fmt: skip


def test_training_killed_in_the_middle_ends_with_the_same_weights(data, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    longer = {"training": TRAINING | {"steps": 600}}
    assert trained(data, straight, **longer) == 0
    state = killed / ".resume" / "0.safetensors"
    kill_when("energies.stages.train_energy", training_arguments(data, killed, **longer), state.exists)
    assert not (killed / "0.safetensors").exists()
    assert trained(data, killed, **longer) == 0
    assert (killed / "0.safetensors").read_bytes() == (straight / "0.safetensors").read_bytes()
    one, other = (tables.read(folder / "0-history.parquet", HISTORY) for folder in (straight, killed))
    assert one.drop_columns("seconds").equals(other.drop_columns("seconds"))
    assert not state.parent.exists()


def test_training_writes_a_member_and_its_history(ensemble):
    history = tables.read(ensemble / "1-history.parquet", HISTORY)
    assert history["step"].to_pylist() == [50, 100, 150]
    record = json.loads((ensemble / "1.json").read_text())
    assert record["provenance"]["stage"] == "train_energy"
    assert record["validation_mae_ev"] < 0.5
    assert record["settings"] == SETTINGS
    assert (ensemble / "0.safetensors").read_bytes() != (ensemble / "1.safetensors").read_bytes()


def test_the_ensemble_has_scores_better_than_the_null(ensemble):
    rows = tables.read(ensemble / "scores.parquet", SCORES).to_pylist()
    value = {(row["model"], row["metric"]): row["value"] for row in rows if row["subset"] == "all"}
    assert value["formation-energy", "mae"] < 0.5 * value["null", "mae"]
    assert {"hull_mae", "hull_auc", "coverage_68", "coverage_90", "r2"} <= {metric for _, metric in value}
    assert {row["split"] for row in rows} == {"test"}
    record = json.loads((ensemble / "model.json").read_text())
    assert record["members"] == 2
    assert record["scores"] == rows
    assert record["provenance"]["stage"] == "gather_energy"


def test_training_again_gives_the_same_files(data, ensemble, tmp_path):
    for member in (0, 1):
        assert trained(data, tmp_path / "again", member) == 0
    assert gathered(data, tmp_path / "again", (0, 1)) == 0
    for name in ("0.safetensors", "model.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (ensemble / name).read_bytes()
    read = [tables.read(path / "scores.parquet", SCORES) for path in (ensemble, tmp_path / "again")]
    assert read[0].equals(read[1])


def test_elemnet_goes_the_same_way(data, tmp_path):
    assert trained(data, tmp_path / "elemnet", **ELEMNET) == 0
    assert gathered(data, tmp_path / "elemnet", (0,)) == 0
    rows = tables.read(tmp_path / "elemnet/scores.parquet", SCORES).to_pylist()
    assert {row["model"] for row in rows} == {"elemnet", "null"}


def test_phases_are_distinct_supported_and_predicted_alike(data, ensemble, tmp_path):
    assert competitors(data, ensemble, tmp_path / "a") == 0
    table = tables.read(tmp_path / "a/phases.parquet", PHASES)
    amounts, origin = tables.matrix(table["amounts"]), table["origin"].to_pylist()
    assert len(np.unique(np.round(atomic_fractions(amounts), 6), axis=0)) == len(amounts)
    assert origin.count("test") == 3, "SrCuO2 once, BaO, NaCl; lanthanum is not supported"
    assert set(origin) == {"test", "train", "val"}
    assert not amounts[:, 56].any()
    assert table["known"].to_pylist() == [name == "test" for name in origin]
    model, _ = load_energy(ensemble / "model.safetensors", ensemble / "model.json", device=torch.device("cpu"))
    np.testing.assert_allclose(table["formation_energy_ev"].to_numpy(), model.predict(amounts)[0], atol=0.02)


def test_the_known_compounds_of_a_run_are_enough(data, ensemble, tmp_path):
    assert competitors(data, ensemble, tmp_path / "b", origins=()) == 0
    assert tables.read(tmp_path / "b/phases.parquet", PHASES).num_rows == 3


def test_no_model_is_one_clear_error(data, tmp_path):
    assert competitors(data, tmp_path, tmp_path / "c") == 1
    text = (tmp_path / "c/phases.log").read_text()
    assert "model.json does not exist" in text
    assert "check out data/energy again" in text
    assert not (tmp_path / "c/phases.parquet").exists()


def test_a_bad_row_stops_the_training_with_its_line(tmp_path):
    (tmp_path / "train.csv").write_text("formula,target\nNaCl,-2\nNaClx,-2\n")
    (tmp_path / "val.csv").write_text("formula,target\nNaCl,-2\n")
    assert trained(tmp_path, tmp_path / "out") == 1
    assert "train.csv, line 3: malformed formula 'NaClx'" in (tmp_path / "out/train.log").read_text()
    assert not (tmp_path / "out/0.safetensors").exists()
