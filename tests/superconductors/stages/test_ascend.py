"""Stages train_ensemble and ascend, end to end, by the generator that comes with the project."""

import json

import numpy as np
import pytest
from compounds_table import write_compounds

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.io import tables
from superdrift.superconductors.generation import shipped
from superdrift.superconductors.stages.ascend import main as ascend
from superdrift.superconductors.stages.train_ensemble import main as train_ensemble
from superdrift.superconductors.tables import COMPOUNDS, DRIFTED, TRAJECTORIES

MACHINE = {"device": "cpu", "threads": 1, "exclude_flags": []}
ENSEMBLE = {"steps": 40, "batch_size": 32, "learning_rate": 5e-3, "warmup": 5, "weight_decay": 0.0,
            "validate_every": 20, "width": 16, "depth": 1, "dropout": 0.0, "scale_k": 10.0, "members": 2}  # fmt: skip
SETTINGS = MACHINE | {
    "objective": {"spread_weight": 1.0, "distance_weight": 100.0, "near": 0.1},
    "ascent": {"trajectories": 2, "steps": 3, "families": "own", "family_share": 0.1, "to_k": None, "rise": 0.5,
               "hot_k": 5.0, "cold_k": 0.5, "gradient_share": 0.3, "largest_step": 0.3, "asked": "without Tl Hg"},
    "sampler": {"kind": "unmask", "element_min_p": 0.003, "min_p": 0.02},
    "start_set": None,
    "allowed_elements": [],
    "forbidden_elements": ["Pb"],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Compounds and an ensemble that learned from them."""
    folder = tmp_path_factory.mktemp("ascend")
    formulas = [f"La{2 - x / 100:.2f}Sr{x / 100:.2f}CuO4" for x in range(2, 32)]
    formulas += [f"YBa2Cu3O{6 + x / 100:.2f}" for x in range(30, 100, 3)]
    path = folder / "compounds.parquet"
    write_compounds(path, formulas, superconducting=[True] * len(formulas))
    table = tables.read(path, COMPOUNDS).to_pandas()
    table["tc_k"] = table["tc_consensus_k"] = [90.0 if f.startswith("Y") else 30.0 for f in formulas]
    table["split"] = ["validation" if i % 10 == 3 else "train" for i in range(len(table))]
    columns = {name: table[name].tolist() for name in table if name != "amounts"}
    tables.write(path, COMPOUNDS, {**columns, "amounts": np.stack(table["amounts"])}, {})
    done = train_ensemble([
        "--settings", json.dumps(MACHINE | {"ensemble": ENSEMBLE}), "--seed", "1", "--compounds", str(path),
        "--weights", str(folder / "ensemble.safetensors"), "--description", str(folder / "ensemble.json"),
        "--history", str(folder / "history.parquet"),
    ])  # fmt: skip
    assert done == 0
    return folder


def run(folder, out, *, formula="La1.85Sr0.15CuO4", **changes):
    out.mkdir(exist_ok=True)
    weights = shipped.FOLDER / "everything.safetensors"
    return ascend([
        "--settings", json.dumps(SETTINGS | changes), "--seed", "4", "--weights", str(weights),
        "--description", str(weights.with_suffix(".json")), "--ensemble", str(folder / "ensemble.safetensors"),
        "--ensemble-description", str(folder / "ensemble.json"), "--compounds", str(folder / "compounds.parquet"),
        "--start", "here", "--formula", formula, "--trajectories", str(out / "trajectories.parquet"),
        "--samples", str(out / "samples.parquet"), "--log", str(out / "log"),
    ])  # fmt: skip


def test_one_start_gives_both_tables_the_same_every_time(folder, tmp_path):
    assert run(folder, tmp_path / "a") == 0 and run(folder, tmp_path / "b") == 0
    one, other = (tables.read(tmp_path / x / "samples.parquet", DRIFTED) for x in "ab")
    assert one.equals(other) and one["id"].to_pylist() == list(range(one.num_rows))
    assert not tables.matrix(one["amounts"])[:, [ATOMIC_NUMBER[s] - 1 for s in ("Tl", "Hg", "Pb")]].any()
    paths = tables.read(tmp_path / "a" / "trajectories.parquet", TRAJECTORIES).to_pandas()
    assert len(paths) == 2 * 2 * 4 and set(paths["kind"]) == {"climb", "walk"}
    assert (paths.loc[paths["step"] == 0, "formula"] == "Sr0.15La1.85CuO4").all()
    value = paths["tc_climbed_k"] - paths["spread_k"] - 100 * np.maximum(paths["distance_to_learned"] - 0.1, 0)
    assert np.allclose(value, paths["objective_k"], atol=1e-6)


def test_a_set_climbs_from_each_of_its_compounds(folder, tmp_path):
    chosen = {"family": "cuprates", "number": 5, "below_k": 60.0}
    assert run(folder, tmp_path, formula="", start_set=chosen) == 0
    paths = tables.read(tmp_path / "trajectories.parquet", TRAJECTORIES).to_pandas()
    starts = paths[(paths["step"] == 0) & (paths["kind"] == "climb")]
    assert len(starts) == 10 and starts["formula"].nunique() == 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"formula": "LaBaSrCaYNdSmGdCuO7"}, "the generator cannot write it"),
        ({"formula": "", "start_set": {"family": "cuprates", "number": 999, "below_k": None}}, "999 starts are wanted"),
        ({"ascent": SETTINGS["ascent"] | {"asked": "with Tl, without Tl"}}, "drift.ascent.asked"),
        ({"ascent": SETTINGS["ascent"] | {"asked": "Tc >= 90 K"}}, "a climb has no Tc to ask for"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(folder, tmp_path, capsys, changes, said):
    assert run(folder, tmp_path, **changes) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "samples.parquet").exists() and not (tmp_path / "trajectories.parquet").exists()
