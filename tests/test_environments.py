"""The conda environments carry the pins of pyproject.toml."""

import re
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
    [
        ("cpu", "pytorch-cpu", ""),
        ("gpu", "pytorch-gpu", ""),
        ("crystals", "pytorch-cpu", "crystals"),
        ("crystals-gpu", "pytorch-gpu", "crystals"),
    ],
)
def test_conda_pins_equal_those_of_pyproject(name, torch, extra):
    environment = yaml.safe_load((ROOT / f"envs/{name}.yaml").read_text(encoding="utf-8"))
    listed = environment["dependencies"]
    specs = dict(spec.split("=", 1) for spec in listed if isinstance(spec, str) and spec != "pip")
    for part in (spec for spec in listed if isinstance(spec, dict)):
        assert "pip" in listed  # conda installs it, and it installs the rest
        specs |= dict(spec.split("=", 1) for spec in part["pip"])
    assert specs.pop("python") == "3.11.*"
    expected = {
        (torch if key == "torch" else CONDA_NAMES.get(key, key)): f"={value}" for key, value in pinned(extra).items()
    }
    assert specs == expected


def test_rules_that_may_ask_for_cuda_get_a_gpu_on_a_cluster():
    """Those whose environment depends on a device, and those made from them."""
    profile = yaml.safe_load((ROOT / "workflow/profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    on_gpu = {rule for rule, resources in profile["set-resources"].items() if resources.get("gpu")}
    wanted = set()
    for path in (ROOT / "workflow/rules").rglob("*.smk"):
        text = path.read_text(encoding="utf-8")
        rules = re.split(r"^ *(?=rule |use rule )", text, flags=re.MULTILINE)[1:]
        own = [rule for rule in rules if rule.startswith("rule ") and "conda_env(config[" in rule]
        wanted |= {rule.split()[1].rstrip(":") for rule in own}
        wanted |= {new for old, new in re.findall(r"^use rule (\w+) as (\w+)", text, re.MULTILINE) if old in wanted}
    assert {"train_conditioner", "generate_requested", "control"} <= wanted
    assert wanted == on_gpu


def test_every_dependency_is_pinned_exactly():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]:
        assert "==" in line, line
