"""The estimators that come with the project are those that the code makes from the embedded compounds."""

import json
import shutil

import numpy as np
import pytest
import yaml

from superdrift.io import tables
from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.superconductors.check import estimates, shipped
from superdrift.superconductors.tables import COMPOUNDS, NEIGHBOURS, PHASES
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.forest import FOREST, Forest

BLOCKS = yaml.safe_load((registry.DATA.parent / "config.yaml").read_text(encoding="utf-8"))
REMAKE = "python -m superdrift.superconductors.check.shipped --write"


def test_they_are_up_to_date():
    assert shipped.out_of_date(BLOCKS) == {}, f"run {REMAKE}"


def test_they_are_small():
    assert sum(path.stat().st_size for path in shipped.FOLDER.iterdir()) < 3e6


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 77}, {"seed"}),
        ({"estimate": {**BLOCKS["estimate"], "coverage": 0.5}}, {"settings"}),
        ({"prepare": {**BLOCKS["prepare"], "group_radius": 0.9}}, {"settings"}),
    ],
)
def test_other_settings_make_others(change, named):
    found = shipped.out_of_date({**BLOCKS, **change})
    assert found and set().union(*found.values()) == named


@pytest.mark.parametrize(
    ("module", "files"),
    [
        ("stages.fit", {"neighbours.parquet", "estimators.json"}),
        ("stages.prepare", {"compounds.parquet"}),
        ("stages.phases", {"phases.parquet"}),
        ("tc.estimator", {"forest.parquet"}),
        ("screening.known_metals", {"metals.parquet"}),
    ],
)
def test_other_code_makes_others(module, files, monkeypatch):
    made = shipped.describe
    edited = {"code": "0" * 16}
    monkeypatch.setattr(
        shipped, "describe", lambda name, *rest: made(name, *rest) | (edited if name.endswith(module) else {})
    )
    assert shipped.out_of_date(BLOCKS) == {name: ["code"] for name in files}


def test_other_compounds_make_others(tmp_path):
    folder = tmp_path / "estimators"
    shutil.copytree(shipped.FOLDER, folder)
    (folder / "compounds.parquet").write_bytes((folder / "phases.parquet").read_bytes())
    assert {"neighbours.parquet", "estimators.json", "phases.parquet"} <= set(shipped.out_of_date(BLOCKS, folder))


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "estimators"
    shutil.copytree(shipped.FOLDER, folder)
    (folder / "neighbours.parquet").unlink()
    assert set(shipped.out_of_date(BLOCKS, folder)) == {"neighbours.parquet", "forest.parquet"}
    monkeypatch.setattr(shipped, "FOLDER", folder)
    with pytest.raises(InputError, match=r"lacks neighbours.parquet: they come with the project; check them out again"):
        estimates.load_estimates(shipped.COMPOUNDS, BLOCKS, embedded=True)


def test_the_stored_forest_is_the_one_that_would_be_fitted():
    """Up to 1e-6 K: another build of scikit-learn may round otherwise."""
    described = (shipped.FOLDER / "neighbours.parquet", shipped.FOLDER / "estimators.json")
    amounts = tables.matrix(tables.read(shipped.COMPOUNDS, COMPOUNDS)["amounts"])
    amounts = np.concatenate([amounts, amounts[:-1] + amounts[1:]])
    estimator = Estimator.load(*described, threads=2)
    fitted = estimator.estimate(amounts)["tc_k"]
    stored = Forest.from_table(tables.read(shipped.FOREST, FOREST))
    estimator = Estimator.load(*described, threads=2)
    object.__setattr__(estimator, "stored", stored)
    np.testing.assert_allclose(estimator.estimate(amounts)["tc_k"], fitted, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_the_rule_makes_the_same(tmp_path):
    shipped.write(BLOCKS, tmp_path)
    for name, table in (("compounds", COMPOUNDS), ("neighbours", NEIGHBOURS)):
        made, there = (tables.read(folder / f"{name}.parquet", table) for folder in (tmp_path, shipped.FOLDER))
        assert made.equals(there), name
    made, there = (tables.read(folder / "phases.parquet", PHASES) for folder in (tmp_path, shipped.FOLDER))
    assert made.drop_columns("formation_energy_ev").equals(there.drop_columns("formation_energy_ev"))
    np.testing.assert_allclose(made["formation_energy_ev"], there["formation_energy_ev"], rtol=0, atol=1e-6)
    amounts = tables.matrix(tables.read(shipped.COMPOUNDS, COMPOUNDS)["amounts"])
    found = [
        Estimator.load(folder / "neighbours.parquet", folder / "estimators.json", threads=2).estimate(amounts)
        for folder in (tmp_path, shipped.FOLDER)
    ]
    for name, values in found[0].items():
        np.testing.assert_allclose(values.astype(float), found[1][name].astype(float), rtol=0, atol=1e-6, err_msg=name)
    versions = json.loads((shipped.FOLDER / "estimators.json").read_text())["provenance"]["versions"]
    assert {"numpy", "scikit-learn", "pyarrow", "torch"} <= set(versions)
