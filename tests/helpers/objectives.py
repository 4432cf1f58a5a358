"""Small objectives for the tests of the training loop."""

import torch
from torch import nn
from torch.nn import functional

from superdrift.learning.objective import Objective, Update, Validation
from superdrift.learning.settings import OptimisationSettings

CHANGEABLE = {
    "steps": 60, "batch_size": 8, "learning_rate": 1e-2, "warmup": 5, "weight_decay": 0.01, "validate_every": 10,
}  # fmt: skip


def optimisation(**changes):
    """Settings of a training."""
    return OptimisationSettings(**{**CHANGEABLE, **changes})


class StoppedError(Exception):
    """Stands for a killed process."""


def stop_after(trainer, steps):
    """Make a trainer die when it has done so many steps."""
    step = trainer._step

    def dying():
        if trainer.step == steps:
            raise StoppedError
        return step()

    trainer._step = dying


class Regression(Objective):
    """A line through noisy points, with dropout and noise, so that all kinds of random numbers matter."""

    def __init__(self, rows=20):
        torch.manual_seed(0)
        self.network, self.rows = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.2), nn.Linear(8, 1)), rows
        draws = torch.Generator().manual_seed(1)
        self._x = torch.randn(rows, 3, generator=draws)
        self._y = self._x.sum(dim=1, keepdim=True)

    def loss(self, rows, generator):
        x = self._x[rows]
        noisy = x + 0.01 * torch.randn(x.shape, generator=generator)
        return functional.mse_loss(self.network(noisy), self._y[rows])

    def validate(self, network):
        loss = float(functional.mse_loss(network(self._x), self._y))
        return Validation(loss, loss)


class Adversary(Objective):
    """A generator of one number and its critic: two optimisers, the critic five times a step (Wasserstein)."""

    def __init__(self, mean=3.0):
        torch.manual_seed(0)
        self.network, self.rows = nn.ModuleDict({"generator": nn.Linear(1, 1), "critic": nn.Linear(1, 1)}), 64
        self._real = mean + 0.1 * torch.randn(64, 1, generator=torch.Generator().manual_seed(2))
        self.calls = []

    def updates(self):
        return (
            Update("critic", self.network["critic"], self._critic_loss, repeats=5),
            Update("generator", self.network["generator"], self.loss),
        )

    def _drawn(self, n, generator):
        return self.network["generator"](torch.randn(n, 1, generator=generator))

    def _critic_loss(self, rows, generator):
        self.calls.append("critic")
        critic, drawn = self.network["critic"], self._drawn(len(rows), generator).detach()
        slope = (critic.weight.norm() - 1).clamp(min=0).square()
        return critic(drawn).mean() - critic(self._real[rows]).mean() + 10 * slope

    def loss(self, rows, generator):
        self.calls.append("generator")
        return -self.network["critic"](self._drawn(len(rows), generator)).mean()

    def validate(self, network):
        distance = float((network["generator"].bias - self._real.mean()).abs())
        return Validation(distance, distance)
