"""Masked (absorbing) diffusion of rows of tokens: corruption and training loss.

Absorbing diffusion (Austin et al. 2021, D3PM, section 3) hides tokens one after another; its reverse fills them in. In
the form of Hoogeboom et al. (2022, order-agnostic autoregressive diffusion) one token is hidden at each step, so that
the steps are counted in tokens. A row has one to `slots` slots, each with several fields, and how many is drawn before
anything else. Fields are hidden from the last to the first, at random among the slots; the reverse thus settles what
there is before how much of each, and that from the coarsest digit to the finest.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn import functional

from superdrift.diffusion.monotone_tokens import MonotoneTokens
from superdrift.diffusion.process import Corruption, DiffusionProcess

_NEVER = -1e9
"""Logit of what may not stand; finite, so that a row of them has a gradient."""


class Asked(NamedTuple):
    """Tokens that a denoiser was asked for, and what weighs them; rows in order of their length.

    Attributes:
        x_0: (n, slots, fields) clean tokens.
        x: the corrupted ones.
        places: for each field, row and slot of each token asked for: those that may come next.
        order: (n,) place of each row before it was sorted.
    """

    x_0: Tensor
    x: Tensor
    places: list[tuple[Tensor, Tensor]]
    order: Tensor


class MaskedDiffusion(DiffusionProcess):
    """Absorbing diffusion of rows of slots, one token a step.

    A denoiser of this process maps blocks of rows, each (n, slots of these rows, fields) with `vocabulary[f]` for a
    hidden token of field f, and for each field the flat numbers (block by block, row by row, slot by slot) of the slots
    whose token is asked for, or None, to one tensor of logits (asked, vocabulary[f]) per field, or None.

    The level of a row is the share of its tokens that is filled already: 0 is nothing but noise.

    Args:
        slots: most slots in a row; further fields of absent slots hold −1.
        vocabulary: how many tokens each field has.
        classes: class of each token of the first field where slots are ordered and their numbers rise within a class
            (`monotone_tokens.MonotoneTokens`); None where any token may stand anywhere.
    """

    kind = "masked"

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], classes: Sequence[int] | None = None
    ) -> None:  # fmt: skip
        super().__init__()
        self.slots, self.vocabulary, self.classes = slots, tuple(vocabulary), classes
        self.steps = slots * len(self.vocabulary)
        self.monotone = None if classes is None else MonotoneTokens(vocabulary, classes)
        self.register_buffer("hidden", torch.tensor(vocabulary), persistent=False)
        self.register_buffer("shares", torch.ones(slots) / slots)

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Shape and classes of the tokens."""
        return {"slots": self.slots, "vocabulary": self.vocabulary, "classes": self.classes}

    def fit(self, x_0: Tensor) -> None:
        """Take the distribution of the number of slots, (slots,) from 1 on, from training data."""
        counted = torch.bincount(lengths(x_0), minlength=self.slots + 1)[1:]
        self.shares.copy_(counted / counted.sum())

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> Corruption:
        """Hide tokens, and ask for those that may come next; the target is an `Asked`."""
        order = lengths(x_0).argsort(stable=True)
        x_0, length = x_0[order], lengths(x_0)[order]
        x, following = self.hide(x_0, level[order], generator)
        first = length.cumsum(0) - length
        places = [part.nonzero(as_tuple=True) for part in following.unbind(dim=2)]
        asked = [first[rows] + slots if len(rows) else None for rows, slots in places]
        return Corruption((blocks(x, length), asked), Asked(x_0, x, places, order))

    def compare(self, prediction: Sequence[Tensor | None], target: Asked) -> Tensor:
        """Bound on −log p(x_0 | number of slots) in nats, one value per row (Hoogeboom et al. 2022, eq. 5).

        With D tokens to fill, a level uniform in [0, 1) and the set S of tokens that may come next, the bound is the
        expectation of D / |S| · Σ_S −log p(token | filled ones): the weight that makes it an evidence lower bound.
        """
        x_0, x, places, order = target
        entropy, asked = torch.zeros(len(x), device=x.device), torch.zeros(len(x), device=x.device)
        for f, (rows, slots) in enumerate(places):
            if len(rows):
                asked += torch.bincount(rows, minlength=len(x))
                scores = self.restricted(prediction[f], x, f, rows=rows, slots=slots)
                entropy.index_add_(0, rows, functional.cross_entropy(scores, x_0[rows, slots, f], reduction="none"))
        bound = entropy * lengths(x_0) * len(self.vocabulary) / asked
        return torch.empty_like(bound).scatter(0, order, bound)

    def hide(self, x_0: Tensor, level: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """Hide the tokens that the reverse process would not have filled yet at a given moment.

        Args:
            x_0: (n, slots, fields) clean tokens.
            level: (n,) in [0, 1): the share of a row's tokens that is filled already.
            generator: source of the random order, on the device of x_0.

        Returns:
            The corrupted tokens, and the mask of those that may come next, the hidden ones of the field under way; both
            shaped as x_0.
        """
        present, length = x_0[..., 0] >= 0, lengths(x_0)
        filled = (level * length * len(self.vocabulary)).long().clamp(max=length * len(self.vocabulary) - 1)
        moment = torch.rand(present.shape, generator=generator, device=x_0.device)
        rank = torch.where(present, moment, 2.0).argsort(dim=1).argsort(dim=1)
        fields = torch.arange(len(self.vocabulary), device=x_0.device)
        under_way = fields == (filled // length)[:, None, None]
        waits = present & (rank >= (filled % length)[:, None])
        following = under_way & waits[..., None]
        later = (fields > (filled // length)[:, None, None]) & present[..., None]
        return torch.where(following | later, self.hidden, x_0), following

    def restricted(
        self, logits: Tensor, x: Tensor, f: int, *, rows: Tensor, slots: Tensor, allowed: Tensor | None = None
    ) -> Tensor:
        """Logits of field f in single precision, those of tokens that may not stand beside the others at −1e9.

        Args:
            logits: (m, vocabulary[f]) of the asked slots.
            x: (n, slots, fields) tokens.
            f: the field; all before it are filled.
            rows: (m,) row of each asked slot.
            slots: (m,) its place in the row.
            allowed: (vocabulary[0],) mask of the tokens that the first field may take; all when None.
        """
        scores = logits.float()
        allowed = allowed if f == 0 else None
        if self.monotone is not None:
            lower, upper = (bound[rows, slots, None] for bound in self.monotone.bounds(x, f, allowed))
            token = torch.arange(self.vocabulary[f], device=x.device)
            scores = scores.masked_fill((token < lower) | (token > upper), _NEVER)
        return scores if allowed is None else scores.masked_fill(~allowed, _NEVER)

    @property
    def fewest(self) -> int:
        """The least number of slots of a row of the training data."""
        return 1 + int(self.shares.nonzero()[0])

    def sizes(self, n: int, generator: Generator, *, most: int | None = None) -> Tensor:
        """(n,) numbers of slots, drawn from their distribution in the training data, none above `most` ≥ `fewest`."""
        shares = self.shares.clone()
        if most is not None:
            shares[most:] = 0
        return 1 + torch.multinomial(shares, n, replacement=True, generator=generator)

    def all_hidden(self, n: int, length: int) -> Tensor:
        """(n, length, fields) rows in which every token is hidden."""
        return self.hidden.expand(n, length, len(self.vocabulary)).clone()

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, slots, fields) rows whose number of slots is drawn and whose tokens are hidden; −1 in absent slots."""
        there = torch.arange(self.slots, device=self.hidden.device) < self.sizes(n, generator)[:, None]
        return self.all_hidden(n, self.slots).masked_fill(~there[..., None], -1)

    def step(self, denoiser: Callable[..., Any], x_t: Tensor, t: int, generator: Generator) -> Tensor:
        """Fill one token of each row that has hidden ones left: a random slot of the first field that has any.

        The hidden tokens themselves say how far a row is, so t counts for nothing; short rows are complete early.
        `samplers.unmask` does the same for all rows of a length at once, and faster.
        """
        del t
        order = lengths(x_t).argsort(stable=True)
        x = x_t[order]
        length = lengths(x)
        hidden = x == self.hidden
        field = hidden.any(dim=1).int().argmax(dim=1)
        moment = torch.rand(x.shape[:2], generator=generator, device=x.device)
        open_slots = hidden[torch.arange(len(x), device=x.device), :, field]
        slot = torch.where(open_slots, moment, -1.0).argmax(dim=1)
        turns = [(open_slots.any(dim=1) & (field == f)).nonzero()[:, 0] for f in range(len(self.vocabulary))]
        first = length.cumsum(0) - length
        logits = denoiser(blocks(x, length), [first[rows] + slot[rows] if len(rows) else None for rows in turns])
        for f, rows in enumerate(turns):
            if len(rows):
                scores = self.restricted(logits[f], x, f, rows=rows, slots=slot[rows])
                drawn = torch.multinomial(scores.softmax(dim=1), 1, generator=generator)
                x[rows, slot[rows], f] = drawn[:, 0]
        return torch.empty_like(x).index_copy(0, order, x)


def lengths(x: Tensor) -> Tensor:
    """(n, slots, fields) tokens → (n,) number of slots that are there."""
    return (x[..., 0] >= 0).sum(dim=1)


def blocks(x: Tensor, length: Tensor) -> list[Tensor]:
    """Rows of rising length as one block per length, each (rows, length, fields)."""
    counts = torch.bincount(length).tolist()
    parts = x.split([count for count in counts if count])
    return [part[:, :slots] for part, slots in zip(parts, (k for k, count in enumerate(counts) if count), strict=True)]
