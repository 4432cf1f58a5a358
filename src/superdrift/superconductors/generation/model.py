"""The generator of compositions: a diffusion model with the encoding that its data goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superdrift.diffusion import model as diffusion
from superdrift.diffusion.denoisers import DENOISERS as GENERAL_DENOISERS
from superdrift.diffusion.denoisers.base import DenoiserKind
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.process import DiffusionProcess
from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.encodings import ENCODINGS, Encoding
from superdrift.superconductors.generation.slot_transformer import SlotTransformer

PROCESSES: dict[str, type[DiffusionProcess]] = {
    process.kind: process for process in (GaussianDiffusion, MaskedDiffusion)
}  # fmt: skip
"""Processes by kind: gaussian for vectors, masked for tokens; each has an encoding of that name."""
DENOISERS = {**GENERAL_DENOISERS, "slot_transformer": DenoiserKind(MaskedDiffusion, SlotTransformer)}
"""Denoisers by name: the general ones, and those that know compositions."""


@dataclass(frozen=True)
class Model(diffusion.DiffusionModel):
    """A diffusion model, and how compositions become its data and back."""

    encoding: Encoding


def design(process: str, denoiser: Mapping[str, Any], sampler: Mapping[str, Any]) -> dict[str, Any]:
    """Description of a new model from the blocks of its configuration.

    Raises:
        InputError: for an unknown process, or a sampler that it cannot take its steps from.
    """
    if process not in PROCESSES:
        raise InputError(f"unknown process '{process}'; choose one of {', '.join(PROCESSES)}")
    encoding = ENCODINGS[process]
    return diffusion.design(
        PROCESSES[process], denoiser, sampler,
        process_data=encoding.process_data, denoiser_data=encoding.denoiser_data,
    )  # fmt: skip


def build(description: Mapping[str, Any]) -> Model:
    """A model with fresh weights, drawn from PyTorch's global generator.

    Raises:
        InputError: for an unknown process or denoiser, one that does not fit the other, or a wrong argument.
    """
    built = diffusion.build(description, processes=PROCESSES, denoisers=DENOISERS)
    return Model(built.process, built.denoiser, built.description, ENCODINGS[built.process.kind])
