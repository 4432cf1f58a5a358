"""Several predictors of Tc that learned from different chemical systems: where they disagree, none of them knows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from superdrift.learning.checkpoint import Checkpoint, ResumeFile
from superdrift.learning.training import History
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.training import fit_predictor
from superdrift.superconductors.drift.training_rows import Part
from superdrift.superconductors.settings.drift_ascent import EnsembleSettings

CHECKPOINT = Checkpoint(kind="ensemble", what="ensemble of predictors", source="run snakemake to train it")
INTEGERS = 200
"""Amounts lie below it, for the choice of rows; the members read them as they are."""
LEARNED_FROM = 0.8
"""Share of the chemical systems that a member learns from. Whole systems are left out, so that the members disagree on
systems that all of them lack as they do on those that one lacks."""


class TcEnsemble(nn.Module):
    """Mean and disagreement of several predictors, differentiable in the amounts.

    Args:
        members: fitted.
    """

    def __init__(self, members: Sequence[TcPredictor]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, amounts: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 96) atoms per formula unit → mean and standard deviation of the members' Tc, each (n,) in K."""
        tc = torch.stack([member(amounts) for member in self.members])
        return tc.mean(dim=0), tc.std(dim=0, unbiased=False)


def fit_ensemble(
    train: Part,
    validation: Part,
    settings: EnsembleSettings,
    *,
    seed: int,
    device: torch.device,
    resume: Sequence[ResumeFile] | None = None,
) -> tuple[TcEnsemble, list[History]]:
    """Fit every member to another `LEARNED_FROM` of the chemical systems.

    Args:
        train: rows to learn from.
        validation: rows that choose each member's weights.
        settings: of the members.
        seed: of systems and weights.
        device: where to fit.
        resume: where the unfinished state of each member is kept; None: nowhere.

    Returns:
        The ensemble, ready to use, and the history of each member.
    """
    system = np.unique(train.amounts > 0, axis=0, return_inverse=True)[1].ravel()
    members, histories = [], []
    for number in range(settings.members):
        chosen = _chosen(system, seed, number)
        part = Part(train.amounts[chosen], train.tc_k[chosen], train.representable[chosen])
        member, history = fit_predictor(
            part, validation, settings, integers=INTEGERS, seed=derive(seed, "ensemble", number), device=device,
            resume=None if resume is None else resume[number],
        )  # fmt: skip
        members.append(member)
        histories.append(history)
    return TcEnsemble(members).eval(), histories


def _chosen(system: NDArray[np.int64], seed: int, number: int) -> NDArray[np.bool_]:
    """(n,) rows whose chemical system a member learns from; all where that would be none."""
    drawn = generator(seed, "ensemble", number, "systems").random(int(system.max()) + 1) < LEARNED_FROM
    return drawn[system] if drawn.any() else np.ones(len(system), dtype=bool)


def save_ensemble(ensemble: TcEnsemble, weights: Path, description: Path, record: Mapping[str, Any]) -> None:
    """Write an ensemble.

    Args:
        ensemble: fitted.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description.
    """
    arguments = [member.arguments for member in ensemble.members]
    CHECKPOINT.save({"ensemble": ensemble}, weights, description, {"members": arguments, **record})


def load_ensemble(weights: Path, description: Path, *, device: torch.device) -> TcEnsemble:
    """Rebuild an ensemble, ready to use.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    return CHECKPOINT.load(weights, description, _networks, device=device)[0]


def _networks(record: dict[str, Any]) -> tuple[Mapping[str, nn.Module], TcEnsemble]:
    """An ensemble with fresh weights."""
    ensemble = TcEnsemble([TcPredictor(**arguments) for arguments in record["members"]])
    return {"ensemble": ensemble}, ensemble
