"""Predictors of the critical temperature from a composition: the function that the drift climbs, never its judge."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.drift.layers import fraction_features, trunk
from superdrift.superconductors.encoding.digits import digits_of, expected_amounts, symbols

FIRST_CHANNELS = 8
"""The first convolution has width / 8 channels; each further one doubles them, up to width. Design of the network."""


class ResidualNetwork(nn.Module):
    """On atomic fractions, so that a formula and its double have one Tc."""

    def __init__(self, *, width: int, depth: int, dropout: float, integers: int) -> None:
        super().__init__()
        self.integers = integers
        blocks = trunk(2 * N_ELEMENTS, width=width, depth=depth, dropout=dropout)
        self.layers = nn.Sequential(blocks, nn.Linear(width, 1))

    def forward(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit → (n, 1)."""
        return self.layers(fraction_features(amounts))

    def soft(self, probabilities: Tensor) -> Tensor:
        """(n, 96, symbols) probabilities of the digits → (n, 1), at the expected amounts."""
        amounts = expected_amounts(probabilities, integers=self.integers)
        return self(amounts.clamp_min(torch.finfo(amounts.dtype).tiny))  # the root has no slope at 0


class ConvolutionalNetwork(nn.Module):
    """Convolutions along the elements, in order of Z, over their one-hot digits; each halves the length.

    A formula and its double have digits of their own, and so a Tc each.
    """

    def __init__(self, *, width: int, depth: int, dropout: float, integers: int) -> None:
        super().__init__()
        self.integers = integers
        channels, length, layers = sum(symbols(integers)), N_ELEMENTS, []
        for block in range(depth):
            wider = min(width, max(1, width // FIRST_CHANNELS) * 2**block)
            layers += [nn.Conv1d(channels, wider, kernel_size=3, stride=2, padding=1), nn.SiLU()]
            channels, length = wider, (length + 1) // 2
        head = (nn.Linear(channels * length, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, 1))
        self.layers = nn.Sequential(*layers, nn.Flatten(), *head)

    def forward(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit, of rows that the digits hold → (n, 1)."""
        digits = digits_of(amounts)
        places = [functional.one_hot(digits[:, i], size) for i, size in enumerate(symbols(self.integers))]
        return self.soft(torch.cat(places, dim=2).to(amounts.dtype))

    def soft(self, probabilities: Tensor) -> Tensor:
        """(n, 96, symbols) probabilities of the digits, in place of one-hot ones → (n, 1)."""
        return self.layers(probabilities.transpose(1, 2))


NETWORKS: dict[str, type[nn.Module]] = {"convolutional": ConvolutionalNetwork, "residual": ResidualNetwork}
"""Networks by the name that the config uses."""


class TcPredictor(nn.Module):
    """Tc of a composition.

    The network's output is arcsinh(Tc / scale_k): linear below `scale_k`, logarithmic above, so that compounds of 1 K
    and of 100 K both weigh in the loss.

    Args:
        network: one of NETWORKS.
        width: width of the hidden layers.
        depth: hidden blocks.
        dropout: share of hidden units silenced in training.
        scale_k: K, where the target turns from linear to logarithmic.
        integers: symbols of the integer part of an amount.
    """

    def __init__(
        self, *, network: str, width: int, depth: int, dropout: float, scale_k: float, integers: int
    ) -> None:  # fmt: skip
        super().__init__()
        shape = {"width": width, "depth": depth, "dropout": dropout, "integers": integers}
        self.arguments: dict[str, Any] = {"network": network, "scale_k": scale_k, **shape}
        self.scale_k = scale_k
        self.network = NETWORKS[network](**shape)

    @property
    def reads_digits(self) -> bool:
        """Whether rows that the digits cannot hold are none that it can read."""
        return isinstance(self.network, ConvolutionalNetwork)

    def transformed(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit → (n,) arcsinh(Tc / scale_k), unbounded."""
        return self.network(amounts).squeeze(1)

    def forward(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit → (n,) Tc in K, not below 0."""
        return self.scale_k * torch.sinh(self.transformed(amounts).clamp_min(0.0))

    def soft(self, probabilities: Tensor) -> Tensor:
        """(n, 96, symbols) probabilities of the digits → (n,) Tc in K, differentiable; below 0 it goes on."""
        return self.scale_k * torch.sinh(self.network.soft(probabilities).squeeze(1))

    def loss(self, amounts: Tensor, tc_k: Tensor) -> Tensor:
        """Mean smooth L1 loss (Huber) of the transformed Tc, robust against the literature's misprints."""
        return functional.smooth_l1_loss(self.transformed(amounts), torch.asinh(tc_k / self.scale_k))
