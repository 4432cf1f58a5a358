"""VAE and predictor on disk: the numbers of both in one safetensors file, all else in JSON, never unpickled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from superdrift.io.files import write_whole
from superdrift.run.errors import InputError
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.vae import Vae

KIND = "latent"


def save_latent(vae: Vae, predictor: TcPredictor, weights: Path, description: Path, record: Mapping[str, Any]) -> None:
    """Write the weights under the prefixes `vae.` and `predictor.`, and the JSON that rebuilds both networks.

    Args:
        vae: the trained VAE.
        predictor: the trained predictor.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (validation, settings, provenance).
    """
    tensors = {
        f"{name}.{key}": value.detach().cpu().contiguous()
        for name, network in (("vae", vae), ("predictor", predictor))
        for key, value in network.state_dict().items()
    }
    text = {"kind": KIND, "vae": vae.arguments, "predictor": predictor.arguments, **record}
    write_whole(weights, save(tensors))
    write_whole(description, (json.dumps(text, indent=2, ensure_ascii=False) + "\n").encode())


def load_latent(weights: Path, description: Path, *, device: torch.device) -> tuple[Vae, TcPredictor, dict[str, Any]]:
    """Rebuild both networks, ready to use, and give their description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    try:
        record = json.loads(Path(description).read_text(encoding="utf-8"))
        if record["kind"] != KIND:
            raise KeyError(f"kind is {record['kind']}, not {KIND}")
        vae, predictor = Vae(**record["vae"]), TcPredictor(**record["predictor"])
        tensors = load_file(weights)
        for name, network in (("vae", vae), ("predictor", predictor)):
            prefix = f"{name}."
            network.load_state_dict(
                {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
            )
    except FileNotFoundError as error:
        raise InputError(
            f"{error.filename or weights} does not exist; run snakemake to train the latent space"
        ) from error
    except (ValueError, KeyError, TypeError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{weights} and {description} are no latent model of this version ({reason}); delete both and run"
            " snakemake again"
        ) from error
    return _ready(vae, device), _ready(predictor, device), record


def _ready(network: nn.Module, device: torch.device) -> Any:
    return network.eval().requires_grad_(requires_grad=False).to(device)
