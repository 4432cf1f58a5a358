"""How compositions become the data of a diffusion process and back: as vectors, or as tokens."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.encoding import tokens

LEAST_DEVIATION = 1.0
"""Atoms per formula unit; elements that vary less over the data are nearly always absent, which is not Gaussian."""


class Encoding(NamedTuple):
    """A pair of maps between amounts, (n, 96) atoms per formula unit, and the data of a process.

    Attributes:
        process_data: constructor arguments of the process that follow from the data.
        denoiser_data: likewise of a denoiser; those that it does not have are ignored.
        representable: (n, 96) → (n,) mask of the rows the data can hold.
        encode: (n, 96) amounts → data.
        decode: data → (n, 96) amounts.
        element_tokens: (96,) mask of elements → mask of the tokens of the first field; None where data has no tokens.
    """

    process_data: dict[str, Any]
    denoiser_data: dict[str, Any]
    representable: Callable[[NDArray[np.floating]], NDArray[np.bool_]]
    encode: Callable[[NDArray[np.floating]], Tensor]
    decode: Callable[[Tensor], NDArray[np.float32]]
    element_tokens: Callable[[NDArray[np.bool_]], NDArray[np.bool_]] | None


def _all(amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
    return np.ones(len(amounts), dtype=bool)


def _vectors(amounts: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(amounts, dtype=np.float32))


AMOUNTS = Encoding(
    {"shape": (N_ELEMENTS,)}, {"least_deviation": LEAST_DEVIATION}, _all, _vectors, lambda x: x.cpu().numpy(), None,
)  # fmt: skip
"""The vector of R^96 itself, in atoms per formula unit (SuperDiff)."""

TOKENS = Encoding(
    {"slots": tokens.N_SLOTS, "vocabulary": tokens.VOCABULARY, "classes": tokens.CLASSES},
    {"units": tokens.UNITS, "charges": tokens.CHARGES, "redox": tokens.REDOX_TOKENS},
    tokens.representable,
    lambda amounts: torch.from_numpy(tokens.to_tokens(amounts)),
    lambda x: tokens.from_tokens(x[..., : len(tokens.VOCABULARY)].cpu().numpy()),
    lambda allowed: allowed[tokens.ORDER],
)
"""Slots of (element, integer part, tenths, hundredths of the running sum), cations before anions."""

ENCODINGS = {"gaussian": AMOUNTS, "masked": TOKENS}
"""Encoding by the kind of the process."""
