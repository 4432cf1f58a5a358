"""The training loop of small networks: batches, learning rate, clipping, the weights that are kept."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from superdrift.learning.fitting import batches, fit, learning_rate
from superdrift.run.errors import InputError


def settings(**changes):
    return SimpleNamespace(
        **{"steps": 300, "batch_size": 8, "learning_rate": 5e-3, "warmup": 10, "weight_decay": 0.0,
           "validate_every": 50} | changes
    )  # fmt: skip


def test_the_weights_of_smallest_error_are_kept():
    weight = torch.nn.Linear(1, 1, bias=False)
    held_out = iter([3.0, 1.0, 2.0])
    seen = []

    def validation():
        seen.append(float(weight.weight.detach()))
        return 7.0, next(held_out)

    history = fit(
        weight, lambda r: weight.weight.sum() * len(r), validation, rows=5, settings=settings(steps=150),
        generator=np.random.default_rng(0), label="test", key="drift.vae.learning_rate",
    )  # fmt: skip
    assert history["best"] == [True, True, False]
    assert history["validation_loss"] == [7.0, 7.0, 7.0]
    assert float(weight.weight.detach()) == seen[1] != seen[2]


def test_a_training_that_diverges_stops():
    weight = torch.nn.Linear(1, 1)
    with pytest.raises(InputError, match=r"not finite after 50 steps; lower drift\.vae\.learning_rate"):
        fit(
            weight, lambda r: weight.weight.sum() * float("nan"), lambda: (0.0, 0.0), rows=5, settings=settings(),
            generator=np.random.default_rng(0), label="test", key="drift.vae.learning_rate",
        )  # fmt: skip


def test_batches_read_every_row_once_an_epoch_even_where_batches_are_larger():
    drawn = batches(5, 3, np.random.default_rng(0))
    first = torch.cat([next(drawn) for _ in range(5)])
    assert torch.bincount(first).tolist() == [3] * 5
    assert len(next(batches(3, 8, np.random.default_rng(0)))) == 8


def test_the_learning_rate_rises_then_falls_to_zero():
    plan = settings(steps=100, warmup=10, learning_rate=1.0)
    assert learning_rate(5, plan) == 0.5
    assert learning_rate(10, plan) == 1.0
    assert learning_rate(55, plan) == pytest.approx(0.5)
    assert learning_rate(100, plan) == pytest.approx(0.0)


def steepness(clip):
    """Gradient of a steep loss as the optimiser sees it at the last step."""
    weight = torch.nn.Linear(1, 1, bias=False)
    fit(
        weight, lambda r: 1e4 * weight.weight.sum(), lambda: (0.0, 0.0), rows=5, settings=settings(steps=3),
        generator=np.random.default_rng(0), label="test", key="key", clip=clip,
    )  # fmt: skip
    return float(weight.weight.grad)


def test_gradients_are_clipped_only_where_asked():
    assert steepness(0.5) == pytest.approx(0.5, rel=1e-4)
    assert steepness(0.0) == pytest.approx(1e4)
