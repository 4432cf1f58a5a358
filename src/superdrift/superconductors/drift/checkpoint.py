"""VAE, denoiser and predictor, together and on disk: the weights of all in one safetensors file, all else in JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from superdrift.learning.checkpoint import Checkpoint
from superdrift.superconductors.drift.denoiser import DigitDenoiser
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.vae import Vae

CHECKPOINT = Checkpoint(kind="latent", what="latent model", source="run snakemake to train the latent space")


class LatentModel(NamedTuple):
    """What the published drift moves in.

    Attributes:
        vae: composition ↔ z.
        denoiser: of what it decodes.
        predictor: Tc, which is climbed.
    """

    vae: Vae
    denoiser: DigitDenoiser
    predictor: TcPredictor


def save_latent(model: LatentModel, weights: Path, description: Path, record: Mapping[str, Any]) -> None:
    """Write all networks.

    Args:
        model: the trained networks.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (validation, settings, provenance).
    """
    networks: dict[str, nn.Module] = model._asdict()
    arguments = {name: network.arguments for name, network in networks.items()}
    CHECKPOINT.save(networks, weights, description, {**arguments, **record})


def load_latent(weights: Path, description: Path, *, device: torch.device) -> tuple[LatentModel, dict[str, Any]]:
    """Rebuild all networks, ready to use, and give their description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    return CHECKPOINT.load(weights, description, _networks, device=device)


def _networks(record: dict[str, Any]) -> tuple[Mapping[str, nn.Module], LatentModel]:
    """All with fresh weights."""
    model = LatentModel(
        Vae(**record["vae"]), DigitDenoiser(**record["denoiser"]), TcPredictor(**record["predictor"])
    )  # fmt: skip
    return model._asdict(), model
