"""The estimators that come with the project are those that the code makes from the sources that it names."""

import json
import os
import shutil

import numpy as np
import pytest

from superdrift.io import tables
from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.superconductors import shipping
from superdrift.superconductors.check import estimates, shipped
from superdrift.superconductors.check.formulas import screen_settings
from superdrift.superconductors.screening import known_charges
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.estimator import BOOSTED, FOREST
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.nodes import NODES, Nodes

CONFIG = shipping.configuration()
REMAKE = "python -m superdrift.superconductors.check.shipped --write"
DATA = os.environ.get("SUPERDRIFT_DATA")
MOST_BYTES = 5_500_000


def test_they_are_up_to_date():
    assert shipped.out_of_date(CONFIG) == {}, f"run {REMAKE}"


def test_they_are_small_and_their_sources_are_named():
    assert sum((shipped.FOLDER / name).stat().st_size for name in shipped.FILES) < MOST_BYTES
    assert {path.name for path in shipped.FOLDER.iterdir()} == {*shipped.FILES, "README.md"}
    text = (shipped.FOLDER / "README.md").read_text(encoding="utf-8")
    for name in CONFIG["prepare"]["sources"]:
        entry = registry.entry_of(name)
        assert f"`{name}`" in text and entry.licence.split(" (")[0] in text


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 77}, {"seed"}),
        ({"estimate": {**CONFIG["estimate"], "coverage": 0.5}}, {"settings"}),
        ({"prepare": {**CONFIG["prepare"], "group_radius": 0.9}}, {"settings"}),
        ({"prepare": {**CONFIG["prepare"], "sources": ["supercon", "literature"]}}, {"settings", "inputs"}),
        ({"screen": {"charge": {**CONFIG["screen"]["charge"], "coverage": 0.5}}}, {"settings"}),
    ],
)
def test_other_settings_make_others(change, named):
    found = shipped.out_of_date({**CONFIG, **change})
    assert found and set().union(*found.values()) == named


@pytest.mark.parametrize(
    ("module", "files"),
    [
        ("stages.fit", {"estimators.json", "trees.parquet", "scores.parquet"}),
        ("stages.prepare", {"compounds.parquet"}),
        ("screening.known_charges", {"charges.json"}),
        ("stages.phases", {"phases.parquet"}),
        ("screening.known_metals", {"metals.parquet"}),
    ],
)
def test_other_code_makes_others(module, files, monkeypatch):
    made = shipping.describe
    edited = {"code": "0" * 16}
    monkeypatch.setattr(
        shipping, "describe", lambda name, *rest: made(name, *rest) | (edited if name.endswith(module) else {})
    )
    assert shipped.out_of_date(CONFIG) == {name: ["code"] for name in files}


def test_another_version_of_a_source_makes_others(monkeypatch):
    entries = registry.load()
    other = registry.Entry(**{**vars(entries["nims"]), "sha256": "0" * 64})
    monkeypatch.setattr(registry, "load", lambda: entries | {"nims": other})
    assert shipped.out_of_date(CONFIG) == {"compounds.parquet": ["inputs"]}


def test_other_compounds_make_others(copy):
    (copy / "compounds.parquet").write_bytes((copy / "phases.parquet").read_bytes())
    assert {"charges.json", "estimators.json", "trees.parquet", "scores.parquet", "phases.parquet"} <= set(
        shipped.out_of_date(CONFIG, copy)
    )


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(shipped.FOLDER, tmp_path / "estimators")


@pytest.mark.parametrize("name", shipped.FILES)
def test_a_missing_file_is_named(name, copy, monkeypatch):
    (copy / name).unlink()
    assert name in shipped.out_of_date(CONFIG, copy)
    monkeypatch.setattr(shipped, "FOLDER", copy)
    with pytest.raises(InputError, match=rf"lacks {name}: they come with the project; check them out again"):
        estimates.load_estimates(shipped.COMPOUNDS, CONFIG, embedded=True)


def test_a_damaged_file_is_named(copy):
    (copy / "estimators.json").write_text("{")
    with pytest.raises(InputError, match=r"estimators.json cannot be read .*; it comes with the project"):
        shipped.load(threads=1, folder=copy)


def test_without_a_source_there_is_one_error_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    def unreachable(entry, _):
        raise InputError(f"'{entry.name}' is missing")

    monkeypatch.setenv(registry.VARIABLE, str(tmp_path))
    monkeypatch.setattr(registry, "_download", unreachable)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "estimators")
    assert shipped.main(["--write"]) == 1
    assert capsys.readouterr().err == "error: 'supercon' is missing\n"
    assert not list((tmp_path / "estimators").iterdir())


def test_the_stored_trees_are_those_that_would_be_fitted():
    """The forest, where it has a weight, up to 1e-6 K: another build of scikit-learn may round otherwise."""
    estimator = shipped.load(threads=2)
    stored = Nodes.of_models(tables.read(shipped.FOLDER / "trees.parquet", NODES))
    fitted = estimator.models()
    assert stored.keys() == fitted.keys() == {*BOOSTED, *([FOREST] if estimator.weight else [])}
    amounts = tables.matrix(tables.read(shipped.COMPOUNDS, COMPOUNDS, ["amounts"])["amounts"])[::50]
    x = features(np.concatenate([amounts, amounts[:-1] + amounts[1:]]))
    for name in stored:
        np.testing.assert_allclose(stored[name].sums(x), fitted[name].sums(x), rtol=0, atol=1e-6, err_msg=name)


def test_the_stored_choices_are_those_of_the_settings():
    described = json.loads((shipped.FOLDER / "estimators.json").read_text(encoding="utf-8"))
    settings = from_mapping(FitSettings, CONFIG["estimate"], place="estimate")
    assert described["forest"]["trees"] == settings.forest.trees
    assert {"numpy", "scikit-learn", "pyarrow", "torch"} <= set(described["provenance"]["versions"])


def test_the_stored_thresholds_are_those_that_would_be_fitted():
    settings = screen_settings({**CONFIG["screen"]}).charge
    compounds = tables.read(shipped.COMPOUNDS, COMPOUNDS, known_charges.COLUMNS)
    fitted, stored = known_charges.charge_check(compounds, settings), shipped.charge_thresholds(settings)
    assert fitted.thresholds.keys() == stored.keys()
    for name, thresholds in fitted.thresholds.items():
        assert thresholds == pytest.approx(stored[name], abs=1e-9)
    amounts = tables.matrix(compounds["amounts"])[::40]
    given = known_charges.charge_check(compounds, settings, stored).verdicts(amounts)
    np.testing.assert_array_equal(given.valid, fitted.verdicts(amounts).valid)


def test_under_other_settings_no_thresholds_are_stored():
    block = {**CONFIG["screen"], "charge": {**CONFIG["screen"]["charge"], "coverage": 0.5}}
    assert shipped.charge_thresholds(screen_settings(block).charge) is None


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="set SUPERDRIFT_DATA to the folder with the public data")
def test_the_rule_makes_the_same_compounds(copy):
    (copy / "compounds.parquet").unlink()
    before = tables.read(shipped.COMPOUNDS, COMPOUNDS)
    shipped.write(CONFIG, copy)
    assert tables.read(copy / "compounds.parquet", COMPOUNDS).equals(before)
    assert shipped.out_of_date(CONFIG, copy) == {}
