"""The generators that come with the project: up to date, small, and their samples are compounds."""

import json

import numpy as np
import pytest
import torch

from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors import shipping
from superdrift.superconductors.data.families import EVERYTHING, MODEL_FAMILIES, families_of, members
from superdrift.superconductors.data.row_selection import superconducting
from superdrift.superconductors.generation import shipped
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.sampling import Sampling
from superdrift.superconductors.model_blocks import base_family, sampler, train_settings
from superdrift.superconductors.screening.basic_checks import basic_checks
from superdrift.superconductors.tables import COMPOUNDS

CONFIG = shipping.configuration()
FAMILIES = CONFIG["families"]
REMAKE = "python -m superdrift.superconductors.generation.shipped --write"
MOST_BYTES = 4_500_000
SAMPLES, LESS_PASSING = 200, 0.08  # than the known superconductors: three deviations of 200


def test_they_are_up_to_date():
    assert shipped.out_of_date(CONFIG) == {}, f"run {REMAKE}"


def test_they_are_small():
    assert sum(path.stat().st_size for path in shipped.FOLDER.iterdir()) < MOST_BYTES


def known(family):
    """Amounts of the superconductors that the generator has learned from."""
    table = tables.read(shipping.COMPOUNDS, COMPOUNDS, ["family", "superconducting", "amounts"])
    return tables.matrix(table["amounts"])[members(table["family"].to_pylist(), family) & superconducting(table)]


@pytest.mark.parametrize("family", MODEL_FAMILIES)
def test_their_samples_pass_the_basic_checks(family):
    model = shipped.load(EVERYTHING)
    sampling = Sampling(model, sampler(CONFIG, family), device=torch.device("cpu"), request=Request(family=family))
    amounts = sampling.batch(SAMPLES, 1)
    assert family == EVERYTHING or set(families_of(amounts)) == {family}
    passed, usual = (
        basic_checks(rows, n_elements=CONFIG["screen"]["n_elements"][family], noise_floor=0.0).passed.mean()
        for rows in (amounts, known(family))
    )
    assert passed >= usual - LESS_PASSING
    assert len(np.unique(amounts, axis=0)) > SAMPLES / 2


@pytest.mark.parametrize("family", FAMILIES)
def test_the_validation_loss_stands_beside_the_weights(family):
    described = json.loads((shipped.FOLDER / f"{family}.json").read_text(encoding="utf-8"))
    assert described["family"] == family
    assert described["outcome"]["validation_loss"] > 0
    assert described["provenance"]["inputs"]["compounds.parquet"]


@pytest.mark.parametrize(
    ("change", "families"),
    [
        ({"seed": 77}, set(FAMILIES)),
        ({"train": {**CONFIG["train"], "exclude_flags": []}}, set(FAMILIES)),
        ({"train": {**CONFIG["train"], "base": {**CONFIG["train"]["base"], "steps": 7}}}, set()),
        ({"generate": {**CONFIG["generate"], "samples": 1}}, set()),
    ],
)
def test_other_settings_make_others(change, families):
    assert set(shipped.out_of_date({**CONFIG, **change})) == families


def test_a_family_without_a_generator():
    with pytest.raises(InputError, match=r"no generator of 'alloys' comes with the project \(there is everything"):
        shipped.load("alloys")


def test_a_small_training_is_written_and_loaded(tmp_path, monkeypatch):
    model = dict(CONFIG["models"]["masked"])
    model["denoiser"] = {**model["denoiser"], "width": 16, "depth": 1}
    model["training"] = {**model["training"], "steps": 4, "validate_every": 2, "validation_draws": 64}
    base = {**CONFIG["train"]["base"], "family": "cuprates", "steps": 2, "validate_every": 1}
    config = {**CONFIG, "models": {"masked": model}, "families": ["pnictides", "cuprates"]}
    config["train"] = {**CONFIG["train"], "base": base}
    monkeypatch.setattr(shipped, "_WORK", tmp_path / "work")
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "generators")
    shipped.write(config, shipped.FOLDER)
    assert shipped.out_of_date(config, shipped.FOLDER) == {}
    written = {path: path.stat().st_mtime_ns for path in shipped.FOLDER.iterdir()}
    shipped.write(config, shipped.FOLDER)  # nothing is trained twice
    assert written == {path: path.stat().st_mtime_ns for path in shipped.FOLDER.iterdir()}
    described = json.loads((shipped.FOLDER / "pnictides.json").read_text(encoding="utf-8"))
    assert described["training"]["model"]["training"]["steps"] == 2
    assert "cuprates.safetensors" in described["provenance"]["inputs"]
    assert {value.dtype for value in shipped.load("cuprates").denoiser.state_dict().values()} >= {torch.float32}


@pytest.mark.parametrize(("family", "base"), [("pnictides", "everything"), ("cuprates", None), ("everything", None)])
def test_the_base_changes_the_training_of_its_versions(family, base):
    assert base_family(CONFIG, family) == base
    training = train_settings(CONFIG, "masked", family)["model"]["training"]
    assert training["steps"] == (CONFIG["train"]["base"] if base else CONFIG["models"]["masked"]["training"])["steps"]
