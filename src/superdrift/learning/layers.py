"""The attention layer that all transformers share: rows of different lengths, packed, optionally with a bias."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.learning.packing import Packing


class AttentionLayer(nn.Module):
    """Attention among the entries of a row, then two linear layers on each (pre-normalised, Xiong et al. 2020).

    Where the layer is biased, a number for each entry is added to the scores of all who look at it, times a factor that
    each head learns. With the logarithm of an entry's weight as the bias, factor 1 lets it count as often as its weight
    says, factor 0 as often as any other.

    Args:
        width: of the entries, a multiple of `heads`.
        heads: attention heads.
        dropout: share of each residual branch silenced in training.
        biased: whether `forward` is given a bias.
    """

    def __init__(self, width: int, heads: int, *, dropout: float = 0.0, biased: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.norm_one, self.norm_two = nn.LayerNorm(width), nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.one, self.two = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(dropout)
        self.factor = nn.Parameter(torch.ones(heads)) if biased else None

    def forward(
        self, h: Tensor, packing: Packing, bias: Tensor | None = None, *, wanted: Tensor | None = None
    ) -> Tensor:
        """All entries of all rows, or those that are wanted.

        Args:
            h: (list of all entries, width).
            packing: where the entries stand in their rows.
            bias: (rows, entries of a row), for a biased layer.
            wanted: (m,) entries of the list; all when None. All are looked at; the rest is computed for these alone.

        Returns:
            As `h`, or (m, width).
        """
        rows = packing.rectangle(self.into(self.norm_one(h)))
        mixed = packing.listed(self._mix(rows, packing.absent, bias))
        if wanted is not None:
            h, mixed = h.index_select(0, wanted), mixed.index_select(0, wanted)
        h = h + self.drop(self.out(mixed))
        return h + self.drop(self.two(functional.silu(self.one(self.norm_two(h)))))

    def _mix(self, into: Tensor, absent: Tensor | None, bias: Tensor | None) -> Tensor:
        """Attention within the rows: (rows, entries, 3 · width) → (rows, entries, width)."""
        q, k, v = into.unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        # Written out: for so few entries PyTorch's fused attention takes twice the time on a processor.
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if self.factor is not None and bias is not None:
            scores = scores + self.factor[:, None, None] * bias[:, None, None]
        weight = (scores if absent is None else scores.masked_fill(absent, -torch.inf)).softmax(dim=-1)
        return (weight.to(v.dtype) @ v).transpose(1, 2).flatten(2)
