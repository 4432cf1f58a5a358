"""Diffusion models on disk: the weights of process and denoiser in one safetensors file, all else in JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from superdrift.learning.checkpoint import Checkpoint
from superdrift.superconductors.generation.model import Model, build

CHECKPOINT = Checkpoint(kind="diffusion", what="model", source="run snakemake to train the model")


def save_model(
    model: Model, weights: Path, description: Path, record: Mapping[str, Any], *, half: bool = False
) -> None:  # fmt: skip
    """Write a model.

    Args:
        model: what to save.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (training, provenance).
        half: store the weights in half precision.
    """
    CHECKPOINT.save(_named(model), weights, description, {**model.description, **record}, half=half)


def load_model(weights: Path, description: Path, device: torch.device) -> tuple[Model, dict[str, Any]]:
    """Rebuild a model, ready to sample from, and give its description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    return CHECKPOINT.load(weights, description, _rebuilt, device=device)


def start_from(model: Model, weights: Path) -> None:
    """Give a new model the weights of a trained one of the same design.

    Raises:
        InputError: when the file is missing or damaged, or its design is another.
    """
    CHECKPOINT.start_from(_named(model), weights)


def _rebuilt(record: dict[str, Any]) -> tuple[Mapping[str, nn.Module], Model]:
    """A model with fresh weights."""
    model = build(record)
    return _named(model), model


def _named(model: Model) -> dict[str, nn.Module]:
    return {"process": model.process, "denoiser": model.denoiser}
