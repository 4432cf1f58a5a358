"""Stage project."""

import numpy as np
from compounds_table import write_amounts, write_compounds

from superdrift import tables
from superdrift.stages.project import main

NONE = ["--settings", '{"rule": "none"}', "--seed", "1"]


def test_samples_pass_through(tmp_path):
    amounts = np.random.default_rng(0).random((7, 96), dtype=np.float32)
    samples = write_amounts(tmp_path / "samples.parquet", tables.SAMPLES, amounts)
    out = tmp_path / "projected.parquet"
    assert main([*NONE, "--samples", str(samples), "--projected", str(out)]) == 0
    projected = tables.read(out, tables.PROJECTED)
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
    assert main([*NONE, "--samples", str(compounds), "--projected", str(out), "--family", "cuprates"]) == 0
    assert tables.read(out, tables.PROJECTED)["id"].to_pylist() == [2]
    assert main([*NONE, "--samples", str(compounds), "--projected", str(out), "--family", "everything"]) == 0
    assert tables.read(out, tables.PROJECTED)["id"].to_pylist() == [0, 2]


def test_bad_input_is_told_and_leaves_nothing(tmp_path, capsys):
    samples = write_amounts(tmp_path / "samples.parquet", tables.SAMPLES, np.ones((2, 96)))
    out = tmp_path / "projected.parquet"
    bad = [
        "--settings",
        '{"rule": "round"}',
        "--seed",
        "1",
        "--samples",
        str(samples),
        "--projected",
        str(out),
    ]
    assert main(bad) == 1
    assert "unknown projection rule 'round'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [samples]
