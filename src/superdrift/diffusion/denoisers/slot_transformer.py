"""The default denoiser of the masked process: a small transformer over the slots of a row."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

INITIAL_DEVIATION = 0.3
"""Deviation of the embeddings at the start."""


class SlotTransformer(nn.Module):
    """Transformer (pre-normalised, Xiong et al. 2020) whose positions are slots.

    A slot enters as the sum of the embeddings of its fields, hidden ones included, and of its place in the row; one
    linear head per field reads the logits.

    Args:
        slots: slots in a row.
        vocabulary: how many tokens each field has.
        width: embedding width, a multiple of `heads`.
        depth: layers.
        heads: attention heads.
        dropout: share of each residual branch dropped in training.
    """

    process = "masked"

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], width: int, depth: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        # Four fields and a place add up in a slot; small embeddings keep the sum near unit size at the start.
        self.fields = nn.ModuleList(nn.Embedding(size + 1, width) for size in vocabulary)
        self.place = nn.Parameter(torch.randn(slots, width) * INITIAL_DEVIATION)
        for field in self.fields:
            nn.init.normal_(field.weight, std=INITIAL_DEVIATION)
        self.layers = nn.ModuleList(_Layer(width, heads, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleList(nn.Linear(width, size) for size in vocabulary)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(n, slots, fields) tokens → logits (n, slots, vocabulary[f]) for each field f."""
        h = self.place + sum(field(x[..., f]) for f, field in enumerate(self.fields))
        for layer in self.layers:
            h = layer(h)
        h = self.norm(h)
        return [head(h) for head in self.heads]


class _Layer(nn.Module):
    """Attention between slots, then two linear layers on each slot."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm_one, self.norm_two = nn.LayerNorm(width), nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.one, self.two = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, h: Tensor) -> Tensor:
        n, slots, width = h.shape
        heads = self.into(self.norm_one(h)).reshape(n, slots, 3, self.heads, width // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        # Written out: for so few slots PyTorch's fused attention takes twice the time on a processor.
        weight = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(dim=-1)
        mixed = (weight.to(v.dtype) @ v).transpose(1, 2).reshape(n, slots, width)
        h = h + self.drop(self.out(mixed))
        return h + self.drop(self.two(functional.gelu(self.one(self.norm_two(h)))))
