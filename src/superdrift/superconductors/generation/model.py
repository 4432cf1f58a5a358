"""The generator of compositions: a diffusion model with the encoding that its data goes through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from superdrift.diffusion import model as diffusion
from superdrift.diffusion.denoisers import DENOISERS as GENERAL_DENOISERS
from superdrift.diffusion.denoisers.base import DenoiserKind
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.process import DiffusionProcess
from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.encodings import ENCODINGS, Encoding
from superdrift.superconductors.generation.conditions import ORDERED, SIZES, TC_EDGES_K, conditions, with_conditions
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

    @property
    def conditioned(self) -> bool:
        """Whether the process knows family and Tc."""
        return bool(getattr(self.process, "conditions", ()))

    @property
    def tc_edges_k(self) -> Sequence[float]:
        """Lower ends of the classes of Tc that it was trained with, K."""
        return self.description["data"]["tc_edges_k"]

    def encode(self, amounts: NDArray[np.floating], tc_k: NDArray[np.floating]) -> Tensor:
        """Data of the process: (n, 96) amounts, with family and Tc (n,) in K where it knows them."""
        data = self.encoding.encode(amounts)
        return with_conditions(data, conditions(amounts, tc_k)) if self.conditioned else data


def design(
    process: str, denoiser: Mapping[str, Any], sampler: Mapping[str, Any], *, forgotten: float | None = None
) -> dict[str, Any]:
    """Description of a new model from the blocks of its configuration.

    Args:
        process: its kind.
        denoiser: `denoiser` block.
        sampler: `sampler` block.
        forgotten: share of the training rows whose family, and whose Tc, is unknown; None: the model knows neither.

    Raises:
        InputError: for an unknown process, one that cannot be told conditions, or a sampler that it cannot take its
            steps from.
    """
    if process not in PROCESSES:
        raise InputError(f"unknown process '{process}'; choose one of {', '.join(PROCESSES)}")
    encoding = ENCODINGS[process]
    process_data, denoiser_data = dict(encoding.process_data), dict(encoding.denoiser_data)
    if forgotten is not None:
        if PROCESSES[process] is not MaskedDiffusion:
            raise InputError(f"a {process} model cannot be told family and Tc; set its condition_forgotten to null")
        process_data |= {"conditions": SIZES, "forgotten": forgotten}
        denoiser_data |= {"ordered": ORDERED, "tc_edges_k": TC_EDGES_K}
    return diffusion.design(
        PROCESSES[process], denoiser, sampler, process_data=process_data, denoiser_data=denoiser_data
    )  # fmt: skip


def build(description: Mapping[str, Any]) -> Model:
    """A model with fresh weights, drawn from PyTorch's global generator.

    Raises:
        InputError: for an unknown process or denoiser, one that does not fit the other, or a wrong argument.
    """
    built = diffusion.build(description, processes=PROCESSES, denoisers=DENOISERS)
    return Model(built.process, built.denoiser, built.description, ENCODINGS[built.process.kind])
