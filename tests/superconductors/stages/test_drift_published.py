"""Stages train_latent and drift_published, end to end on a made-up family of compounds."""

import json

import numpy as np
import pytest
from compounds_table import write_compounds
from killing import kill_when

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import from_vector, to_vector
from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.superconductors.stages.drift_published import main as drift
from superdrift.superconductors.stages.train_latent import main as train_latent
from superdrift.superconductors.tables import COMPOUNDS, DRIFTED, TRAJECTORIES

NETWORK = {"width": 32, "depth": 1, "steps": 250, "batch_size": 32, "learning_rate": 5e-3, "warmup": 10,
           "weight_decay": 0.0, "validate_every": 50}  # fmt: skip
TRAINING = {
    "vae": {**NETWORK, "latent": 4, "beta": 0.01, "integers": 20},
    "denoiser": {**NETWORK, "times": 100, "noise_level": 0.1, "denoising_steps": 2, "steps": 100},
    "predictor": {**NETWORK, "network": "convolutional", "dropout": 0.0, "scale_k": 10.0},
    "exclude_flags": ["misprint_suspect"],
    "device": "cpu",
    "threads": 1,
}
DRIFT = {"trajectories": 3, "steps": 6, "directions": 8, "radius": 0.5, "learning_rate": 0.1, "start_from": "mean",
         "denoise": "both", "gradient": "zeroth", "walk_step": None, "start_tolerance": 0.05,
         "device": "cpu", "threads": 1}  # fmt: skip


def compounds(path):
    """Doping series, a negative, a row off the grid and a flagged one; every tenth row held out."""
    series = [f"La{2 - x / 100:.2f}Sr{x / 100:.2f}CuO4" for x in range(2, 32)]
    series += [f"YBa2Cu3O{6 + x / 100:.2f}" for x in range(30, 100, 3)]
    formulas = [*series, "La1.8775Sr0.1225CuO4", "NaCl", "Nb3Sn"]
    write_compounds(path, formulas, superconducting=[f != "NaCl" for f in formulas])
    table = tables.read(path, COMPOUNDS).to_pandas()
    table["tc_k"] = [None if f == "NaCl" else 90.0 if f.startswith("Y") else 30.0 for f in formulas]
    table["split"] = ["validation" if i % 10 == 3 else "train" for i in range(len(table))]
    table["flags"] = [["misprint_suspect"] if f == "Nb3Sn" else [] for f in formulas]
    columns = {name: table[name].tolist() for name in table if name != "amounts"}
    tables.write(path, COMPOUNDS, {**columns, "amounts": np.stack(table["amounts"])}, {})
    return path


def training_arguments(folder, **changes):
    """Arguments of train_latent; the compounds are written."""
    folder.mkdir(exist_ok=True)
    return [
        "--settings", json.dumps(TRAINING | changes), "--seed", "7",
        "--compounds", str(compounds(folder / "compounds.parquet")),
        "--weights", str(folder / "model.safetensors"), "--description", str(folder / "model.json"),
        "--vae-history", str(folder / "vae-history.parquet"),
        "--denoiser-history", str(folder / "denoiser-history.parquet"),
        "--predictor-history", str(folder / "predictor-history.parquet"),
        "--log", str(folder / "train.log"),
    ]  # fmt: skip


def trained(folder, **changes):
    return train_latent(training_arguments(folder, **changes)), folder


def drifted(folder, out, *, formula="La1.85Sr0.15CuO4", seed=7, **changes):
    out.mkdir(exist_ok=True)
    status = drift([
        "--settings", json.dumps(DRIFT | changes), "--seed", str(seed),
        "--weights", str(folder / "model.safetensors"), "--description", str(folder / "model.json"),
        "--start", "lsco", "--formula", formula, "--trajectories", str(out / "trajectories.parquet"),
        "--samples", str(out / "samples.parquet"), "--log", str(out / "drift.log"),
    ])  # fmt: skip
    return status, out


@pytest.mark.parametrize("network", ["vae", "denoiser", "predictor"])
def test_training_killed_in_the_middle_ends_with_the_same_weights(tmp_path, network):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    changes = {name: TRAINING[name] | {"steps": 600} for name in ("vae", "denoiser", "predictor")}
    assert trained(straight, **changes)[0] == 0
    state = killed / ".resume" / f"{network}-model.safetensors"
    kill_when("superconductors.stages.train_latent", training_arguments(killed, **changes), state.exists)
    assert not (killed / "model.safetensors").exists()
    assert trained(killed, **changes)[0] == 0
    assert (killed / "model.safetensors").read_bytes() == (straight / "model.safetensors").read_bytes()
    for name in ("vae-history", "predictor-history"):
        one, other = (tables.read(folder / f"{name}.parquet", HISTORY) for folder in (straight, killed))
        assert one.drop_columns("seconds").equals(other.drop_columns("seconds"))
    assert not state.parent.exists()


def tables_of(out):
    return (
        tables.read(out / "trajectories.parquet", TRAJECTORIES),
        tables.read(out / "samples.parquet", DRIFTED),
    )


@pytest.fixture(scope="module")
def latent(tmp_path_factory):
    status, folder = trained(tmp_path_factory.mktemp("latent") / "run")
    assert status == 0
    return folder


