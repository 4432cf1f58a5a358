"""Variational autoencoder of compositions (Kingma & Welling 2014) on digits: R^latent ↔ which elements, which digits.

The likelihood of a composition factorises into the presence of each element and, for those present, its three digits
(integer, tenths, hundredths): digits of absent elements do not enter. Latent coordinates are standardised after
training, so that a length of 1 is one standard deviation of the training compounds along every coordinate.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.drift.layers import DigitHead, DigitReader, fraction_features, trunk
from superdrift.superconductors.encoding.digits import amounts_of, symbols


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
        self.reader = DigitReader(width=width, integers=integers)
        self.encoder = nn.Sequential(
            trunk(width + 2 * N_ELEMENTS, width=width, depth=depth, dropout=0.0), nn.Linear(width, 2 * latent)
        )
        self.decoder = trunk(latent, width=width, depth=depth, dropout=0.0)
        self.presence = nn.Linear(width, N_ELEMENTS)
        self.writer = DigitHead(width=width, integers=integers)
        self.register_buffer("centre", torch.zeros(latent))
        self.register_buffer("spread", torch.ones(latent))

    def posterior(self, digits: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, 96) digits → mean and log-variance of q(z|x), each (n, latent), in raw coordinates."""
        amounts = amounts_of(digits, dtype=self.centre.dtype)
        read = torch.cat([self.reader(digits), fraction_features(amounts)], dim=1)
        mean, log_variance = self.encoder(read).chunk(2, dim=1)
        return mean, log_variance.clamp(-12.0, 4.0)

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
        hidden = self.decoder(raw)
        present = (digits > 0).any(dim=1)
        logits = self.presence(hidden)
        nll = functional.binary_cross_entropy_with_logits(logits, present.to(logits.dtype), reduction="none").sum(dim=1)
        row, element = present.nonzero(as_tuple=True)
        wanted = digits[row, :, element]
        for place, scores in enumerate(self.writer(hidden, row, element).split(symbols(self.integers), dim=1)):
            nll = nll.index_add(0, row, functional.cross_entropy(scores, wanted[:, place], reduction="none"))
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

    def draw(self, digits: Tensor, noise: Tensor) -> Tensor:
        """(n, 3, 96) digits, (n, latent) standard normal → draws of the posteriors, standardised, (n, latent)."""
        mean, log_variance = self.posterior(digits)
        return (mean + noise * torch.exp(0.5 * log_variance) - self.centre) / self.spread

    def soften(self, z: Tensor) -> Tensor:
        """Standardised coordinates (n, latent) → probabilities (n, 96, symbols) of the symbols of each place.

        Of the mixture of presence, with the decoded digits, and absence, with zeros: differentiable in z. The three
        places of an element lie side by side.
        """
        hidden = self.decoder(z * self.spread + self.centre)
        present = torch.sigmoid(self.presence(hidden))[:, :, None]
        places = self.writer.all_elements(hidden).split(symbols(self.integers), dim=2)
        absent = [functional.one_hot(torch.tensor(0, device=z.device), place.shape[2]) for place in places]
        mixed = [present * p.softmax(dim=2) + (1 - present) * zero for p, zero in zip(places, absent, strict=True)]
        return torch.cat(mixed, dim=2)

    def decode(self, z: Tensor) -> Tensor:
        """Standardised coordinates (n, latent) → the likeliest digits (n, 3, 96), zero where an element is absent."""
        hidden = self.decoder(z * self.spread + self.centre)
        row, element = (self.presence(hidden) > 0).nonzero(as_tuple=True)
        places = self.writer(hidden, row, element).split(symbols(self.integers), dim=1)
        digits = torch.zeros((len(z), 3, N_ELEMENTS), dtype=torch.int64, device=z.device)
        digits[row, :, element] = torch.stack([place.argmax(dim=1) for place in places], dim=1)
        return digits
