"""What the other slots of a row add up to, as features: the arithmetic of substitution, given instead of learnt."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

HARMONICS = 5
"""Sines and cosines of a sum, as multiples of its angle: five tell the ten values of a digit apart."""
BASE = 10
"""The fields after the first are decimal digits of one number, the highest first."""


class SumFeatures(nn.Module):
    """For each slot, the sum of the numbers in the other slots of a group, below a unit of each fractional digit.

    Substitution on a crystal's sites keeps the amounts on them at whole sums (La1.85 + Sr0.15), so that the last amount
    follows from the others by arithmetic modulo 1, which a network learns slowly from thousands of examples. A sum is
    shown as an angle, and only where it says something: when the other slots of the group have this digit already and
    the slot itself is settled down to the digit before.

    Args:
        vocabulary: how many tokens each field has; the first names what a slot holds, the others are digits.
        groups: sets of first-field tokens whose numbers are summed together.
        width: of the embedding that the features are added to.
    """

    def __init__(self, *, vocabulary: Sequence[int], groups: Sequence[Sequence[int]], width: int) -> None:
        super().__init__()
        member = torch.zeros(len(groups), vocabulary[0] + 1)
        for group, tokens in zip(member, groups, strict=True):
            group[list(tokens)] = 1
        self.register_buffer("member", member, persistent=False)
        self.register_buffer("hidden", torch.tensor(vocabulary), persistent=False)
        self.digits = range(2, len(vocabulary))
        self.out = nn.Linear(len(groups) * len(self.digits) * (2 * HARMONICS + 1), width, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(n, slots, fields) tokens → (n, slots, width)."""
        known = x < self.hidden
        digit = torch.where(known, x, 0).float()
        settled = known & (self.member.sum(dim=0)[x[..., 0]] > 0)[..., None]
        last = x.shape[-1] - 1
        features = []
        for member in self.member[:, x[..., 0]]:
            for f in self.digits:
                value = sum(digit[..., j] * BASE ** (last - j) for j in range(f, last + 1))
                open_elsewhere = _others(member * ~known[..., f])
                ready = (settled[..., f - 1] & (open_elsewhere == 0))[..., None].float()
                turn = _others(member * value) / BASE ** (last - f + 1)
                angle = 2 * math.pi * turn[..., None] * torch.arange(1, HARMONICS + 1, device=x.device)
                features += [angle.cos() * ready, angle.sin() * ready, ready]
        return self.out(torch.cat(features, dim=-1))


def _others(values: Tensor) -> Tensor:
    """For each slot the sum over the other slots: (n, slots) → (n, slots)."""
    return values.sum(dim=1, keepdim=True) - values
