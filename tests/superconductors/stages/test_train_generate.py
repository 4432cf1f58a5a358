"""Stages train, generate, condition and inpaint as commands: files, errors, and kill -9 in the middle."""

import json
import resource

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from killing import kill_when

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.superconductors.new_families.tables import CONTROLS
from superdrift.superconductors.stages.condition import main as condition
from superdrift.superconductors.stages.control import main as control
from superdrift.superconductors.stages.generate import main as generate
from superdrift.superconductors.stages.inpaint import main as inpaint
from superdrift.superconductors.stages.train import main as train
from superdrift.superconductors.tables import COMPOUNDS, CONDITIONED, INPAINTED, SAMPLES

TRAINING = {
    "optimiser": "adamw", "steps": 30, "batch_size": 32, "learning_rate": 3e-3, "warmup": 5, "decay": "cosine",
    "weight_decay": 0.01, "clip": 1.0, "ema": 0.9, "merge_repeats": True, "validation": "groups", "validate_every": 10,
    "validation_draws": 64, "threads": 1,
}  # fmt: skip
UNMASK = {
    "kind": "unmask", "temperature": 1.0, "min_p": 0.02, "element_temperature": 1.0, "element_min_p": 0.01,
    "plausible": True, "guidance": 1.0,
}  # fmt: skip
MODELS = {
    "masked": {
        "process": "masked",
        "denoiser": {"kind": "slot_transformer", "width": 32, "depth": 1, "heads": 2, "dropout": 0.1},
        "training": TRAINING,
        "sampler": UNMASK,
        "condition_forgotten": 0.1,
        "noise_floor": 0.0,
    },
    "continuous": {
        "process": "gaussian",
        "denoiser": {"kind": "mlp", "width": 32, "depth": 1},
        "training": TRAINING,
        "sampler": {"kind": "ancestral", "steps": 50},
        "condition_forgotten": None,
        "noise_floor": 0.08,
    },
}


@pytest.fixture(scope="module")
def compounds(tmp_path_factory):
    """La2−xSrxCuO4, every fifth held out."""
    n = 60
    amounts, x = np.zeros((n, 96), dtype=np.float32), np.round(np.arange(n) / 100, 2)
    amounts[:, 56], amounts[:, 37], amounts[:, 28], amounts[:, 7] = np.round(2 - x, 2), x, 1, 4
    path = tmp_path_factory.mktemp("data") / "compounds.parquet"
    columns = {
        "id": np.arange(n), "formula": ["?"] * n, "reduced_formula": ["?"] * n, "family": ["cuprates"] * n,
        "superconducting": [True] * n, "tc_k": [30.0] * n, "tc_consensus_k": [30.0] * n, "amounts": amounts,
        "split": ["train" if i % 5 else "validation" for i in range(n)], "group": np.arange(n), "flags": [[]] * n,
        "year": [None] * n, "reference": [None] * n, "origin": ["test"] * n, "row": np.arange(n),
    }  # fmt: skip
    tables.write(path, COMPOUNDS, columns, {})
    return path


def train_arguments(compounds, folder, model="masked", steps=30, **changed):
    block = {**MODELS[model], "training": {**TRAINING, "steps": steps}}
    settings = {"model": block, "device": "cpu", "exclude_flags": [], **changed}
    return [
        "--settings", json.dumps(settings), "--seed", "1", "--compounds", str(compounds), "--family", "cuprates",
        "--weights", f"{folder}/model.safetensors", "--description", f"{folder}/model.json",
        "--history", f"{folder}/history.parquet",
    ]  # fmt: skip


def model_arguments(folder):
    return ["--seed", "1", "--weights", f"{folder}/model.safetensors", "--description", f"{folder}/model.json"]


def generate_arguments(folder, samples, n=50, batch_size=20, **changed):
    sampler = MODELS["masked"]["sampler"]
    settings = {
        "sampler": sampler, "samples": n, "batch_size": batch_size, "allowed_elements": [], "forbidden_elements": [],
        "device": "cpu", "compiled": False, "threads": 1, "request": None, **changed,
    }  # fmt: skip
    paths = ["--family", "cuprates", "--samples", str(samples)]
    return ["--settings", json.dumps(settings), *model_arguments(folder), *paths]


def around(compounds, samples):
    return [
        "--compounds", str(compounds), "--family", "cuprates", "--reference", "lsco", "--formula", "La1.85Sr0.15CuO4",
        "--samples", str(samples),
    ]  # fmt: skip


