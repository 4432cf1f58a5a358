"""Masked (absorbing) diffusion of discrete data: corruption, training loss, and one unmasking step.

Absorbing diffusion (Austin et al. 2021, D3PM, section 3) hides tokens one after another; its reverse fills them in. In
the form of Hoogeboom et al. (2022, order-agnostic autoregressive diffusion) one token is hidden at each step, so that
the steps are counted in tokens. Here the fields of a slot are hidden in stages: first every hundredth, then every
tenth, then every integer part, then the elements, at random inside a stage. The reverse thus settles which elements
there are before how much of each.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from superdrift.diffusion.processes.rising import Rising

_NEVER = -1e9
"""Logit of what may not stand; finite, so that a row of them has a gradient."""


class MaskedProcess(nn.Module):
    """Absorbing diffusion of rows of slots, each slot with several fields.

    A denoiser of this process maps tokens (n, slots, fields), where `vocabulary[f]` stands for a hidden token of field
    f, to one tensor of logits (n, slots, vocabulary[f]) per field.

    Args:
        slots: slots in a row.
        vocabulary: how many tokens each field has.
        stages: for each field the stage in which the reverse process fills it, from 0.
        empty: token 0 of the first field marks an empty slot: its other fields are 0 and never drawn.
        rising: class of each token of the first field where the slots are ordered and their numbers rise within a class
            (`rising.Rising`); None where any token may stand anywhere.
    """

    kind = "masked"

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], stages: Sequence[int], empty: bool,
        rising: Sequence[int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.slots, self.vocabulary, self.stages, self.empty = slots, tuple(vocabulary), tuple(stages), empty
        self.rising = None if rising is None else Rising(self.vocabulary, rising)
        self.register_buffer("hidden", torch.tensor(self.vocabulary), persistent=False)
        self.register_buffer("stage", torch.tensor(self.stages), persistent=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """Constructor arguments, for the model's description."""
        return {
            "slots": self.slots, "vocabulary": list(self.vocabulary), "stages": list(self.stages), "empty": self.empty,
            "rising": None if self.rising is None else list(self.rising.classes),
        }  # fmt: skip

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """What a denoiser has to know of the data."""
        return {"slots": self.slots, "vocabulary": self.vocabulary}

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Hide the tokens that the reverse process would not have filled yet at a given moment.

        Args:
            x_0: (n, slots, fields) clean tokens.
            level: (n,) in [0, 1): the share of a row's tokens that is filled already.
            generator: source of the random order, on the device of x_0.

        Returns:
            The corrupted tokens; the mask of those that may come next, which are the ones of the stage under way that
            are hidden (both shaped as x_0); and how many tokens each row has to fill in all, (n,).
        """
        n = len(x_0)
        drawn = self._drawn(x_0)
        moment = self.stage + torch.rand(x_0.shape, generator=generator, device=x_0.device)
        rank = torch.where(drawn, moment, -1.0).flatten(1).argsort(dim=1).argsort(dim=1)
        total = drawn.flatten(1).sum(dim=1)
        known = rank.shape[1] - total
        first = known + (level * total).long().clamp(max=total - 1)
        now = (self.stage.expand(x_0.shape).flatten(1) * (rank == first[:, None])).sum(dim=1)
        later = (rank >= first[:, None]).reshape(x_0.shape)
        x = torch.where(later | self._undecided(later), self.hidden, x_0)
        return x, later & drawn & (self.stage == now.reshape(n, 1, 1)), total

    def losses(self, denoiser: Callable[..., Any], x_0: Tensor, level: Tensor, generator: Generator) -> Tensor:
        """Bound on −log p(x_0) in nats, one value per row (Hoogeboom et al. 2022, eq. 5, within stages).

        With D tokens to fill, a level uniform in [0, 1) and the set S of tokens that may come next, the bound is the
        expectation of D / |S| · Σ_S −log p(token | filled ones): the weight that makes it an evidence lower bound.
        """
        x, following, total = self.corrupt(x_0, level, generator)
        entropy = torch.stack(
            [
                functional.cross_entropy(logits.flatten(0, 1), x_0[..., f].flatten(), reduction="none")
                for f, logits in enumerate(self.restricted(denoiser(x), x))
            ],
            dim=-1,
        ).reshape(x_0.shape)
        # What is not asked for may be illegal, so infinite: left out rather than multiplied by 0.
        return total * torch.where(following, entropy, 0.0).sum(dim=(1, 2)) / following.sum(dim=(1, 2))

    def restricted(self, logits: Sequence[Tensor], x: Tensor) -> list[Tensor]:
        """The logits in single precision, those of tokens that may not stand beside the others at −1e9."""
        if self.rising is None:
            return [scores.float() for scores in logits]
        legal = self.rising.legal(x)
        return [scores.float().masked_fill(~may, _NEVER) for scores, may in zip(logits, legal, strict=True)]

    def start(self, n: int) -> Tensor:
        """(n, slots, fields) rows in which every token is hidden."""
        return self.hidden.expand(n, self.slots, len(self.vocabulary)).clone()

    def is_hidden(self, x: Tensor) -> Tensor:
        """Mask of the tokens still to be filled."""
        return x == self.hidden

    def settle(self, x: Tensor) -> Tensor:
        """Fill in what follows from the tokens that are there: 0 in the further fields of empty slots."""
        return torch.where((x[..., :1] == 0) & self.is_hidden(x), 0, x) if self.empty else x

    def _drawn(self, x_0: Tensor) -> Tensor:
        """Mask of the tokens that carry information: all but the further fields of empty slots."""
        drawn = torch.ones_like(x_0, dtype=torch.bool)
        if self.empty:
            drawn[..., 1:] = x_0[..., :1] != 0
        return drawn

    def _undecided(self, later: Tensor) -> Tensor:
        """Fields that must stay hidden because it is not known yet whether their slot is empty."""
        return later[..., :1] if self.empty else torch.zeros_like(later[..., :1])
