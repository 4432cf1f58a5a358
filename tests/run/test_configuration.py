"""The configuration check: what is accepted, and how each kind of mistake is told."""

import copy
from pathlib import Path

import pytest
import yaml

from superdrift.run.configuration import validate
from superdrift.run.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"


def load(*presets):
    """config.yaml with presets merged into it as Snakemake does: dictionaries merge, the rest is replaced."""

    def merge(base, update):
        for key, value in update.items():
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                merge(base[key], value)
            else:
                base[key] = copy.deepcopy(value)
        return base

    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for name in presets:
        merge(config, yaml.safe_load((ROOT / f"workflow/presets/{name}.yaml").read_text(encoding="utf-8")))
    return config


@pytest.mark.parametrize("presets", [(), ("demo",), ("test",), ("small",), ("small", "gpu")])
def test_every_preset_is_valid(presets):
    validate(load(*presets), SCHEMA)


def test_gpu_preset_moves_training_and_sampling_to_cuda():
    config = load("small", "gpu")
    assert {config[key]["device"] for key in ("train", "generate", "condition", "drift", "energy")} == {"cuda"}


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"sead": 3}, ["unknown key 'sead'", "did you mean 'seed'?"]),
        ({"generate": {"sampels": 3}}, ["unknown key 'sampels' at generate", "did you mean 'samples'?"]),
        ({"generate": {"samples": 0}}, ["generate.samples = 0", "at least 1"]),
        ({"generate": {"samples": 2.5}}, ["generate.samples = 2.5", "of type integer"]),
        ({"prepare": {"validation_fraction": 0.9}}, ["prepare.validation_fraction = 0.9", "at most 0.5"]),
        ({"families": ["cuprate"]}, ['"cuprate"', "cuprates", "did you mean 'cuprates'?"]),
        ({"references": ["ybco-sf"]}, ["references names 'ybco-sf'", "did you mean 'ybco-se'?"]),
        (
            {"catalogue": {"new": {"formula": "YBa2Cu3Ox", "family": "cuprates"}}},
            ["catalogue.new.formula", "Ox"],
        ),
        ({"train": {"model": "maskd"}}, ["train.model names 'maskd'", "did you mean 'masked'?"]),
        ({"condition": {"model": "masked"}}, ["condition.model = 'masked' is not gaussian"]),
        ({"energy": {"use": "atention"}}, ["energy.use", "did you mean 'attention'?"]),
        (
            {"energy": {"attention": load("test")["energy"]["attention"] | {"heads": 3}}},
            ["energy.attention.width = 128 is not a multiple of its heads, 3"],
        ),
        ({"train": {"device": "gpu"}}, ['train.device = "gpu"', "cpu, cuda"]),
        ({"run": "../elsewhere"}, ["run = ", "letters, digits"]),
    ],
)
def test_mistakes_are_named_with_place_and_remedy(change, parts):
    config = load("test")
    for key, value in change.items():
        config[key] = config[key] | value if isinstance(value, dict) else value
    with pytest.raises(InputError) as caught:
        validate(config, SCHEMA)
    for part in parts:
        assert part in str(caught.value)


def test_numbers_of_the_command_line_are_numbers():
    config = load("test")
    config["generate"]["samples"] = "5000"
    config["condition"]["scales"] = ["2", "4"]
    config["condition"]["shared_noise"] = "false"
    config["drift"]["learning_rate"] = "5e-2"
    validate(config, SCHEMA)
    assert config["generate"]["samples"] == 5000
    assert config["condition"]["scales"] == [2, 4]
    assert config["condition"]["shared_noise"] is False
    assert config["drift"]["learning_rate"] == 0.05


def test_text_that_is_no_number_stays_an_error():
    config = load("test")
    config["generate"]["samples"] = "many"
    with pytest.raises(InputError, match=r'generate\.samples = "many": must be of type integer'):
        validate(config, SCHEMA)


def test_a_missing_block_is_named():
    config = load("test")
    del config["screen"]
    with pytest.raises(InputError, match="lacks screen"):
        validate(config, SCHEMA)
