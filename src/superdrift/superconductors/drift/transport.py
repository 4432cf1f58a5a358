"""The way up in Tc from a compound: its coordinates, read by the generator for ever higher Tc.

A compound's coordinates in the generator's latent space (`diffusion.quantile_latent`) say which quantile each of its
elements and digits is among those that compounds of its family and Tc have there. The same quantiles, decoded for a
higher Tc, are what would stand there in a compound of that Tc: quantile-preserving counterfactuals (Plečko &
Meinshausen, JMLR 21, 242 (2020)), found by reading the coordinates, changing the condition and decoding (abduction,
action, prediction; Pearl, Causality, 2009, section 7.1). No predictor is climbed for it, so none's errors are sought.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.composition.formula import format_formula
from superdrift.composition.vector import from_vector
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.quantile_latent import Codes, QuantileLatent
from superdrift.diffusion.restriction import Restriction
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.conditions import FEWEST, conditions
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.restrictions import plausible, restriction


def transport_of(
    model: Model, sampler: Mapping[str, Any], request: Request, allowed: NDArray[np.bool_] | None = None
) -> "Transport":
    """The way up by the settings that a generator is sampled with.

    Args:
        model: masked, told Tc and family.
        sampler: its `sampler` block.
        request: what every compound holds.
        allowed: (96,) mask of the elements that may be drawn; all when None.

    Raises:
        InputError: for a model that is told no Tc.
    """
    largest = getattr(model.process, "largest", None)
    common = None if largest is None else plausible(largest.cpu())
    return Transport(
        model, min_p=(sampler.get("element_min_p", 0.0), sampler.get("min_p", 0.0)),
        restriction=restriction(request, allowed), usually=restriction(request, allowed, common),
    )  # fmt: skip


class Transport:
    """Coordinates of compounds at their own Tc, and compounds of coordinates at any.

    Args:
        model: masked, told Tc and family, on its device.
        min_p: of the elements, and of the amounts: what sampling leaves out (`samplers.unmask`).
        restriction: what every compound that is decoded holds.
        usually: what most hold.

    Raises:
        InputError: for a model that is told no Tc.
    """

    def __init__(
        self, model: Model, *, min_p: tuple[float, float], restriction: Restriction, usually: Restriction
    ) -> None:
        if not isinstance(model.process, MaskedDiffusion) or not model.conditioned:
            raise InputError(
                "the way up needs a masked generator that was told the Tc of the compounds it learned from; set"
                " condition_forgotten of the model, e.g. to 0.15, and train it again"
            )
        self.model, self.process = model, model.process
        self.device = next(model.denoiser.parameters()).device
        restriction, usually = restriction.to(self.device), usually.to(self.device)
        fields = [min_p[0], *[min_p[1]] * (len(self.process.vocabulary) - 1)]
        self._written = QuantileLatent(self.process, model.denoiser, fields, restriction, usually)
        self._read = QuantileLatent(self.process, model.denoiser, fields, None, usually)

    def start(
        self, amounts: NDArray[np.float32], tc_k: float, *, draws: int, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Coordinates of one compound, as often drawn among those that give it, and its conditions.

        Args:
            amounts: (96,) atoms per formula unit.
            tc_k: its Tc, K.
            draws: how many.
            generator: of the draws.

        Returns:
            (draws, dimensions) and (draws, conditions).

        Raises:
            InputError: for a compound that tokens cannot hold.
        """
        own = conditions(amounts[None], np.array([tc_k]))
        self.check(amounts[None])
        return self.coordinates(
            np.repeat(amounts[None], draws, axis=0), own.expand(draws, -1), generator
        ).z, own.expand(draws, -1)

    def check(self, amounts: NDArray[np.floating]) -> None:
        """Refuse compounds that tokens cannot hold.

        Args:
            amounts: (n, 96) atoms per formula unit.

        Raises:
            InputError: for the first of them.
        """
        lost = ~self.model.encoding.representable(amounts)
        if lost.any():
            formula = format_formula(from_vector(amounts[lost.argmax()]))
            raise InputError(
                f"{formula} has more than {self.process.slots} elements, 200 atoms or more in its cations or its"
                " anions, or an amount below 0.01: the generator cannot write it"
            )

    def coordinates(self, amounts: NDArray[np.floating], asked: Tensor, generator: Generator | None) -> Codes:
        """Coordinates of (n, 96) amounts under conditions (n, c), drawn among those that give them, and their nats.

        These lie in main memory, wherever the model is.

        A compound that does not hold the restriction itself is read without it; `held` says which do.

        Args:
            amounts: that tokens can hold.
            asked: classes of family and Tc to read them under.
            generator: of the draws; None: the middle.
        """
        tokens, asked = self.model.encoding.encode(amounts).to(self.device), asked.to(self.device)
        with torch.inference_mode():
            codes = self._written.encode(tokens, asked, generator)
            lost = ~codes.held
            if lost.any():
                codes.z[lost] = self._read.encode(tokens[lost], asked[lost], generator).z
        return Codes(codes.z.cpu(), codes.nats.cpu())

    def highest(self, own: Tensor, to_k: float | None, *, any_family: bool) -> Tensor:
        """(families,) class of Tc that a compound's way may end in: `rising` in its own family or in any.

        Args:
            own: (conditions,) of the compound.
            to_k: as in `rising`.
            any_family: whether the way may lead into other families; otherwise these get −1.
        """
        ends = torch.full((len(self.process.shares),), -1)
        for family in range(len(ends)) if any_family else [int(own[0])]:
            ends[family] = self.rising(torch.tensor([family, 0]), to_k)[-1]
        ends[int(own[0])] = max(int(ends[int(own[0])]), int(own[1]))
        return ends

    def rising(self, own: Tensor, to_k: float | None) -> list[int]:
        """Classes of Tc from a compound's own upward.

        Args:
            own: (conditions,) of the compound.
            to_k: the last, K; None: the highest that enough compounds of its family have.
        """
        family, first = (int(value) for value in own)
        at_least = self.process.shares[family].sum(dim=1).flip(0).cumsum(dim=0).flip(0)
        known = (at_least >= FEWEST * at_least[0]).nonzero()[:, 0]
        last = int(known[-1])
        if to_k is not None:
            last = min(last, int(np.searchsorted(self.model.tc_edges_k, to_k, side="right")) - 1)
        return list(range(first, max(first, last) + 1))

    def at(self, z: Tensor, own: Tensor, tc_class: int) -> NDArray[np.float32]:
        """Coordinates (n, dimensions) and their conditions → (n, 96) amounts of compounds of a class of Tc."""
        asked = own.clone()
        asked[:, 1] = tc_class
        return self.compounds(z, asked)[0]

    def compounds(self, z: Tensor, asked: Tensor) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Coordinates (n, dimensions) under conditions (n, c) → (n, 96) amounts, and the nats of each, (n,)."""
        with torch.inference_mode():
            rows, nats = self._written.read(z.to(self.device), asked.to(self.device))
            return self.model.encoding.decode(rows.cpu()), nats.sum(dim=1).cpu().numpy()
