"""Stage project."""

import json
from pathlib import Path

import numpy as np
import yaml
from compounds_table import write_amounts, write_compounds

from superdrift.io import tables
from superdrift.superconductors.stages.project import main
from superdrift.superconductors.tables import PROJECTED, SAMPLES

CHARGE = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8"))["screen"]["charge"]
SETTINGS = {
    "rule": "none", "tolerance": 0.1, "oxidation_states": "smact14", "noise_floor": 0.0, "charge": CHARGE,
    "batch_size": 3, "threads": 1,
}  # fmt: skip


def arguments(folder, samples, rule="none"):
    known = write_compounds(folder / "known.parquet", ["La2CuO4", "FeSe"], superconducting=[True, True])
    return [
        "--settings", json.dumps(SETTINGS | {"rule": rule}), "--seed", "1", "--compounds", str(known),
        "--samples", str(samples), "--projected", str(folder / "projected.parquet"),
    ]  # fmt: skip


def test_samples_pass_through(tmp_path):
    amounts = np.random.default_rng(0).random((7, 96), dtype=np.float32)
    samples = write_amounts(tmp_path / "samples.parquet", SAMPLES, amounts)
    out = tmp_path / "projected.parquet"
    assert main(arguments(tmp_path, samples)) == 0
    projected = tables.read(out, PROJECTED)
    np.testing.assert_array_equal(tables.matrix(projected["amounts"]), amounts)
    assert projected["id"].to_pylist() == list(range(7))
    assert set(projected["rule"].to_pylist()) == {"none"}
    assert projected["moved"].to_pylist() == [0.0] * 7
    assert tables.read_metadata(out)["stage"] == "project"


def test_superconductors_of_a_family_keep_their_ids(tmp_path):
    compounds = write_compounds(
        tmp_path / "compounds.parquet", ["FeSe", "La2CuO4", "YBa2Cu3O7"], superconducting=[True, False, True]
    )
    out = tmp_path / "projected.parquet"
    assert main([*arguments(tmp_path, compounds), "--family", "cuprates"]) == 0
    assert tables.read(out, PROJECTED)["id"].to_pylist() == [2]
    assert main([*arguments(tmp_path, compounds), "--family", "everything"]) == 0
    assert tables.read(out, PROJECTED)["id"].to_pylist() == [0, 2]


def test_bad_input_is_told_and_leaves_nothing(tmp_path, capsys):
    samples = write_amounts(tmp_path / "samples.parquet", SAMPLES, np.ones((2, 96)))
    assert main(arguments(tmp_path, samples, rule="round")) == 1
    assert "unknown projection rule 'round'" in capsys.readouterr().err
    assert not (tmp_path / "projected.parquet").exists()


def test_rows_are_projected_on_a_rule(tmp_path):
    amounts = np.zeros((4, 96))
    amounts[:, 19] = 1
    amounts[:, 7] = [1.0, 1.04, 1.5, 0.97]
    samples = write_amounts(tmp_path / "samples.parquet", SAMPLES, amounts)
    assert main(arguments(tmp_path, samples, rule="published")) == 0
    projected = tables.read(tmp_path / "projected.parquet", PROJECTED)
    ratio = tables.matrix(projected["amounts"])[:, 7] / tables.matrix(projected["amounts"])[:, 19]
    np.testing.assert_allclose(ratio, [1, 1, 1.5, 1], atol=1e-6)
    assert [moved > 0 for moved in projected["moved"].to_pylist()] == [False, True, False, True]
