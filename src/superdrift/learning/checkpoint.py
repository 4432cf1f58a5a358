"""Networks on disk: safetensors for numbers, JSON for everything else; written whole or not at all, never unpickled."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from superdrift.io.files import write_whole
from superdrift.run.errors import InputError

_HEADER = "superdrift"
T = TypeVar("T")
Construct = Callable[[dict[str, Any]], tuple[Mapping[str, nn.Module], T]]
"""Description → modules with fresh weights by name, and the model that holds them."""


@dataclass(frozen=True)
class Checkpoint:
    """One kind of model on disk: a .safetensors file, and a .json description that rebuilds the model.

    Attributes:
        kind: what the description says it is, e.g. "latent".
        what: the model in words, for messages, e.g. "latent model".
        source: how it comes about, for messages, e.g. "run snakemake to train the latent space".
        remedy: what to do about damaged files, for messages.
    """

    kind: str
    what: str
    source: str
    remedy: str = "delete both and run snakemake again"

    def save(
        self, modules: Mapping[str, nn.Module], weights: Path, description: Path, record: Mapping[str, Any], *,
        half: bool = False,
    ) -> None:  # fmt: skip
        """Write the weights of some modules under the prefixes of their names, and the description.

        Args:
            modules: name → module.
            weights: the .safetensors file.
            description: the .json file.
            record: entries of the description: constructor arguments, scaling, provenance.
            half: store floating-point weights in half precision, in half the space; they are read back to single.
        """
        tensors = {
            f"{name}.{key}": value.to(torch.float16) if half and value.is_floating_point() else value
            for name, module in modules.items()
            for key, value in module.state_dict().items()
        }
        text = json.dumps({"kind": self.kind, **record}, indent=1, ensure_ascii=False) + "\n"
        write_whole(weights, save(_plain(tensors)))
        write_whole(description, text.encode())

    def load(
        self, weights: Path, description: Path, construct: Construct[T], *, device: torch.device
    ) -> tuple[T, dict[str, Any]]:
        """Rebuild a model, ready to use, and give its description.

        Args:
            weights: the .safetensors file.
            description: the .json file.
            construct: description → the modules that the weights belong to, by name, and the model that holds them.
            device: where to put the modules.

        Raises:
            InputError: when a file is missing, damaged, or does not belong to the other.
        """
        try:
            record = json.loads(Path(description).read_text(encoding="utf-8"))
            if record["kind"] != self.kind:
                raise KeyError(f"kind is {record['kind']}, not {self.kind}")
            modules, model = construct(record)
            _fill(modules, load_file(weights))
        except FileNotFoundError as error:
            raise InputError(f"{error.filename or weights} does not exist; {self.source}") from error
        except (ValueError, KeyError, TypeError, AttributeError, SafetensorError, RuntimeError) as error:
            raise InputError(
                f"{weights} and {description} are no {self.what} of this version ({_reason(error)}); {self.remedy}"
            ) from error
        for module in modules.values():
            module.eval().requires_grad_(requires_grad=False).to(device)
        return model, record

    def start_from(self, modules: Mapping[str, nn.Module], weights: Path) -> None:
        """Give new modules the weights of trained ones of the same design.

        Raises:
            InputError: when the file is missing or damaged, or its design is another.
        """
        try:
            _fill(modules, load_file(weights))
        except FileNotFoundError as error:
            raise InputError(f"{weights} does not exist; run snakemake to train the base model") from error
        except (ValueError, SafetensorError, RuntimeError) as error:
            raise InputError(
                f"{weights} cannot be the base of this model ({_reason(error)}); delete it and run snakemake again"
            ) from error


class ResumeFile:
    """State of an unfinished training in one file, replaced whole, so that a killed run goes on where it was saved.

    Args:
        output: a file that the training will write; the state lies in a hidden folder beside it.
        key: hash of everything the training depends on; state of another key is ignored.
        part: name of the training where several lead to one output.
    """

    def __init__(self, output: Path, key: str, *, part: str = "") -> None:
        self.path, self.key = Path(output).parent / ".resume" / f"{part}{Path(output).name}", key

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


def subset(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Entries whose names begin with a prefix, without it."""
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _fill(modules: Mapping[str, nn.Module], tensors: Mapping[str, Tensor]) -> None:
    """Put tensors into the modules they are named for.

    Raises:
        ValueError: for tensors of a module that is not there.
        RuntimeError: for tensors that are missing, too many, or of another shape.
    """
    strange = {key.split(".")[0] for key in tensors} - set(modules)
    if strange:
        raise ValueError(f"weights of {', '.join(sorted(strange))}, where {', '.join(sorted(modules))} are described")
    for name, module in modules.items():
        module.load_state_dict(subset(tensors, f"{name}."))


def _plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
