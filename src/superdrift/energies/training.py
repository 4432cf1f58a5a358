"""Trains one network of formation energies on the training rows; the validation rows choose its weights."""

import numpy as np
import torch
from torch import Generator, Tensor, nn

from superdrift.energies.ensemble import NETWORKS, EnergyModel, standardised
from superdrift.energies.formation_energies import Energies, supported_elements
from superdrift.energies.settings import TrainEnergySettings
from superdrift.learning.checkpoint import ResumeFile
from superdrift.learning.device import mixed_precision
from superdrift.learning.objective import Objective, Validation
from superdrift.learning.training import History, Method, Stream, Trainer
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive

STAGE = "train_energy"


class EnergyObjective(Objective):
    """Likelihood of standardised formation energies; the mean absolute error on validation rows decides.

    Args:
        network: to train, on its device.
        train: rows to learn from.
        validation: rows that choose the weights.
        mean: eV/atom, what the network calls 0.
        sd: eV/atom, what it calls 1.
    """

    def __init__(self, network: nn.Module, train: Energies, validation: Energies, *, mean: float, sd: float) -> None:
        self.network, self.rows = network, len(train.energies)
        device = next(network.parameters()).device
        self._amounts = torch.from_numpy(train.amounts).to(device)
        self._targets = torch.from_numpy((train.energies - mean) / sd).float().to(device)
        self._validation, self._sd = validation, sd
        self._held_out = (validation.energies - mean) / sd

    def loss(self, rows: Tensor, generator: Generator) -> Tensor:
        """Mean negative log likelihood of a batch; nothing is drawn from the generator."""
        del generator
        drawn = self._amounts[rows].double()  # fractions as `to_fractions` makes them
        with mixed_precision(rows.device):
            energy, log_scale = self.network((drawn / drawn.sum(dim=1, keepdim=True)).float())
            return laplace(energy, log_scale, self._targets[rows])

    def validate(self, network: nn.Module) -> Validation:
        """The same on the validation rows, and the mean absolute error in eV/atom."""
        energy, log_scale = standardised(network, self._validation.amounts, np.arange(len(self._held_out)))
        scale = None if log_scale is None else torch.from_numpy(log_scale)
        value = laplace(torch.from_numpy(energy), scale, torch.from_numpy(self._held_out))
        return Validation(float(value), self._sd * float(np.abs(energy - self._held_out).mean()))


def fit_member(
    train: Energies,
    validation: Energies,
    settings: TrainEnergySettings,
    *,
    seed: int,
    member: int,
    device: torch.device,
    resume: ResumeFile | None = None,
) -> tuple[EnergyModel, History]:
    """One member, with the weights of smallest mean absolute error on the validation rows, calibrated on them.

    Args:
        train: rows to learn from; their mean and standard deviation are the scaling.
        validation: rows that choose the weights.
        settings: the network, its optimisation, how many rows make an element supported.
        seed: seed of the run.
        member: number of the member; each has its own weights at the start and order of batches.
        device: where to train.
        resume: where unfinished state is kept; None: nowhere.

    Raises:
        InputError: when all training energies are equal.
    """
    names = (STAGE, settings.network, member)
    torch.manual_seed(derive(seed, *names, "weights"))
    network = NETWORKS[settings.network](**settings.arguments).to(device)
    mean, sd = float(train.energies.mean()), float(train.energies.std())
    if sd == 0:
        raise InputError(f"all {len(train.energies)} training energies are {mean} eV/atom: there is nothing to learn")
    objective = EnergyObjective(network, train, validation, mean=mean, sd=sd)
    stream = Stream(seed, names, f"{settings.network} {member}", f"energy.{settings.network}.learning_rate")
    history = Trainer(objective, settings.training, Method(clip=settings.training.clip), stream, resume).run()
    supported = supported_elements(train.amounts, min_rows=settings.min_rows)
    model = EnergyModel(settings.network, [network.eval()], mean, sd, supported)
    return model.calibrated(validation.amounts, validation.energies), history


def laplace(energy: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Mean negative log likelihood of a Laplace distribution, without the constant ln 2; all (n,), standardised.

    |y − E| / b + ln b; without a scale the mean absolute error.
    """
    error = (energy - target).abs()
    return (error if log_scale is None else error * torch.exp(-log_scale) + log_scale).mean()


def mean_absolute_error(model: EnergyModel, part: Energies) -> float | None:
    """eV/atom, over the rows that the model applies to; None where there is none."""
    error = np.abs(model.predict(part.amounts)[0] - part.energies)
    return float(np.nanmean(error)) if np.isfinite(error).any() else None
