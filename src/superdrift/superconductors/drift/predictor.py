"""Predictor of the critical temperature from a composition: the function that the drift climbs, never its judge."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.drift.layers import fraction_features, trunk


class TcPredictor(nn.Module):
    """Tc from atomic fractions, so that a formula and its double have one Tc.

    The network's output is arcsinh(Tc / scale_k): linear below `scale_k`, logarithmic above, so that compounds of 1 K
    and of 100 K both weigh in the loss.

    Args:
        width: width of the hidden layers.
        depth: residual blocks.
        dropout: share of hidden units silenced in training.
        scale_k: K, where the target turns from linear to logarithmic.
    """

    def __init__(self, *, width: int, depth: int, dropout: float, scale_k: float) -> None:
        super().__init__()
        self.arguments: dict[str, Any] = {"width": width, "depth": depth, "dropout": dropout, "scale_k": scale_k}
        self.scale_k = scale_k
        self.network = nn.Sequential(
            trunk(2 * N_ELEMENTS, width=width, depth=depth, dropout=dropout), nn.Linear(width, 1)
        )

    def transformed(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit → (n,) arcsinh(Tc / scale_k), unbounded."""
        return self.network(fraction_features(amounts)).squeeze(1)

    def forward(self, amounts: Tensor) -> Tensor:
        """(n, 96) atoms per formula unit → (n,) Tc in K, not below 0."""
        return self.scale_k * torch.sinh(self.transformed(amounts).clamp_min(0.0))

    def loss(self, amounts: Tensor, tc_k: Tensor) -> Tensor:
        """Mean smooth L1 loss (Huber) of the transformed Tc, robust against the literature's misprints."""
        return functional.smooth_l1_loss(self.transformed(amounts), torch.asinh(tc_k / self.scale_k))