def test_training_writes_histories_scores_and_counts(latent):
    record = json.loads((latent / "model.json").read_text())
    assert record["validation"]["vae"]["distinct_rows"] > 0
    assert record["training"]["vae"]["rows_left_out"] == 1
    assert record["training"]["predictor"]["rows"] == record["training"]["vae"]["distinct_rows"]
    assert set(record["validation"]) == {"vae", "denoiser", "predictor"}
    assert record["validation"]["predictor"]["mae_k"] < 10
    assert record["provenance"]["seed"] == 7
    for name in ("vae-history", "predictor-history"):
        history = tables.read(latent / f"{name}.parquet", HISTORY)
        assert history["step"].to_pylist() == [50, 100, 150, 200, 250]
        assert any(history["best"].to_pylist())
        assert history["train_loss"][-1].as_py() < history["train_loss"][0].as_py()


def test_drift_writes_every_step_of_climbs_and_walks(latent, tmp_path):
    status, out = drifted(latent, tmp_path / "a")
    assert status == 0
    steps, samples = tables_of(out)
    assert steps.num_rows == 2 * 3 * 7
    assert samples.num_rows == 2 * 3 * 6
    assert sorted(set(samples["kind"].to_pylist())) == ["climb", "walk"]
    assert min(samples["step"].to_pylist()) == 1
    assert set(samples["start"].to_pylist()) == {"lsco"}
    frame = steps.to_pandas()
    first = frame[frame.step == 0]
    assert first.formula.nunique() == 1
    assert len({tuple(z) for z in first.z}) == 1
    assert frame.tc_undenoised_k.notna().all()


def test_climbs_from_the_posterior_start_apart_each_with_its_walk(latent, tmp_path):
    steps, _ = tables_of(drifted(latent, tmp_path / "a", start_from="posterior", denoise="none")[1])
    frame = steps.to_pandas()
    first = frame[frame.step == 0]
    assert len({tuple(z) for z in first.z}) == 3
    pairs = first.groupby("trajectory").z.agg(lambda zs: len({tuple(z) for z in zs}))
    assert (pairs == 1).all()
    assert frame.tc_undenoised_k.isna().all()


def test_samples_are_the_compositions_of_the_trajectories(latent, tmp_path):
    steps, samples = tables_of(drifted(latent, tmp_path / "a")[1])
    written = [row["formula"] for row in steps.to_pylist() if row["step"] > 0]
    for formula, amounts in zip(written, tables.matrix(samples["amounts"]), strict=True):
        assert from_vector(amounts) == (from_vector(to_vector(parse_formula(formula))) if formula else {})


def test_walks_in_the_table_step_as_far_as_the_climbs(latent, tmp_path):
    steps, _ = tables_of(drifted(latent, tmp_path / "a")[1])
    frame = steps.to_pandas()
    lengths = {
        kind: np.linalg.norm(np.diff(np.stack(frame[frame.kind == kind].z).reshape(3, 7, 4), axis=1), axis=2)
        for kind in ("climb", "walk")
    }
    np.testing.assert_allclose(lengths["walk"], lengths["climb"], rtol=1e-4)


def test_same_seed_same_rows_other_seed_others(latent, tmp_path):
    first, again = (tables_of(drifted(latent, tmp_path / name)[1]) for name in "ab")
    other = tables_of(drifted(latent, tmp_path / "c", seed=8)[1])
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])
    assert not first[0]["z"].equals(other[0]["z"])


def test_more_trajectories_leave_the_first_ones_as_they_are(latent, tmp_path):
    few, many = (tables_of(drifted(latent, tmp_path / str(n), trajectories=n)[1])[0].to_pandas() for n in (2, 4))
    kept = many[many.trajectory < 2]
    assert kept.formula.tolist() == few.formula.tolist()
    np.testing.assert_allclose(np.stack(kept.z), np.stack(few.z), atol=1e-6)


def test_training_again_gives_the_same_weights(latent, tmp_path):
    _, folder = trained(tmp_path / "again")
    assert (folder / "model.safetensors").read_bytes() == (latent / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("La1.85Srr0.15CuO4", "malformed formula 'La1.85Srr0.15CuO4'"),
        ("La1.855Sr0.145CuO4", "start lsco = 'La1.855Sr0.145CuO4' cannot be written"),
        ("C60Rb3", "start lsco = 'C60Rb3' cannot be written"),
        ("Cu0", "start lsco = 'Cu0' cannot be written"),
    ],
)
def test_a_start_that_is_no_start_stops_with_a_remedy(latent, tmp_path, formula, message):
    status, out = drifted(latent, tmp_path / "bad", formula=formula)
    assert status == 1
    assert message in (out / "drift.log").read_text()
    assert not (out / "samples.parquet").exists()


def test_a_start_the_vae_does_not_hold_is_warned_of(latent, tmp_path):
    status, out = drifted(latent, tmp_path / "far", formula="Nb3Ge")
    assert status == 0
    assert "does not hold this composition" in (out / "drift.log").read_text()


def test_a_flat_landscape_is_warned_of(latent, tmp_path):
    status, out = drifted(latent, tmp_path / "flat", radius=1e-9)
    assert status == 0
    assert "a larger drift.published.radius reaches further" in (out / "drift.log").read_text()


def test_too_few_compounds_stop_the_training(tmp_path):
    status, folder = trained(tmp_path / "few", vae={**TRAINING["vae"], "integers": 3})
    assert status == 1
    assert "at least 10 and 1 are needed" in (folder / "train.log").read_text()
