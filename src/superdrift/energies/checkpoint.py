"""Models of formation energy on disk: the members' weights under the prefixes `0.`, `1.`, …, the ensemble in JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from superdrift.composition.elements import mask_of
from superdrift.energies.ensemble import NETWORKS, EnergyModel
from superdrift.learning.checkpoint import Checkpoint

CHECKPOINT = Checkpoint(
    kind="formation-energy",
    what="model of formation energies",
    source="a model of formation energies is trained by snakemake (energy.use: attention or elemnet) or comes with the"
    " project (shipped: check out data/energy again)",
    remedy="delete both and run snakemake again, or check out data/energy again",
)


def save_energy(
    model: EnergyModel, weights: Path, description: Path, record: Mapping[str, Any], *, half: bool = False
) -> None:
    """Write an ensemble.

    Args:
        model: what to save.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (settings, scores, provenance).
        half: store the weights in half precision.
    """
    ensemble = {
        "network": model.network,
        "arguments": model.members[0].arguments,
        "members": len(model.members),
        "mean_ev": model.mean,
        "sd_ev": model.sd,
        "factor": model.factor,
        "supported": model.symbols(),
    }
    CHECKPOINT.save(_named(model), weights, description, {**ensemble, **record}, half=half)


def load_energy(weights: Path, description: Path, *, device: torch.device) -> tuple[EnergyModel, dict[str, Any]]:
    """Rebuild an ensemble, ready to use, and give its description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    return CHECKPOINT.load(weights, description, _ensemble, device=device)


def _ensemble(record: dict[str, Any]) -> tuple[Mapping[str, nn.Module], EnergyModel]:
    """Members with fresh weights, and the ensemble of them."""
    members = [NETWORKS[record["network"]](**record["arguments"]) for _ in range(record["members"])]
    supported = mask_of(record["supported"], key="supported")
    mean, sd, factor = (float(record[name]) for name in ("mean_ev", "sd_ev", "factor"))
    model = EnergyModel(record["network"], members, mean, sd, supported, factor)
    return _named(model), model


def _named(model: EnergyModel) -> dict[str, nn.Module]:
    return {str(number): member for number, member in enumerate(model.members)}
