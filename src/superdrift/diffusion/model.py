"""A diffusion model: a process and its denoiser, built from a description that can be stored as JSON."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import torch

from superdrift.diffusion.denoisers.base import Denoiser, DenoiserKind
from superdrift.diffusion.process import DiffusionProcess
from superdrift.run.errors import InputError


@dataclass(frozen=True)
class DiffusionModel:
    """What training and sampling need.

    Attributes:
        process: how data is corrupted.
        denoiser: the network.
        description: rebuilds both; see `design`.
    """

    process: DiffusionProcess
    denoiser: Denoiser
    description: dict[str, Any]

    def to(self, device: torch.device) -> Self:
        """The same model on a device."""
        return replace(self, process=self.process.to(device), denoiser=self.denoiser.to(device))


def design(
    process: type[DiffusionProcess], denoiser: Mapping[str, Any], sampler: Mapping[str, Any], *,
    process_data: Mapping[str, Any], denoiser_data: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Description of a new model: kinds and constructor arguments of its parts.

    Args:
        process: class of the process.
        denoiser: `denoiser` block of the configuration: kind and options.
        sampler: its `sampler` block.
        process_data: constructor arguments of the process that follow from the data.
        denoiser_data: likewise of the denoiser; those that it does not have are ignored.
    """
    arguments = process.arguments_from(process_data, sampler)
    return {"process": {"kind": process.kind, **arguments}, "denoiser": dict(denoiser), "data": dict(denoiser_data)}


def build(
    description: Mapping[str, Any], *, processes: Mapping[str, type[DiffusionProcess]],
    denoisers: Mapping[str, DenoiserKind],
) -> DiffusionModel:  # fmt: skip
    """A model with fresh weights, drawn from PyTorch's global generator.

    Args:
        description: from `design`; further entries are ignored.
        processes: processes that it may name, by kind.
        denoisers: denoisers likewise.

    Raises:
        InputError: for an unknown process or denoiser, one that does not fit the other, or a wrong argument.
    """
    arguments, options = dict(description["process"]), dict(description["denoiser"])
    kind, name = arguments.pop("kind"), options.pop("kind")
    process = _known(processes, kind, "process")(**arguments)
    chosen = _known(denoisers, name, "denoiser")
    if not isinstance(process, chosen.process):
        choices = [other for other, entry in denoisers.items() if isinstance(process, entry.process)]
        raise InputError(f"denoiser '{name}' does not fit a {kind} process; choose {' or '.join(choices)}")
    given = {**process.denoiser_arguments, **description["data"]}
    signature = inspect.signature(chosen.build).parameters
    parameters, free = set(signature), {name for name, entry in signature.items() if entry.default is not entry.empty}
    wanted = parameters - set(given)
    if not wanted - free <= set(options) <= wanted:
        missing, unknown = sorted(wanted - free - set(options)), sorted(set(options) - wanted)
        raise InputError(f"denoiser '{name}': missing {missing}, unknown {unknown}; config.yaml shows an example")
    denoiser = chosen.build(**{key: given[key] for key in parameters & set(given)}, **options)
    return DiffusionModel(process, denoiser, {key: description[key] for key in ("process", "denoiser", "data")})


def _known(choices: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in choices:
        raise InputError(f"unknown {what} '{name}'; choose one of {', '.join(choices)}")
    return choices[name]
