"""Training: the order of batches, a loss that falls, exact resumption, the best weights kept."""

import dataclasses

import numpy as np
import pytest
import torch

from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.settings import TrainingSettings
from superdrift.learning.training import Trainer, learning_rate
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.model import build, design
from superdrift.superconductors.generation.training_rows import batch_rows

SETTINGS = TrainingSettings(
    optimiser="adamw", steps=60, batch_size=32, learning_rate=3e-3, warmup=5, decay="cosine", weight_decay=0.01,
    clip=1.0, ema=0.9, merge_repeats=True, validation="groups", validate_every=10, validation_draws=64, threads=1,
)  # fmt: skip
MASKED = {"kind": "slot_transformer", "width": 32, "depth": 1, "heads": 2, "dropout": 0.1}


class StoppedError(Exception):
    """Stands for a killed process."""


def compositions(n):
    """Amounts of La2−xSrxCuO4 with x on the grid."""
    amounts = np.zeros((n, 96), dtype=np.float32)
    x = np.round(np.arange(n) % 40 / 100, 2)
    amounts[:, 56], amounts[:, 37], amounts[:, 28], amounts[:, 7] = np.round(2 - x, 2), x, 1, 4
    return amounts


def trainer(folder, settings=SETTINGS, process="masked", denoiser=MASKED, key="key"):
    torch.manual_seed(0)
    model = build(design(process, denoiser, {"steps": 50}))
    data = model.encoding.encode(compositions(40))
    resume = ResumeFile(folder / ".resume" / "model.safetensors", key)
    return Trainer(model, data[:32], data[32:], settings, seed=1, label="cuprates", resume=resume)


def weights(trained):
    return trained.model.denoiser.state_dict()


def stop_after(trained, steps):
    """Make a trainer die when it has done so many steps."""
    update = trained._update

    def dying():
        if trained.step == steps:
            raise StoppedError
        return update()

    trained._update = dying


def test_batches_visit_every_row_once_per_epoch():
    rows = np.concatenate([batch_rows(step, 7, 10, 1, "train", "x") for step in range(10)])
    assert (np.sort(rows.reshape(7, 10), axis=1) == np.arange(10)).all()
    assert (rows[:10] != rows[10:20]).any()


def test_batches_larger_than_the_data():
    assert (np.bincount(batch_rows(0, 30, 10, 1, "x")) == 3).all()


@pytest.mark.parametrize(
    ("process", "denoiser"),
    [("masked", MASKED), ("gaussian", {"kind": "mlp", "width": 32, "depth": 1})],
    ids=["masked", "gaussian"],
)
def test_loss_falls(tmp_path, process, denoiser):
    history = trainer(tmp_path, process=process, denoiser=denoiser).run()
    assert history.step == [10, 20, 30, 40, 50, 60]
    assert history.validation_loss[-1] < 0.8 * history.validation_loss[0]
    assert history.train_loss[-1] < 0.8 * history.train_loss[0]


@pytest.mark.parametrize("optimiser", ["adamw", "nadam"])
def test_interrupted_training_ends_with_the_same_bits(tmp_path, optimiser):
    settings = dataclasses.replace(SETTINGS, optimiser=optimiser)
    straight = trainer(tmp_path / "straight", settings)
    expected = straight.run()
    for stop in (27, 43):
        dying = trainer(tmp_path / "resumed", settings)
        stop_after(dying, stop)
        with pytest.raises(StoppedError):
            dying.run()
    resumed = trainer(tmp_path / "resumed", settings)
    history = resumed.run()
    assert history.validation_loss == expected.validation_loss and history.train_loss == expected.train_loss
    for name, value in weights(straight).items():
        assert torch.equal(value, weights(resumed)[name]), name
    resumed.resume.delete()
    assert not (tmp_path / "resumed" / ".resume").exists()


def test_state_of_other_settings_is_ignored(tmp_path):
    dying = trainer(tmp_path, key="before")
    stop_after(dying, 20)
    with pytest.raises(StoppedError):
        dying.run()
    fresh = trainer(tmp_path, key="after")
    fresh._restore()
    assert fresh.step == 0


def test_damaged_state_is_ignored(tmp_path):
    fresh = trainer(tmp_path)
    fresh.resume.path.parent.mkdir()
    fresh.resume.path.write_bytes(b"half a file")
    fresh._restore()
    assert fresh.step == 0


def test_validation_uses_the_same_rows_levels_and_noise_every_time(tmp_path):
    trained = trainer(tmp_path)
    first = trained.validate()
    torch.rand(100)  # whatever else draws random numbers
    assert trained.validate() == first


def test_weights_of_the_lowest_validation_loss_are_kept(tmp_path):
    trained = trainer(tmp_path)
    losses = iter([3.0, 1.0, 2.0, 4.0, 5.0, 6.0])
    kept = {}

    def scripted():
        kept[trained.step] = {name: value.clone() for name, value in trained.averaged.state_dict().items()}
        return next(losses)

    trained.validate = scripted
    history = trained.run()
    assert history.best == [True, True, False, False, False, False]
    assert trained.outcome()["step"] == 20
    assert all(torch.equal(value, weights(trained)[name]) for name, value in kept[20].items())


def test_without_averaging_the_weights_themselves_are_validated(tmp_path):
    trained = trainer(tmp_path, dataclasses.replace(SETTINGS, ema=0.0, steps=10))
    trained.run()
    for ours, theirs in zip(trained.averaged.parameters(), trained.model.denoiser.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_learning_rate_warms_up_and_falls():
    rates = [learning_rate(step, SETTINGS) for step in range(60)]
    assert rates[0] == pytest.approx(3e-3 / 5) and max(rates) < 3e-3 and rates[-1] < 1e-5
    constant = dataclasses.replace(SETTINGS, decay="constant", warmup=0)
    assert {learning_rate(step, constant) for step in range(60)} == {3e-3}


def test_divergence_is_told(tmp_path):
    with pytest.raises(InputError, match=r"diverged at step 10.*learning_rate"):
        trained = trainer(tmp_path)
        trained.train_data = trained.train_data.clone()
        next(trained.model.denoiser.parameters()).data.fill_(float("nan"))
        trained.run()


def test_unknown_optimiser_is_told(tmp_path):
    with pytest.raises(InputError, match="unknown optimiser 'sgd'; choose one of adamw, nadam"):
        trainer(tmp_path, dataclasses.replace(SETTINGS, optimiser="sgd"))
