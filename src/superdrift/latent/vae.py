"""Variational autoencoder of compositions (Kingma & Welling 2014) on digits: R^latent ↔ which elements, which digits.

The likelihood of a composition factorises into the presence of each element and, for those present, its three digits
(integer, tenths, hundredths): an absent element teaches the digits nothing. Latent coordinates are standardised after
training, so that a length of 1 is one standard deviation of the training compounds along every coordinate.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from superdrift.composition.elements import N_ELEMENTS
from superdrift.latent.digits import one_hot, symbols
from superdrift.latent.layers import trunk


class Vae(nn.Module):
    """Encoder and decoder.

    Args:
        latent: dimensions of z.
        width: width of the hidden layers.
        depth: residual blocks in the encoder, and in the decoder.
        integers: symbols of the integer part of an amount.
    """

    def __init__(self, *, latent: int, width: int, depth: int, integers: int) -> None:
        super().__init__()
        self.arguments: dict[str, Any] = {"latent": latent, "width": width, "depth": depth, "integers": integers}
        self.latent, self.integers = latent, integers
        inputs = N_ELEMENTS * sum(symbols(integers))
        self.encoder = trunk(inputs, 2 * latent, width=width, depth=depth, dropout=0.0)
        self.decoder = trunk(latent, N_ELEMENTS + inputs, width=width, depth=depth, dropout=0.0)
        self.register_buffer("centre", torch.zeros(latent))
        self.register_buffer("spread", torch.ones(latent))

    def posterior(self, digits: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, 96) digits → mean and log-variance of q(z|x), each (n, latent), in raw coordinates."""
        flat = one_hot(digits, integers=self.integers).flatten(1).to(self.centre.dtype)
        mean, log_variance = self.encoder(flat).chunk(2, dim=1)
        return mean, log_variance.clamp(-12.0, 4.0)

    def logits(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Raw coordinates (n, latent) → logits of presence (n, 96) and of digits (n, 96, integers + 20)."""
        out = self.decoder(raw)
        return out[:, :N_ELEMENTS], out[:, N_ELEMENTS:].unflatten(1, (N_ELEMENTS, -1))

    def loss(self, digits: Tensor, noise: Tensor, *, beta: float) -> Tensor:
        """Mean negative evidence bound with the Kullback–Leibler term weighted by beta (Higgins et al. 2017).

        Args:
            digits: (n, 3, 96) int64.
            noise: (n, latent) standard normal, for the reparametrised draw of z.
            beta: weight of the Kullback–Leibler term; 1 is the evidence bound itself.

        Returns:
            Scalar, in nats per composition.
        """
        mean, log_variance = self.posterior(digits)
        nll = self.negative_log_likelihood(digits, mean + noise * torch.exp(0.5 * log_variance))
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1)
        return (nll + beta * divergence).mean()

    def negative_log_likelihood(self, digits: Tensor, raw: Tensor) -> Tensor:
        """−log p(x|z) of each composition, (n,), in nats: presence of all elements, digits of those present."""
        presence, digit_logits = self.logits(raw)
        present = (digits > 0).any(dim=1)
        nll = F.binary_cross_entropy_with_logits(presence, present.to(presence.dtype), reduction="none").sum(dim=1)
        row, element = present.nonzero(as_tuple=True)
        places = digit_logits[row, element].split(symbols(self.integers), dim=1)
        wanted = digits[row, :, element]
        for place, logits in enumerate(places):
            nll = nll.index_add(0, row, F.cross_entropy(logits, wanted[:, place], reduction="none"))
        return nll

    @torch.no_grad()
    def standardise(self, digits: Tensor) -> None:
        """Set origin and unit of the latent coordinates to mean and deviation of the posterior means of `digits`."""
        mean, _ = self.posterior(digits)
        self.centre.copy_(mean.mean(dim=0))
        self.spread.copy_(mean.std(dim=0).clamp_min(1e-6))

    def encode(self, digits: Tensor) -> Tensor:
        """(n, 3, 96) digits → (n, latent) posterior means in standardised coordinates."""
        return (self.posterior(digits)[0] - self.centre) / self.spread

    def decode(self, z: Tensor) -> Tensor:
        """Standardised coordinates (n, latent) → the likeliest digits (n, 3, 96), zero where an element is absent."""
        presence, digit_logits = self.logits(z * self.spread + self.centre)
        places = digit_logits.split(symbols(self.integers), dim=2)
        digits = torch.stack([place.argmax(dim=2) for place in places], dim=1)
        return digits * (presence > 0)[:, None, :]
