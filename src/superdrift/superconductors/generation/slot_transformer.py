"""The default denoiser of masked diffusion: a small transformer over the slots of a row that counts charges."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from superdrift.diffusion.denoisers.base import Denoiser
from superdrift.learning.layers import AttentionLayer
from superdrift.learning.packing import Packing
from superdrift.superconductors.generation.charge_counting import KNOTS, ChargeCount, interpolated, valence

ASKED_STRIDE = 64
"""Slots asked for are filled up to a multiple of this; `learning.packing` says why."""
INITIAL_DEVIATION = 0.3
"""Deviation of the embeddings at the start."""
CONDITION_DEVIATION = 0.1
"""Likewise of those of conditions, of which the ordered ones add up."""


class SlotTransformer(Denoiser):
    """Transformer (pre-normalised, Xiong et al. 2020) whose positions are slots.

    A slot enters as the sum of the embeddings of its fields, hidden ones included, of its place, of the row's length
    and of its conditions; one linear head per field reads the logits. Where the data has charges, the valence that the
    known digits give is embedded too, and each digit's logit gains the value of a learned profile at the valence it
    leads to.

    Args:
        slots: most slots in a row.
        vocabulary: how many tokens each field has.
        units: what a step of each field adds to the number of a slot.
        classes: class of each token of the first field, or None.
        charges: charge of each token of the first field, or None.
        redox: which of them take the remaining charge, or None.
        conditions: how many values each condition of a row has.
        ordered: which of the conditions rise; the embedding of a value of these is a sum of steps up to it.
        width: embedding width, a multiple of `heads`.
        depth: layers.
        heads: attention heads.
        dropout: share of each residual branch dropped in training.
    """

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], units: Sequence[float], classes: Sequence[int] | None,
        charges: Sequence[float] | None, redox: Sequence[bool] | None, width: int, depth: int, heads: int,
        dropout: float, conditions: Sequence[int] = (), ordered: Sequence[bool] = (),
    ) -> None:  # fmt: skip
        super().__init__()
        self.vocabulary, self.units, self.ordered = tuple(vocabulary), tuple(units), tuple(ordered)
        # Fields, place and length add up in a slot; small embeddings keep the sum near unit size at the start.
        self.fields = nn.ModuleList(nn.Embedding(size + 1, width) for size in vocabulary)
        for field in self.fields:
            nn.init.normal_(field.weight, std=INITIAL_DEVIATION)
        self.conditions = nn.ModuleList(nn.Embedding(size + 1, width) for size in conditions)
        for condition in self.conditions:
            nn.init.normal_(condition.weight, std=CONDITION_DEVIATION)
        self.place = nn.Parameter(torch.randn(slots, width) * INITIAL_DEVIATION)
        self.length = nn.Parameter(torch.randn(slots, width) * INITIAL_DEVIATION)
        self.layers = nn.ModuleList(AttentionLayer(width, heads, dropout=dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleList(nn.Linear(width, size) for size in vocabulary)
        self.count = None
        if classes is not None and charges is not None and redox is not None:
            self.count = ChargeCount(
                vocabulary=vocabulary, units=units, classes=classes, charges=charges, redox=redox
            )  # fmt: skip
            self.valence = nn.Embedding(KNOTS, width)
            nn.init.normal_(self.valence.weight, std=INITIAL_DEVIATION)
            self.profiles = nn.ModuleList(nn.Linear(width, KNOTS) for _ in vocabulary[1:])
            for profile in self.profiles:
                nn.init.zeros_(profile.weight)
                nn.init.zeros_(profile.bias)

    def forward(self, x: Sequence[Tensor], asked: Sequence[Tensor | None]) -> list[Tensor | None]:
        """Logits of the asked slots.

        Args:
            x: blocks of tokens, each (n, slots of these rows, fields + conditions).
            asked: for each field the flat numbers (m,) of slots, counted through all blocks, or None.

        Returns:
            For each field (m, vocabulary[f]), or None.
        """
        shapes = [block.shape[:2] for block in x]
        tokens = torch.cat([block.flatten(0, 1) for block in x])
        h = sum(field(tokens[:, f]) for f, field in enumerate(self.fields)) + torch.cat(
            [(self.place[:slots] + self.length[slots - 1]).repeat(n, 1) for n, slots in shapes]
        )
        for c, (condition, rises) in enumerate(zip(self.conditions, self.ordered, strict=True), len(self.fields)):
            h = h + functional.embedding(tokens[:, c], _summed(condition.weight) if rises else condition.weight)
        totals = slopes = None
        if self.count is not None:
            counted = [self.count(block[..., : len(self.vocabulary)]) for block in x]
            totals = torch.cat([total[:, None].expand_as(slope).flatten(0, 1) for total, slope in counted])
            slopes = torch.cat([slope.flatten(0, 1) for _, slope in counted])
            steps = valence(*totals.unbind(dim=1))[:, None]
            knot = steps.long()
            h = h + torch.lerp(*(self.valence((knot + i)[:, 0]) for i in (0, 1)), steps - knot)
        packing = Packing.of(shapes, len(self.place), h.device)
        h = packing.filled(h)
        for layer in self.layers[:-1]:
            h = layer(h, packing)
        filled = [None if slots is None else functional.pad(slots, (0, -len(slots) % ASKED_STRIDE)) for slots in asked]
        wanted = [slots for slots in filled if slots is not None]
        read = iter(self.norm(self.layers[-1](h, packing, wanted=torch.cat(wanted))).split([len(s) for s in wanted]))
        return [
            None if slots is None else self._read(next(read), f, slots, totals, slopes) for f, slots in enumerate(asked)
        ]

    def _read(self, h: Tensor, f: int, slots: Tensor, totals: Tensor | None, slopes: Tensor | None) -> Tensor:
        """Logits of field f in some slots, whose entries come first in h."""
        n = len(slots)
        logits = self.heads[f](h)[:n].float()
        if f == 0 or totals is None or slopes is None:
            return logits
        added = torch.arange(self.vocabulary[f], device=h.device) * self.units[f]
        reached = totals[slots][:, None] + added[None, :, None] * slopes[slots][:, None]
        return logits + interpolated(self.profiles[f - 1](h)[:n].float(), valence(*reached.unbind(dim=-1)))


def _summed(steps: Tensor) -> Tensor:
    """(values + 1, width) steps → embeddings, sums of the steps so far; the last, of the unknown value, is apart."""
    return torch.cat([steps[:-1].cumsum(dim=0), steps[-1:]])
