"""Weights on disk: safetensors for numbers, JSON for everything else; written whole or not at all, never unpickled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from superdrift.io.files import write_whole
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.model import Model, build

_HEADER = "superdrift"


def save_model(model: Model, weights: Path, description: Path, record: Mapping[str, Any]) -> None:
    """Write the weights of a model, and a JSON description that rebuilds it.

    Args:
        model: what to save.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (training, provenance).
    """
    write_whole(weights, save(_plain(model.parts.state_dict())))
    write_whole(description, (json.dumps({**model.description, **record}, indent=2) + "\n").encode())


def load_model(weights: Path, description: Path, device: torch.device) -> tuple[Model, dict[str, Any]]:
    """Rebuild a model, ready to sample from, and give its description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    try:
        record = json.loads(Path(description).read_text(encoding="utf-8"))
        model = build(record)
        model.parts.load_state_dict(load_file(weights))
    except FileNotFoundError as error:
        raise InputError(f"{error.filename or weights} does not exist; run snakemake to train the model") from error
    except (json.JSONDecodeError, KeyError, TypeError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{weights} and {description} are no model of this version ({reason}); delete both and run snakemake again"
        ) from error
    model.denoiser.eval().requires_grad_(requires_grad=False)
    return model.to(device), record


def start_from(model: Model, weights: Path) -> None:
    """Give a new model the weights of a trained one of the same design.

    Raises:
        InputError: when the file is missing or damaged, or its design is another.
    """
    try:
        model.parts.load_state_dict(load_file(weights))
    except FileNotFoundError as error:
        raise InputError(f"{weights} does not exist; run snakemake to train the base model") from error
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{weights} cannot be the base of this model ({reason}); delete it and run snakemake again"
        ) from error


class ResumeFile:
    """State of an unfinished training in one file, replaced whole, so that a killed run goes on where it was saved.

    Args:
        path: the file, in a hidden folder beside the outputs.
        key: hash of everything the training depends on; state of another key is ignored.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = Path(path), key

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Tensors and notes of the last save; None where there is none that can be used."""
        try:
            with safe_open(self.path, framework="pt") as stream:
                header = json.loads((stream.metadata() or {}).get(_HEADER, "{}"))
            if header.get("key") != self.key:
                return None
            return load_file(self.path), header["notes"]
        except (FileNotFoundError, SafetensorError, json.JSONDecodeError):
            return None

    def save(self, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
        """Replace the state; `notes` must be JSON."""
        header = {_HEADER: json.dumps({"key": self.key, "notes": dict(notes)})}
        write_whole(self.path, save(_plain(tensors), metadata=header))

    def delete(self) -> None:
        """Remove the state, and its folder if nothing else is in it."""
        self.path.unlink(missing_ok=True)
        if self.path.parent.is_dir() and not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()


def _plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