def inpaint_arguments(folder, compounds, samples, **changed):
    settings = {
        "redraw": "elements", "depths": [0.25, 0.5], "keep": ["Cu"], "added": 1, "new_element": False,
        "distinct": True, "tolerance": {"cations": 0.0, "anions": 0.0}, "sampler": MODELS["masked"]["sampler"],
        "allowed_elements": [], "forbidden_elements": [], "samples": 5, "batch_size": 3, "device": "cpu", "threads": 1,
        **changed,
    }  # fmt: skip
    return ["--settings", json.dumps(settings), *model_arguments(folder), *around(compounds, samples)]


def condition_arguments(folder, compounds, samples, **changed):
    settings = {
        "samples": 5, "scales": [2, 4], "batch_size": 3, "shared_noise": True, "device": "cpu", "threads": 1,
        "low_pass": "cubic", "element_order": "atomic_number", "free_share": 0.0, **changed,
    }  # fmt: skip
    reference = around(compounds, samples)
    return ["--settings", json.dumps(settings), *model_arguments(folder), *reference]


@pytest.fixture(scope="module")
def masked(compounds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("masked")
    assert train(train_arguments(compounds, folder)) == 0
    return folder


@pytest.fixture(scope="module")
def continuous(compounds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("continuous")
    assert train(train_arguments(compounds, folder, "continuous")) == 0
    return folder


def amounts_of(path):
    return tables.matrix(pq.read_table(path)["amounts"])


def test_training_writes_model_description_and_history(masked):
    assert sorted(path.name for path in masked.iterdir()) == [
        "history.parquet", "model.json", "model.safetensors",
    ]  # fmt: skip
    history = tables.read(masked / "history.parquet", HISTORY)
    assert history["step"].to_pylist() == [10, 20, 30]
    description = json.loads((masked / "model.json").read_text())
    assert description["denoiser"]["width"] == 32 and description["provenance"]["stage"] == "train"
    assert description["outcome"]["validation_loss"] == min(history["validation_loss"].to_pylist())


def test_samples_come_in_batches_with_running_ids(masked, tmp_path):
    assert generate(generate_arguments(masked, tmp_path / "samples.parquet")) == 0
    table = tables.read(tmp_path / "samples.parquet", SAMPLES)
    assert table["id"].to_pylist() == list(range(50))
    assert pq.ParquetFile(tmp_path / "samples.parquet").num_row_groups == 3
    assert tables.read_metadata(tmp_path / "samples.parquet")["stage"] == "generate"
    assert [path.name for path in tmp_path.iterdir()] == ["samples.parquet"]


def test_a_model_starts_from_the_weights_of_its_base(compounds, masked, tmp_path, capsys):
    arguments = train_arguments(compounds, tmp_path, steps=10)
    assert train([*arguments, "--base", f"{masked}/model.safetensors"]) == 0
    fresh = tables.read(masked / "history.parquet", HISTORY)["validation_loss"].to_pylist()
    assert tables.read(tmp_path / "history.parquet", HISTORY)["validation_loss"][0].as_py() < fresh[0] - 3
    assert train([*arguments, "--base", f"{tmp_path}/absent.safetensors"]) == 1
    assert "absent.safetensors does not exist; run snakemake to train the base model" in capsys.readouterr().err
    other = train_arguments(compounds, tmp_path / "other", "continuous")
    assert train([*other, "--base", f"{masked}/model.safetensors"]) == 1
    assert "cannot be the base of this model" in capsys.readouterr().err


def test_a_request_is_held_and_told_in_the_table(masked, tmp_path, capsys):
    path, asked = tmp_path / "samples.parquet", "cuprates, with Sr, 4 elements, CuO4 fixed"
    assert generate([*generate_arguments(masked, path, request=asked), "--source", "request-lsco"]) == 0
    amounts = amounts_of(path)
    assert ((amounts > 0).sum(axis=1) == 4).all() and (amounts[:, 37] > 0).all()
    assert (amounts[:, 28] == 1).all() and (amounts[:, 7] == 4).all()
    assert tables.read_metadata(path)["settings"]["request"] == asked
    assert generate([*generate_arguments(masked, path, request=asked), "--source", "request-other"]) == 0
    assert not np.array_equal(amounts_of(path), amounts)  # each source has its own random streams
    assert generate(generate_arguments(masked, path, request="cuprates, with Cx")) == 1
    assert "the request: 'with Cx': 'Cx' is no element" in capsys.readouterr().err


def test_elements_left_out_are_never_drawn(masked, tmp_path, capsys):
    path = tmp_path / "samples.parquet"
    assert generate(generate_arguments(masked, path, forbidden_elements=["Sr"])) == 0
    drawn = (amounts_of(path) > 0).any(axis=0)
    assert not drawn[37] and drawn[[56, 28, 7]].all()
    assert generate(generate_arguments(masked, path, allowed_elements=["La", "Cu", "O", "Ba"])) == 0
    assert set(np.flatnonzero((amounts_of(path) > 0).any(axis=0))) <= {56, 28, 7, 55}
    assert generate(generate_arguments(masked, path, allowed_elements=["La", "O"])) == 1
    assert (
        "samples of 1 to 2 elements are asked for, and no compound that the generator was trained on"
        in capsys.readouterr().err
    )
    assert generate(generate_arguments(masked, path, allowed_elements=["Lx"])) == 1
    assert "generate.allowed_elements: ['Lx'] are no elements from H to Cm" in capsys.readouterr().err


def test_shards_draw_the_same_rows(masked, tmp_path):
    assert generate(generate_arguments(masked, tmp_path / "whole.parquet")) == 0
    for shard in (["--shard", "1/2"], ["--shard", "0/2"], []):
        assert generate([*generate_arguments(masked, tmp_path / "sharded.parquet"), *shard]) == 0
    assert (amounts_of(tmp_path / "whole.parquet") == amounts_of(tmp_path / "sharded.parquet")).all()


def test_conditioned_samples_carry_reference_and_scale(continuous, compounds, tmp_path):
    for name in ("one", "two"):
        assert condition(condition_arguments(continuous, compounds, tmp_path / f"{name}.parquet")) == 0
    table = tables.read(tmp_path / "one.parquet", CONDITIONED)
    assert table["id"].to_pylist() == list(range(10))
    assert table["scale"].to_pylist() == [2] * 5 + [4] * 5
    assert set(table["reference"].to_pylist()) == {"lsco"}
    amounts = tables.matrix(table["amounts"])
    assert len(np.unique(amounts, axis=0)) == 10
    assert (amounts == amounts_of(tmp_path / "two.parquet")).all()


def test_other_low_passes_draw_other_samples(continuous, compounds, tmp_path):
    variants = ({}, {"low_pass": "projector"}, {"element_order": "pettifor"}, {"free_share": 0.2})
    for number, changed in enumerate(variants):
        assert condition(condition_arguments(continuous, compounds, tmp_path / f"{number}.parquet", **changed)) == 0
    drawn = [amounts_of(tmp_path / f"{number}.parquet") for number in range(len(variants))]
    assert not any(np.array_equal(drawn[0], other) for other in drawn[1:])


def test_controls_are_drawn_as_the_samples_are(continuous, tmp_path):
    settings = {
        "controls": 6, "scales": [2, 4], "batch_size": 3, "shared_noise": True, "device": "cpu", "threads": 1,
        "low_pass": "cubic", "element_order": "pettifor", "free_share": 0.1, "noise_floor": 0.08,
    }  # fmt: skip
    for name in ("one", "two"):
        assert control([
            "--settings", json.dumps(settings), *model_arguments(continuous), "--reference", "lsco",
            "--formula", "La1.85Sr0.15CuO4", "--controls", str(tmp_path / f"{name}.parquet"),
        ]) == 0  # fmt: skip
    table = tables.read(tmp_path / "one.parquet", CONTROLS)
    assert tables.read(tmp_path / "two.parquet", CONTROLS).equals(table)
    assert table["scale"].to_pylist() == [2] * 5 + [4] * 5
    assert table["control"].to_pylist() == [*["permuted order"] * 4, "untrained"] * 2
    assert table["samples"].to_pylist() == [2, 2, 1, 1, 6] * 2
    assert sum(table["replacements"].to_pylist()) > 2
    for row in table.to_pylist():
        assert row["neighbour_replacements"] <= row["replacements"] <= row["samples"]


def test_inpainted_samples_keep_what_they_say(masked, compounds, tmp_path, capsys, caplog):
    for name in ("one", "two"):
        assert inpaint(inpaint_arguments(masked, compounds, tmp_path / f"{name}.parquet")) == 0
    assert "La1.85Sr0.15CuO4 is itself a known superconductor of cuprates" in caplog.text
    table = tables.read(tmp_path / "one.parquet", INPAINTED)
    assert table["id"].to_pylist() == list(range(10)) and set(table["reference"].to_pylist()) == {"lsco"}
    assert table["depth"].to_pylist() == pytest.approx([0.25] * 5 + [0.5] * 5)
    amounts, own = tables.matrix(table["amounts"]), {"La": 1.85, "Sr": 0.15, "Cu": 1.0, "O": 4.0}
    for row, stays in zip(amounts, table["stays"].to_pylist(), strict=True):
        assert "Cu" in stays.split() and len(stays.split()) in (2, 3)
        assert all(row[ATOMIC_NUMBER[symbol] - 1] == pytest.approx(own[symbol]) for symbol in stays.split())
    assert tables.read(tmp_path / "two.parquet", INPAINTED).equals(table)


def test_an_element_that_was_never_trained_on_is_warned_of(masked, compounds, tmp_path, caplog):
    arguments = inpaint_arguments(masked, compounds, tmp_path / "s.parquet", redraw="tokens", depths=[0.25], keep=[])
    arguments[arguments.index("La1.85Sr0.15CuO4")] = "La1.85Hg0.15CuO4"
    assert inpaint(arguments) == 0
    assert "La1.85Hg0.15CuO4: none of the 60 superconductors of cuprates has Hg" in caplog.text


def test_inpainting_a_gaussian_model_is_told(continuous, compounds, tmp_path, capsys):
    assert inpaint(inpaint_arguments(continuous, compounds, tmp_path / "s.parquet")) == 1
    assert "a gaussian model draws all elements at once and cannot keep some" in capsys.readouterr().err


def test_conditioning_a_masked_model_is_told(masked, compounds, tmp_path, capsys):
    assert condition(condition_arguments(masked, compounds, tmp_path / "samples.parquet")) == 1
    assert "condition.model is a masked model" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_absent_cuda_is_told_with_the_key_and_the_remedy(compounds, masked, tmp_path, capsys):
    assert train(train_arguments(compounds, tmp_path, device="cuda")) == 1
    assert "train.device = cuda" in capsys.readouterr().err
    assert generate(generate_arguments(masked, tmp_path / "s.parquet", device="cuda")) == 1
    assert "generate.device = cuda" in capsys.readouterr().err
    assert condition(condition_arguments(masked, compounds, tmp_path / "s.parquet", device="cuda")) == 1
    assert "set condition.device to cpu" in capsys.readouterr().err


def test_a_full_disk_is_told_and_leaves_no_file(compounds, tmp_path, capsys):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # no file may grow larger: stands for a full disk
    try:
        assert train(train_arguments(compounds, tmp_path)) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "Free some space" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_training_killed_in_the_middle_ends_with_the_same_weights(compounds, tmp_path):
    steps = 150
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert train(train_arguments(compounds, straight, steps=steps)) == 0
    state = killed / ".resume" / "model.safetensors"
    kill_when("superconductors.stages.train", train_arguments(compounds, killed, steps=steps), state.exists)
    assert state.exists() and not (killed / "model.safetensors").exists()
    assert train(train_arguments(compounds, killed, steps=steps)) == 0
    assert (killed / "model.safetensors").read_bytes() == (straight / "model.safetensors").read_bytes()
    timeless = [
        tables.read(folder / "history.parquet", HISTORY).drop_columns("seconds") for folder in (straight, killed)
    ]
    assert timeless[0].equals(timeless[1])
    assert not state.parent.exists()


def test_sampling_killed_in_the_middle_ends_with_the_same_rows(masked, tmp_path):
    size = {"n": 600, "batch_size": 20}
    assert generate(generate_arguments(masked, tmp_path / "straight.parquet", **size)) == 0
    arguments = generate_arguments(masked, tmp_path / "killed.parquet", **size)
    third = tmp_path / ".killed.parts" / "000002.parquet"
    kill_when("superconductors.stages.generate", arguments, third.exists)
    assert not (tmp_path / "killed.parquet").exists()
    assert generate(arguments) == 0
    assert not third.parent.exists()
    assert tables.read(tmp_path / "killed.parquet", SAMPLES).equals(tables.read(tmp_path / "straight.parquet", SAMPLES))
