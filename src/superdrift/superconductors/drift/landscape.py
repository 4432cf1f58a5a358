"""The landscape that the drift climbs: latent position → composition → score, the same way for every position.

`decode` and `score` are any callables: a denoising step is composed after the VAE's decoder, further terms are added
to the score; the climb does not change.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.vae import Vae
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

    @torch.no_grad()
    def __call__(self, z: Tensor) -> Tensor:
        """(n, latent) → (n,) score; 0 where nothing is decoded, since there is no compound to superconduct.

        Equal compositions are scored once: their scores are then equal to the last bit, and a plateau is exactly flat.
        """
        amounts, place = torch.unique(self.decode(z), dim=0, return_inverse=True)
        values = torch.zeros(len(amounts), dtype=z.dtype, device=z.device)
        some = amounts.sum(dim=1) > 0
        if some.any():
            values[some] = self.score(amounts[some])
        return values[place]


def tc_landscape(vae: Vae, predictor: TcPredictor) -> Landscape:
    """Tc of what the VAE decodes, in double precision: rounding must not decide which digit is the likeliest."""
    decoder, climbed = vae.double(), predictor.double()
    return Landscape(lambda z: amounts_of(decoder.decode(z), dtype=z.dtype), climbed)
