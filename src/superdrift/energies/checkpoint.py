"""Models of formation energy on disk: the members' numbers in one safetensors file, all else in JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from superdrift.composition.elements import mask_of
from superdrift.energies.ensemble import NETWORKS, EnergyModel
from superdrift.io.files import write_whole
from superdrift.run.errors import InputError

KIND = "formation-energy"


def save_energy(
    model: EnergyModel, weights: Path, description: Path, record: Mapping[str, Any], *, half: bool = False
) -> None:
    """Write the weights under the prefixes `0.`, `1.`, … and the JSON that rebuilds the model.

    Args:
        model: what to save.
        weights: the .safetensors file.
        description: the .json file.
        record: further entries of the description (settings, scores, provenance).
        half: store the weights in half precision (float16), in half the space; they are read back to single.
    """
    tensors = {
        f"{number}.{key}": _stored(value, half=half)
        for number, member in enumerate(model.members)
        for key, value in member.state_dict().items()
    }
    text = {
        "kind": KIND,
        "network": model.network,
        "arguments": model.members[0].arguments,
        "members": len(model.members),
        "mean_ev": model.mean,
        "sd_ev": model.sd,
        "factor": model.factor,
        "supported": model.symbols(),
        **record,
    }
    write_whole(weights, save(tensors))
    write_whole(description, (json.dumps(text, indent=1, ensure_ascii=False) + "\n").encode())


def load_energy(weights: Path, description: Path, *, device: torch.device) -> tuple[EnergyModel, dict[str, Any]]:
    """Rebuild a model, ready to use, and give its description.

    Raises:
        InputError: when a file is missing, damaged, or does not belong to the other.
    """
    try:
        record = json.loads(Path(description).read_text(encoding="utf-8"))
        if record["kind"] != KIND:
            raise KeyError(f"kind is {record['kind']}, not {KIND}")
        tensors = load_file(weights)
        numbers = {key.split(".")[0] for key in tensors}
        if numbers != {str(number) for number in range(record["members"])}:
            raise ValueError(f"{record['members']} members are described and {len(numbers)} stored")
        members = []
        for number in range(record["members"]):
            member, prefix = NETWORKS[record["network"]](**record["arguments"]), f"{number}."
            own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
            member.load_state_dict(own)
            members.append(member.eval().requires_grad_(requires_grad=False).to(device))
        supported = mask_of(record["supported"], key=f"{description}: supported")
        scaling = [float(record[name]) for name in ("mean_ev", "sd_ev")]
        model = EnergyModel(record["network"], members, *scaling, supported, float(record["factor"]))
    except FileNotFoundError as error:
        raise InputError(
            f"{error.filename or weights} does not exist: a model of formation energies is trained by snakemake "
            "(energy.use: attention or elemnet) or comes with the project (shipped: check out data/energy again)"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{weights} and {description} are no model of formation energies of this version ({reason}); delete both "
            "and run snakemake again, or check out data/energy again"
        ) from error
    return model, record


def _stored(value: Tensor, *, half: bool) -> Tensor:
    plain = value.detach().cpu().contiguous()
    return plain.to(torch.float16) if half and plain.is_floating_point() else plain
