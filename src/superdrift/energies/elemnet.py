"""ElemNet: a deep plain network on atomic fractions (Jha et al., Sci. Rep. 8, 17593 (2018)), the reference."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from superdrift.composition.elements import N_ELEMENTS

DROPOUT = {4: 0.2, 7: 0.1, 10: 0.3, 13: 0.2}
"""Share of units silenced in training after these layers, counted from 1, as published."""


class ElemNet(nn.Module):
    """Formation energy from the 96 atomic fractions by layers with rectified linear units.

    Published: seventeen layers of 1024 (four), 512, 256 and 128 (three each), 64 (two), 32 and 1 units. The weights
    start as He et al. (2015) scale them, so that seventeen layers pass a signal on.

    Args:
        widths: of the hidden layers; the last layer, of one unit, follows.
        dropout: multiplies the published shares of dropout; 1 is as published.
    """

    def __init__(self, *, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.arguments: dict[str, Any] = {"widths": list(widths), "dropout": dropout}
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(zip((N_ELEMENTS, *widths[:-1]), widths, strict=True), start=1):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
            if number in DROPOUT and dropout > 0:
                layers.append(nn.Dropout(dropout * DROPOUT[number]))
        self.network = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
        for layer in self.network:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, fractions: Tensor) -> tuple[Tensor, None]:
        """(n, 96) atomic fractions → (n,) energy in standard deviations of the training data, and no scale."""
        return self.network(fractions).squeeze(1).to(torch.float32), None
