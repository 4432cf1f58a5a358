"""VAE and predictor on disk: the weights of both in one safetensors file, all else in JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from superdrift.learning.checkpoint import Checkpoint
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.vae import Vae

CHECKPOINT = Checkpoint(kind="latent", what="latent model", source="run snakemake to train the latent space")


def save_latent(vae: Vae, predictor: TcPredictor, weights: Path, description: Path, record: Mapping[str, Any]) -> None:
    """Write both networks.

    Args:
        vae: the trained VAE.
        predictor: the trained predictor.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (validation, settings, provenance).
    """
    arguments = {"vae": vae.arguments, "predictor": predictor.arguments}
    CHECKPOINT.save({"vae": vae, "predictor": predictor}, weights, description, {**arguments, **record})


def load_latent(weights: Path, description: Path, *, device: torch.device) -> tuple[Vae, TcPredictor, dict[str, Any]]:
    """Rebuild both networks, ready to use, and give their description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    (vae, predictor), record = CHECKPOINT.load(weights, description, _networks, device=device)
    return vae, predictor, record


def _networks(record: dict[str, Any]) -> tuple[Mapping[str, nn.Module], tuple[Vae, TcPredictor]]:
    """Both with fresh weights."""
    vae, predictor = Vae(**record["vae"]), TcPredictor(**record["predictor"])
    return {"vae": vae, "predictor": predictor}, (vae, predictor)
