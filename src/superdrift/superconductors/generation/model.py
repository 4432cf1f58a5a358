"""A diffusion model: a process, its denoiser, and the encoding of compositions, built from a description."""

import inspect
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from superdrift.diffusion.denoisers import DENOISERS
from superdrift.diffusion.processes import PROCESSES
from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.encodings import ENCODINGS, Encoding


@dataclass(frozen=True)
class Model:
    """What sampling needs; `description` rebuilds it (constructor arguments of the process and the denoiser)."""

    process: nn.Module
    denoiser: nn.Module
    encoding: Encoding
    description: dict[str, Any]

    @property
    def parts(self) -> nn.ModuleDict:
        """Process and denoiser as one module, whose state is all there is to save."""
        return nn.ModuleDict({"process": self.process, "denoiser": self.denoiser})

    def to(self, device: torch.device) -> "Model":
        """The same model on a device."""
        return Model(self.process.to(device), self.denoiser.to(device), self.encoding, self.description)


def design(process: str, denoiser: dict[str, Any], sampler: dict[str, Any]) -> dict[str, Any]:
    """Description of a new model from the blocks of its configuration.

    T of a gaussian process is the number of steps of its sampler, which walks all of them.

    Raises:
        InputError: for an unknown process.
    """
    if process not in PROCESSES:
        raise InputError(f"unknown process '{process}'; choose one of {', '.join(PROCESSES)}")
    data = ENCODINGS[process].shape
    steps = {"steps": sampler["steps"]} if process == "gaussian" else {}
    return {"process": {"kind": process, **data, **steps}, "denoiser": dict(denoiser)}


def build(description: dict[str, Any]) -> Model:
    """A model with fresh weights, drawn from PyTorch's global generator.

    Raises:
        InputError: for an unknown process or denoiser, one that does not fit the other, or a wrong argument.
    """
    arguments, options = dict(description["process"]), dict(description["denoiser"])
    kind, name = arguments.pop("kind"), options.pop("kind")
    process = PROCESSES[kind](**arguments)
    if name not in DENOISERS:
        raise InputError(f"unknown denoiser '{name}'; choose one of {', '.join(DENOISERS)}")
    chosen = DENOISERS[name]
    if chosen.process != kind:
        choices = [other for other, cls in DENOISERS.items() if cls.process == kind]
        raise InputError(f"denoiser '{name}' does not fit a {kind} process; choose {' or '.join(choices)}")
    wanted = set(inspect.signature(chosen).parameters) - set(process.denoiser_arguments)
    if wanted != set(options):
        missing, unknown = sorted(wanted - set(options)), sorted(set(options) - wanted)
        raise InputError(f"denoiser '{name}': missing {missing}, unknown {unknown}; config.yaml shows an example")
    network = chosen(**process.denoiser_arguments, **options)
    return Model(
        process,
        network,
        ENCODINGS[kind],
        {"process": description["process"], "denoiser": description["denoiser"]},
    )
