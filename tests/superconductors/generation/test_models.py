"""Models built from their description, on disk and back; devices; errors that name what to do."""

import json

import numpy as np
import pytest
import torch
from torch import Generator

from superdrift.composition.elements import SYMBOLS
from superdrift.diffusion.samplers import named
from superdrift.learning import device
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.checkpoint import load_model, save_model
from superdrift.superconductors.generation.model import build, design
from superdrift.superconductors.generation.sampling import Sampling, sample_conditioned
from superdrift.superconductors.settings.generation import LowPassSettings

CPU = torch.device("cpu")
MLP = {"kind": "mlp", "width": 16, "depth": 1}
SLOTS = {"kind": "slot_transformer", "width": 16, "depth": 1, "heads": 2, "dropout": 0.0}
UNMASK = {"kind": "unmask", "temperature": 1.0, "min_p": 0.02, "element_temperature": 1.0, "element_min_p": 0.01}


def test_a_model_reads_back_as_it_was_written(tmp_path):
    model = build(design("gaussian", MLP, {"steps": 20}))
    model.denoiser.fit(torch.randn(50, 96))
    save_model(model, tmp_path / "m.safetensors", tmp_path / "m.json", {"family": "cuprates"})
    again, record = load_model(tmp_path / "m.safetensors", tmp_path / "m.json", CPU)
    assert record["family"] == "cuprates" and again.process.steps == 20
    assert not again.denoiser.training
    for name, value in model.denoiser.state_dict().items():
        assert torch.equal(value, again.denoiser.state_dict()[name])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json", "m.safetensors"]


def test_missing_and_damaged_models_are_told(tmp_path):
    weights, description = tmp_path / "m.safetensors", tmp_path / "m.json"
    with pytest.raises(InputError, match=r"m\.json does not exist"):
        load_model(weights, description, CPU)
    save_model(build(design("gaussian", MLP, {"steps": 20})), weights, description, {})
    whole = weights.read_bytes()
    weights.write_bytes(whole[:100])
    with pytest.raises(InputError, match="delete both and run snakemake again"):
        load_model(weights, description, CPU)
    weights.write_bytes(whole)
    record = json.loads(description.read_text())
    record["denoiser"]["width"] = 32
    description.write_text(json.dumps(record))
    with pytest.raises(InputError, match="no model of this version"):
        load_model(weights, description, CPU)


@pytest.mark.parametrize(
    ("process", "denoiser", "message"),
    [
        ("flow", MLP, "unknown process 'flow'; choose one of gaussian, masked"),
        ("masked", MLP, "denoiser 'mlp' does not fit a masked process; choose slot_transformer"),
        ("gaussian", {"kind": "cnn"}, "unknown denoiser 'cnn'; choose one of mlp, unet1d, slot_transformer"),
        ("gaussian", {"kind": "mlp", "width": 16, "heads": 2}, r"missing \['depth'\], unknown \['heads'\]"),
    ],
)
def test_models_that_cannot_be_are_told(process, denoiser, message):
    with pytest.raises(InputError, match=message):
        build(design(process, denoiser, {"steps": 20}))


def test_samplers_that_do_not_fit_are_told():
    model, masked = build(design("gaussian", MLP, {"steps": 20})), build(design("masked", SLOTS, UNMASK))
    with pytest.raises(InputError, match="sampler 'unmask' does not fit a gaussian model; choose ancestral"):
        named(UNMASK, model.process)
    with pytest.raises(InputError, match="unknown sampler 'ddim'"):
        named({"kind": "ddim"}, model.process)
    with pytest.raises(InputError, match=r"cannot hold samples to .* or conditions; choose unmask"):
        named({"kind": "ancestral", "steps": 32}, masked.process, restrict=True)
    draw = named({"kind": "ancestral", "steps": 10}, model.process)
    with pytest.raises(InputError, match="steps = 10, but the model was trained with T = 20"):
        draw(model.process, model.denoiser, samples=1, generator=Generator())
    with pytest.raises(InputError, match="sampler 'unmask' has no steps, which a gaussian process takes as its T"):
        design("gaussian", MLP, UNMASK)


def test_ilvr_needs_a_gaussian_model():
    model = build(design("masked", SLOTS, UNMASK))
    with pytest.raises(InputError, match=r"condition\.model is a masked model; ILVR needs a gaussian one"):
        sample_conditioned(
            model, torch.zeros(96).numpy(), LowPassSettings([2], "cubic", "atomic_number", True, 0.0), scale=2,
            samples=1, seed=0, device=CPU, advance=lambda _: None,
        )  # fmt: skip


def test_same_seed_same_rows_and_samples_are_exact_hundredths():
    model = build(design("masked", SLOTS, UNMASK))

    def draw(seed):
        return Sampling(model, UNMASK, device=CPU).batch(20, seed)

    first = draw(3)
    assert first.shape == (20, 96) and (first == draw(3)).all() and (first != draw(4)).any()
    assert (abs(first * 100 - (first * 100).round()) < 1e-3).all() and (first >= 0).all()


def test_only_allowed_elements_are_drawn():
    model, allowed = build(design("masked", SLOTS, UNMASK)), np.isin(SYMBOLS[:96], ["Cu", "O", "La", "Sr"])
    drawn = Sampling(model, UNMASK, device=CPU, allowed=allowed).batch(60, 3)
    assert (drawn[:, ~allowed] == 0).all() and (drawn > 0).any(axis=0).sum() == 4
    with pytest.raises(InputError, match="leave no element"):
        Sampling(model, UNMASK, device=CPU, allowed=np.zeros(96, dtype=bool))
    gaussian, sampler = build(design("gaussian", MLP, {"steps": 20})), {"kind": "ancestral", "steps": 20}
    with pytest.raises(InputError, match="cannot be held by a gaussian model"):
        Sampling(gaussian, sampler, device=CPU, allowed=allowed)


def test_cuda_is_never_replaced_silently(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"train\.device = cuda, but PyTorch sees no CUDA device here; set train"):
        device.choose("cuda", key="train.device")
    with pytest.raises(InputError, match=r"generate\.device = 'gpu' is no device; choose cpu or cuda"):
        device.choose("gpu", key="generate.device")
    assert device.choose("cpu", key="train.device") == CPU
