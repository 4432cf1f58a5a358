"""The conda environments carry the pins of pyproject.toml."""

import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "snakemake": "snakemake-minimal", "opentsne": "opentsne"}


def pinned(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = project["optional-dependencies"][extra] if extra else []
    return dict(line.lower().split("==") for line in [*project["dependencies"], *more])


@pytest.mark.parametrize(
    ("name", "torch", "extra"),
    [("cpu", "pytorch-cpu", ""), ("gpu", "pytorch-gpu", ""), ("crystals", "pytorch-cpu", "crystals")],
)
def test_conda_pins_equal_those_of_pyproject(name, torch, extra):
    environment = yaml.safe_load((ROOT / f"envs/{name}.yaml").read_text(encoding="utf-8"))
    specs = dict(spec.split("=", 1) for spec in environment["dependencies"])
    assert specs.pop("python") == "3.11.*"
    expected = {
        (torch if key == "torch" else CONDA_NAMES.get(key, key)): f"={value}" for key, value in pinned(extra).items()
    }
    assert specs == expected


def test_every_dependency_is_pinned_exactly():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]:
        assert "==" in line, line
