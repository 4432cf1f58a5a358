"""Trains one network of formation energies on the training rows; the validation rows choose its weights."""

import numpy as np
import torch
from torch import Tensor

from superdrift.energies.ensemble import NETWORKS, EnergyModel, standardised
from superdrift.energies.formation_energies import Energies, supported_elements
from superdrift.energies.settings import TrainEnergySettings
from superdrift.learning.fitting import History, fit
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive, generator

STAGE = "train_energy"


def fit_member(
    train: Energies,
    validation: Energies,
    settings: TrainEnergySettings,
    *,
    seed: int,
    member: int,
    device: torch.device,
) -> tuple[EnergyModel, History]:
    """One member, with the weights of smallest mean absolute error on the validation rows, calibrated on them.

    Args:
        train: rows to learn from; their mean and standard deviation are the scaling.
        validation: rows that choose the weights.
        settings: the network, its optimisation, how many rows make an element supported.
        seed: seed of the run.
        member: number of the member; each has its own weights at the start and order of batches.
        device: where to train.

    Raises:
        InputError: when all training energies are equal.
    """
    names = (STAGE, settings.network, member)
    torch.manual_seed(derive(seed, *names, "weights"))
    network = NETWORKS[settings.network](**settings.arguments).to(device)
    mean, sd = float(train.energies.mean()), float(train.energies.std())
    if sd == 0:
        raise InputError(f"all {len(train.energies)} training energies are {mean} eV/atom: there is nothing to learn")
    amounts = torch.from_numpy(train.amounts).to(device)
    targets = torch.from_numpy((train.energies - mean) / sd).float().to(device)
    held_out = (validation.energies - mean) / sd
    every = np.arange(len(held_out))

    def loss(rows: Tensor) -> Tensor:
        rows = rows.to(device)
        drawn = amounts[rows].double()  # fractions as `to_fractions` makes them
        energy, log_scale = network((drawn / drawn.sum(dim=1, keepdim=True)).float())
        return laplace(energy, log_scale, targets[rows])

    def validate() -> tuple[float, float]:
        energy, log_scale = standardised(network, validation.amounts, every)
        scale = None if log_scale is None else torch.from_numpy(log_scale)
        value = laplace(torch.from_numpy(energy), scale, torch.from_numpy(held_out))
        return float(value), sd * float(np.abs(energy - held_out).mean())

    history = fit(
        network, loss, validate, rows=len(targets), settings=settings.training, clip=settings.training.clip,
        generator=generator(seed, *names, "batches"), label=f"train {settings.network} {member}",
        key=f"energy.{settings.network}.learning_rate",
    )  # fmt: skip
    supported = supported_elements(train.amounts, min_rows=settings.min_rows)
    model = EnergyModel(settings.network, [network], mean, sd, supported)
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
