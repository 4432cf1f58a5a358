"""The landscape that the drift climbs: latent position → composition → score, the same way for every position.

`decode` and `score` are any callables: the denoiser follows the VAE's decoder, further terms are added to the score;
the climb does not change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from superdrift.superconductors.drift.checkpoint import LatentModel
from superdrift.superconductors.encoding.digits import amounts_of


@dataclass(frozen=True)
class Landscape:
    """Composition and score of any latent position.

    Attributes:
        decode: (n, latent) → amounts (n, 96), atoms per formula unit.
        score: (m, 96) amounts, each row with at least one atom → (m,), K for the plain drift.
    """

    decode: Callable[[Tensor], Tensor]
    score: Callable[[Tensor], Tensor]

    def __call__(self, z: Tensor) -> Tensor:
        """(n, latent) → (n,) score; 0 where nothing is decoded, since there is no compound to superconduct."""
        return self.read(z)[1]

    @torch.no_grad()
    def read(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """(n, latent) → amounts (n, 96) and score (n,).

        Equal compositions are scored once: their scores are then equal to the last bit, and a plateau is exactly flat.
        """
        amounts, place = torch.unique(self.decode(z), dim=0, return_inverse=True)
        values = torch.zeros(len(amounts), dtype=z.dtype, device=z.device)
        some = amounts.sum(dim=1) > 0
        if some.any():
            values[some] = self.score(amounts[some])
        return amounts[place], values[place]


@torch.enable_grad()
def slope(smooth: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """Exact gradient (n, d) of a differentiable function, (n, d) → (n,), whose rows do not depend on one another."""
    z = z.detach().requires_grad_()
    return torch.autograd.grad(smooth(z).sum(), z)[0]


class Landscapes(NamedTuple):
    """What a climb reads.

    Attributes:
        climbed: composition and Tc of a position, and of z + u.
        here: Tc(z) of the gradient estimate.
        undenoised: of the raw decoding; `climbed` itself where nothing is denoised.
        gradient: (n, latent) → (n, latent), K per unit of z: exact, of Tc at the soft decoding, which is not denoised.
    """

    climbed: Landscape
    here: Landscape
    undenoised: Landscape
    gradient: Callable[[Tensor], Tensor]


def tc_landscapes(model: LatentModel, *, denoise: str) -> Landscapes:
    """Tc of what the VAE decodes, in double precision: rounding must not decide which digit is the likeliest.

    Args:
        model: the networks; they are made double.
        denoise: none; both: Tc(z) and Tc(z + u) of denoised compositions; published: Tc(z) of the raw one.
    """
    vae, denoiser, predictor = (network.double() for network in model)
    gradient = partial(slope, lambda z: predictor.soft(vae.soften(z)))
    undenoised = Landscape(lambda z: amounts_of(vae.decode(z), dtype=z.dtype), predictor)
    if denoise == "none":
        return Landscapes(undenoised, undenoised, undenoised, gradient)
    climbed = Landscape(lambda z: amounts_of(denoiser(vae.decode(z)), dtype=z.dtype), predictor)
    return Landscapes(climbed, undenoised if denoise == "published" else climbed, undenoised, gradient)
