"""Checkpoints: what is written reads back; missing, damaged and foreign files are told."""

import json

import pytest
import torch
from torch import nn

from superdrift.learning.checkpoint import Checkpoint
from superdrift.run.errors import InputError

CHECKPOINT = Checkpoint(kind="toy", what="toy model", source="make one first")
CPU = torch.device("cpu")
DESCRIBED = {"size": 3, "names": ["one", "two"]}


def construct(record):
    modules = {name: nn.Linear(record["size"], 1) for name in record["names"]}
    return modules, list(modules.values())


@pytest.fixture
def written(tmp_path):
    """A checkpoint of two modules: modules, weights file, description file."""
    modules, _ = construct(DESCRIBED)
    place = (tmp_path / "m.safetensors", tmp_path / "m.json")
    CHECKPOINT.save(modules, *place, DESCRIBED | {"note": "Tc in K, ü"})
    return modules, *place


@pytest.mark.parametrize("half", [False, True])
def test_what_is_written_reads_back(written, half):
    modules, weights, description = written
    CHECKPOINT.save(modules, weights, description, DESCRIBED, half=half)
    model, record = CHECKPOINT.load(weights, description, construct, device=CPU)
    assert record["kind"] == "toy"
    for ours, theirs in zip(modules.values(), model, strict=True):
        assert theirs.weight.dtype == torch.float32
        assert not theirs.training
        assert not theirs.weight.requires_grad
        expected = ours.weight.half().float() if half else ours.weight
        assert torch.equal(expected, theirs.weight)
    assert sorted(path.name for path in weights.parent.iterdir()) == ["m.json", "m.safetensors"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "other"}, "no toy model of this version.*kind is other, not toy"),
        ({"size": 4}, "no toy model of this version"),
        ({"names": ["one"]}, "weights of two, where one are described"),
        ({"names": ["one", "two", "three"]}, "no toy model of this version"),
        ({"names": 5}, "no toy model of this version.*delete both and run snakemake again"),
    ],
)
def test_a_description_of_other_weights_is_told(written, change, message):
    _, weights, description = written
    description.write_text(json.dumps(json.loads(description.read_text()) | change))
    with pytest.raises(InputError, match=message):
        CHECKPOINT.load(weights, description, construct, device=CPU)


def test_missing_and_damaged_files_are_told(written):
    _, weights, description = written
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(InputError, match="no toy model of this version"):
        CHECKPOINT.load(weights, description, construct, device=CPU)
    description.write_text("{")
    with pytest.raises(InputError, match="no toy model of this version"):
        CHECKPOINT.load(weights, description, construct, device=CPU)
    description.unlink()
    with pytest.raises(InputError, match=r"m\.json does not exist; make one first"):
        CHECKPOINT.load(weights, description, construct, device=CPU)


def test_a_base_gives_its_weights(written):
    modules, weights, _ = written
    fresh, _ = construct(DESCRIBED)
    CHECKPOINT.start_from(fresh, weights)
    assert torch.equal(fresh["one"].weight, modules["one"].weight)
    other, _ = construct(DESCRIBED | {"size": 5})
    with pytest.raises(InputError, match="cannot be the base of this model"):
        CHECKPOINT.start_from(other, weights)
    with pytest.raises(InputError, match="does not exist; run snakemake to train the base model"):
        CHECKPOINT.start_from(fresh, weights.with_name("absent.safetensors"))
