"""Masked (absorbing) diffusion of rows of tokens: corruption and training loss.

Absorbing diffusion (Austin et al. 2021, D3PM, section 3) hides tokens one after another; its reverse fills them in. In
the form of Hoogeboom et al. (2022, order-agnostic autoregressive diffusion) one token is hidden at each step, so that
the steps are counted in tokens. A row has one to `slots` slots, each with several fields, and how many is drawn before
anything else. Fields are hidden from the last to the first, at random among the slots; the reverse thus settles what
there is before how much of each, and that from the coarsest digit to the finest. Beside its tokens a row may have
conditions, which are given; training forgets them now and then, so that the same denoiser knows both distributions
(classifier-free guidance; Ho & Salimans 2022).
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn import functional

from superdrift.diffusion.monotone_tokens import MonotoneTokens
from superdrift.diffusion.process import Corruption, DiffusionProcess
from superdrift.diffusion.restriction import Restriction

_USUAL = 0.999
"""Share of the training rows with a token whose increment is usual."""
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

    A denoiser of this process maps blocks of rows, each (n, slots of these rows, fields + conditions) with
    `vocabulary[f]` for a hidden token of field f and `conditions[c]` for an unknown condition, and for each field the
    flat numbers (block by block, row by row, slot by slot) of the slots whose token is asked for, or None, to one
    tensor of logits (asked, vocabulary[f]) per field, or None.

    The level of a row is the share of its tokens that is filled already: 0 is nothing but noise.

    Args:
        slots: most slots in a row; further fields of absent slots hold −1.
        vocabulary: how many tokens each field has.
        classes: class of each token of the first field where slots are ordered and their numbers rise within a class
            (`monotone_tokens.MonotoneTokens`); None where any token may stand anywhere.
        conditions: how many values each condition has; each slot of a row repeats them behind its tokens.
        forgotten: share of the rows of a batch in which a condition is unknown, each condition for itself.
    """

    kind = "masked"

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], classes: Sequence[int] | None = None,
        conditions: Sequence[int] = (), forgotten: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.slots, self.vocabulary, self.classes = slots, tuple(vocabulary), classes
        self.conditions, self.forgotten = tuple(conditions), forgotten
        self.steps = slots * len(self.vocabulary)
        self.monotone = None if classes is None else MonotoneTokens(vocabulary, classes)
        self.register_buffer("hidden", torch.tensor(vocabulary), persistent=False)
        self.register_buffer("unknown", torch.tensor(self.conditions, dtype=torch.long), persistent=False)
        self.register_buffer("kinds", torch.tensor(classes or [], dtype=torch.long), persistent=False)
        units = [prod(self.vocabulary[f + 1 :]) for f in range(1, len(self.vocabulary))]
        self.register_buffer("units", torch.tensor(units, dtype=torch.long), persistent=False)
        tables = self.conditions[0] if self.conditions else 1
        self.register_buffer("largest", torch.zeros((tables, vocabulary[0]), dtype=torch.long))
        self.register_buffer("shares", torch.full((*self.conditions, slots), 1 / (prod(self.conditions) * slots)))

    @property
    def denoiser_arguments(self) -> dict[str, Any]:
        """Shape and classes of the tokens."""
        return {
            "slots": self.slots, "vocabulary": self.vocabulary, "classes": self.classes, "conditions": self.conditions,
        }  # fmt: skip

    def fit(self, x_0: Tensor) -> None:
        """Take the distribution of conditions and number of slots, (*conditions, slots), from training data."""
        cell = lengths(x_0) - 1
        for c in range(len(self.conditions)):
            cell = cell + x_0[:, 0, len(self.vocabulary) + c] * prod((*self.conditions[c + 1 :], self.slots))
        counted = torch.bincount(cell, minlength=self.shares.numel()).reshape(self.shares.shape)
        self.shares.copy_(counted / counted.sum())
        if self.classes is not None:
            self._fit_numbers(x_0)

    def _fit_numbers(self, x_0: Tensor) -> None:
        """Take the largest usual increment of each first token, for each value of the first condition.

        That is the least value that all but a thousandth of the rows with the token do not exceed; where no row of a
        condition has the token, that of all rows; 0 where none has.
        """
        first, there = x_0[..., 0], x_0[..., 0] >= 0
        number = (x_0[..., 1 : len(self.vocabulary)] * self.units).sum(dim=2)
        own = self.kinds[first.clamp(min=0)]
        linked = functional.pad(own[:, 1:] == own[:, :-1], (1, 0))
        increment = (number - torch.where(linked, number.roll(1, dims=1), 0))[there].double()
        kind = x_0[..., len(self.vocabulary)] if self.conditions else torch.zeros_like(first)
        token, kind = first[there], kind[there]
        for k, t in product(range(len(self.largest)), token.unique().tolist()):
            rows = (token == t) & (kind == k)
            rows = rows if bool(rows.any()) else token == t
            self.largest[k, t] = increment[rows].quantile(_USUAL, interpolation="higher").long()

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
            The corrupted tokens with their conditions, some of them forgotten, shaped as x_0; and the mask of the
            tokens that may come next, the hidden ones of the field under way, (n, slots, fields).
        """
        present, length = x_0[..., 0] >= 0, lengths(x_0)
        tokens, conditions = x_0.split((len(self.vocabulary), len(self.conditions)), dim=2)
        filled = (level * length * len(self.vocabulary)).long().clamp(max=length * len(self.vocabulary) - 1)
        moment = torch.rand(present.shape, generator=generator, device=x_0.device)
        rank = torch.where(present, moment, 2.0).argsort(dim=1).argsort(dim=1)
        fields = torch.arange(len(self.vocabulary), device=x_0.device)
        under_way = fields == (filled // length)[:, None, None]
        waits = present & (rank >= (filled % length)[:, None])
        following = under_way & waits[..., None]
        later = (fields > (filled // length)[:, None, None]) & present[..., None]
        tokens = torch.where(following | later, self.hidden, tokens)
        if self.conditions:
            drawn = torch.rand((len(x_0), 1, len(self.conditions)), generator=generator, device=x_0.device)
            conditions = torch.where((drawn < self.forgotten) & present[..., None], self.unknown, conditions)
        return torch.cat([tokens, conditions], dim=2), following

    def restricted(
        self, logits: Tensor, x: Tensor, f: int, *, rows: Tensor, slots: Tensor, restriction: Restriction | None = None
    ) -> Tensor:
        """Logits of field f in single precision, those of tokens that may not stand beside the others at −1e9.

        Args:
            logits: (m, vocabulary[f]) of the asked slots.
            x: (n, slots, fields) tokens.
            f: the field; all before it are filled.
            rows: (m,) row of each asked slot.
            slots: (m,) its place in the row.
            restriction: what rows must hold beside; one slot of each row is asked then.
        """
        scores = logits.float()
        if self.monotone is not None:
            if restriction is not None and f > 0:
                lower, upper = (bound[rows, slots, None] for bound in self._ranges(x, f, slots, restriction))
            else:
                lower, upper = (bound[rows, slots, None] for bound in self.monotone.bounds(x, f))
            token = torch.arange(self.vocabulary[f], device=x.device)
            scores = scores.masked_fill((token < lower) | (token > upper), _NEVER)
        if restriction is None or f > 0 or not restriction.of_first_field:
            return scores
        return scores.masked_fill(~restriction.first_tokens(x[..., 0], slots), _NEVER)

    def ranges(self, x: Tensor, restriction: Restriction, slot: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(n, slots, fields) tokens → least and greatest number of each slot that known digits and restriction leave.

        All tokens of the first field must be there; low above high where nothing is left. In units of the last digit.
        `slot` (n,) is the one whose number is to be drawn, see `Restriction.numbers`.
        """
        if self.classes is None:
            raise ValueError("rows without classes have no numbers that rise")
        digits, sizes = x[..., 1 : len(self.vocabulary)], self.hidden[1:]
        known = digits < sizes
        low = torch.where(known, digits * self.units, 0).sum(dim=2)
        high = low + torch.where(known, 0, (sizes - 1) * self.units).sum(dim=2)
        kind = x[:, 0, len(self.vocabulary)] if self.conditions else x.new_zeros(len(x))
        return restriction.numbers(x[..., 0], low, high, self.kinds, kind=kind, slot=slot)

    def _ranges(self, x: Tensor, f: int, slot: Tensor, restriction: Restriction) -> tuple[Tensor, Tensor]:
        """Least and greatest token of field f in each slot that the restriction leaves, (n, slots)."""
        low, high = self.ranges(x, restriction, slot)
        unit = prod(self.vocabulary[f + 1 :])
        above = unit * self.vocabulary[f]
        return low // unit - low // above * self.vocabulary[f], high // unit - low // above * self.vocabulary[f]

    def outlines(self, n: int, generator: Generator, *, among: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Draw conditions (n, conditions) and numbers of slots (n,) from their distribution in the training data.

        Args:
            n: how many.
            generator: on the device of the process.
            among: (*conditions, slots) mask of those that may be drawn, some of them seen in training; all when None.
        """
        shares = (self.shares if among is None else self.shares * among).flatten()
        cell = torch.multinomial(shares, n, replacement=True, generator=generator)
        length, cell = 1 + cell % self.slots, cell // self.slots
        conditions = list[Tensor]()
        for size in reversed(self.conditions):
            conditions.insert(0, cell % size)
            cell = cell // size
        return torch.stack(conditions, dim=1) if conditions else cell.new_zeros((n, 0)), length

    def all_hidden(self, conditions: Tensor, length: int) -> Tensor:
        """(n, conditions) → (n, length, fields + conditions) rows in which every token is hidden."""
        n = len(conditions)
        hidden = self.hidden.expand(n, length, len(self.vocabulary))
        return torch.cat([hidden, conditions[:, None].expand(n, length, len(self.conditions))], dim=2)

    def start(self, n: int, generator: Generator) -> Tensor:
        """(n, slots, fields + conditions) rows: conditions and length drawn, tokens hidden; −1 in absent slots."""
        conditions, length = self.outlines(n, generator)
        there = torch.arange(self.slots, device=self.hidden.device) < length[:, None]
        return self.all_hidden(conditions, self.slots).masked_fill(~there[..., None], -1)

    def step(self, denoiser: Callable[..., Any], x_t: Tensor, t: int, generator: Generator) -> Tensor:
        """Fill one token of each row that has hidden ones left: a random slot of the first field that has any.

        The hidden tokens themselves say how far a row is, so t counts for nothing; short rows are complete early.
        `samplers.unmask` does the same for all rows of a length at once, and faster.
        """
        del t
        order = lengths(x_t).argsort(stable=True)
        x = x_t[order]
        length = lengths(x)
        hidden = x[..., : len(self.vocabulary)] == self.hidden
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
