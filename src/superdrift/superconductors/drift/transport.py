"""The way up in Tc from a compound: its coordinates, read by the generator for ever higher Tc.

A compound's coordinates in the generator's latent space (`diffusion.quantile_latent`) say which quantile each of its
elements and digits is among those that compounds of its family and Tc have there. The same quantiles, decoded for a
higher Tc, are what would stand there in a compound of that Tc: quantile-preserving counterfactuals (Plečko &
Meinshausen, JMLR 21, 242 (2020)), found by reading the coordinates, changing the condition and decoding (abduction,
action, prediction; Pearl, Causality, 2009, section 7.1). No predictor is climbed for it, so none's errors are sought.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.composition.formula import format_formula
from superdrift.composition.vector import from_vector
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.quantile_latent import QuantileLatent
from superdrift.diffusion.restriction import Restriction
from superdrift.run.errors import InputError
from superdrift.superconductors.generation.conditions import FEWEST, conditions
from superdrift.superconductors.generation.model import Model


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
        if not self.model.encoding.representable(amounts[None]).all():
            raise InputError(
                f"{format_formula(from_vector(amounts))} has more than {self.process.slots} elements, 200 atoms or more"
                " in its cations or its anions, or an amount below 0.01: the generator cannot write it"
            )
        tokens = self.model.encoding.encode(amounts[None]).expand(draws, -1, -1)
        own = conditions(amounts[None], np.array([tc_k])).expand(draws, -1)
        with torch.inference_mode():
            z = self._written.encode(tokens, own, generator).z
            if not torch.equal(self._written.decode(z[:1], own[:1])[..., : tokens.shape[2]], tokens[:1]):
                z = self._read.encode(tokens, own, generator).z  # it does not hold the restriction itself
        return z, own

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
        with torch.inference_mode():
            return self.model.encoding.decode(self._written.decode(z, asked))
