"""The objective of diffusion models in the training loop: losses that fall, a validation that never varies."""

import numpy as np
import pytest
import torch
from objectives import StoppedError, optimisation, stop_after

from superdrift.diffusion.objective import DenoisingObjective, validation_grid
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.training import Method, Stream, Trainer
from superdrift.superconductors.generation.model import build, design

MASKED = {"kind": "slot_transformer", "width": 32, "depth": 1, "heads": 2, "dropout": 0.1}
MLP = {"kind": "mlp", "width": 32, "depth": 1}
BOTH = pytest.mark.parametrize(
    ("process", "denoiser"), [("masked", MASKED), ("gaussian", MLP)], ids=["masked", "gaussian"]
)


def compositions(n):
    """Amounts of La2−xSrxCuO4 with x on the grid."""
    amounts = np.zeros((n, 96), dtype=np.float32)
    x = np.round(np.arange(n) % 40 / 100, 2)
    amounts[:, 56], amounts[:, 37], amounts[:, 28], amounts[:, 7] = np.round(2 - x, 2), x, 1, 4
    return amounts


def trainer(folder, process, denoiser):
    torch.manual_seed(0)
    model = build(design(process, denoiser, {"steps": 50}))
    data = model.encoding.encode(compositions(40))
    objective = DenoisingObjective(
        model.process, model.denoiser, data[:32], data[32:], draws=64, batch_size=32, noise_seed=5
    )  # fmt: skip
    settings = optimisation(batch_size=32, learning_rate=3e-3)
    stream = Stream(1, ("train", "cuprates"), "cuprates", "models.*.training.learning_rate")
    return Trainer(objective, settings, Method(ema=0.9, clip=1.0), stream, ResumeFile(folder / "m.safetensors", "key"))


@BOTH
def test_the_loss_falls(tmp_path, process, denoiser):
    history = trainer(tmp_path, process, denoiser).run()
    assert history.validation_loss[-1] < 0.8 * history.validation_loss[0]
    assert history.train_loss[-1] < 0.8 * history.train_loss[0]


@BOTH
def test_an_interrupted_training_ends_with_the_same_bits(tmp_path, process, denoiser):
    straight = trainer(tmp_path / "straight", process, denoiser)
    expected = straight.run()
    dying = trainer(tmp_path / "resumed", process, denoiser)
    stop_after(dying, 33)
    with pytest.raises(StoppedError):
        dying.run()
    resumed = trainer(tmp_path / "resumed", process, denoiser)
    assert resumed.run().validation_loss == expected.validation_loss
    ours, theirs = (trained.objective.network.state_dict() for trained in (straight, resumed))
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


@BOTH
def test_validation_uses_the_same_rows_levels_and_noise_every_time(tmp_path, process, denoiser):
    objective = trainer(tmp_path, process, denoiser).objective
    network = objective.network.eval()
    with torch.inference_mode():
        first = objective.validate(network)
        torch.rand(100)  # whatever else draws random numbers
        assert objective.validate(network) == first


def test_the_grid_holds_every_row_at_levels_spread_evenly():
    rows, level = validation_grid(5, 18, torch.device("cpu"))
    assert len(rows) == 20
    assert torch.bincount(rows).tolist() == [4] * 5
    torch.testing.assert_close(level.sort().values, (torch.arange(20) + 0.5) / 20)
