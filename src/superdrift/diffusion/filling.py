"""Filling of hidden tokens: rows of one length together, one token of each at a time, weighed by what is held."""

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from superdrift.diffusion.calibration import calibrated, holdings
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.restriction import Restriction
from superdrift.run.errors import InputError

ENOUGH = 0.5
"""Effective number of weighed rows, as a share of those wanted, at which no more are drawn."""
STRIDE = 32
"""Rows of one length are drawn in multiples of this."""
_LEAST = 1e-30
"""Smallest uniform number whose logarithm is taken."""
NEVER_FREELY = -1e4
"""Logarithm of the share of a token that is never drawn where nothing is held."""
IMPOSSIBLE = -1e6
"""Logarithm of a share; below it no token that may stand was left."""


class Choice(NamedTuple):
    """How a token is drawn from its logits: their temperature, and the least share of the likeliest one's."""

    temperature: float
    min_p: float


class Block(NamedTuple):
    """Rows of one length, filled up to a multiple of `STRIDE`, of which `count` are wanted."""

    rows: Tensor
    count: int


class Usual(NamedTuple):
    """What rows hold where they are drawn as learned: the frequencies that others keep.

    Attributes:
        held: (n, k) of 0 and 1, `calibration.holdings` of rows.
        weights: (n,) logarithms of their weights.
    """

    held: Tensor
    weights: Tensor


class Filling:
    """Draws tokens of rows from one model; arguments as in `unmask`."""

    def __init__(
        self, process: MaskedDiffusion, denoiser: Callable[..., Any], generator: Generator,
        restriction: Restriction | None,
    ) -> None:  # fmt: skip
        self.process, self.denoiser, self.generator, self.restriction = process, denoiser, generator, restriction

    def blocks(self, conditions: Tensor, length: Tensor) -> list[Block]:
        """Hidden rows by rising length."""
        order = length.argsort(stable=True)
        parts = conditions[order].split(torch.bincount(length).tolist())
        return [self.block(self.process.all_hidden(part, k)) for k, part in enumerate(parts) if len(part)]

    def regrouped(self, rows: Tensor, length: Tensor) -> list[Block]:
        """(n, slots, fields) rows as blocks of equal length, by rising length."""
        order = length.argsort(stable=True)
        parts = rows[order].split(torch.bincount(length).tolist())
        return [self.block(part[:, :k].clone()) for k, part in enumerate(parts) if len(part)]

    def block(self, rows: Tensor) -> Block:
        """A few rows more than needed: matrix libraries build, and keep, a kernel for each new number of rows."""
        return Block(torch.cat([rows, rows[:1].expand(-len(rows) % STRIDE, -1, -1)]), len(rows))

    def joined(self, blocks: Sequence[Block]) -> Tensor:
        """(n, slots, fields + conditions) of all wanted rows; −1 in absent slots."""
        pad, slots = torch.nn.functional.pad, self.process.slots
        rows = [block.rows[: block.count] for block in blocks]
        return torch.cat([pad(part, (0, 0, 0, slots - part.shape[1]), value=-1) for part in rows])

    def candidates(
        self, n: int, choice: Choice, *, usual: Usual | None, among: Tensor | None, oversampling: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Rows with their first field, of which n are to be drawn again by weights.

        Rounds of n rows are drawn until their effective number, (Σ w)² / Σ w² (Kong 1992), suffices.

        Args:
            n: how many rows are wanted.
            choice: how first tokens are drawn.
            usual: rows whose frequencies are to be kept; None: frequencies are as they are.
            among: (*conditions, slots) mask of conditions and lengths that rows may have; None: any.
            oversampling: most rounds.

        Returns:
            Rows (m, slots, fields + conditions), their lengths (m,), and the logarithms of their weights (m,).

        Raises:
            InputError: when none of the rows holds the restriction.
        """
        drawn = list[tuple[Tensor, Tensor, Tensor]]()
        for _ in range(oversampling):
            drawn.append(self._first_field(n, choice, among))
            rows, length, weights = (torch.cat(part) for part in zip(*drawn, strict=True))
            if not bool(weights.isfinite().any()):
                continue
            if usual is not None:
                weights = calibrated(self._held(rows), weights, *usual)
            if 1 / float((weights.double().softmax(dim=0) ** 2).sum()) >= ENOUGH * n:
                break
        if not bool(weights.isfinite().any()):
            raise InputError(
                f"none of {len(weights):,} rows that were drawn holds what is asked for; ask for less, or less exactly"
            )
        return rows, length, weights

    def usual(self, n: int, choice: Choice, *, among: Tensor | None, oversampling: int) -> Usual:
        """What n rows or more hold that are drawn by a choice; arguments as in `candidates`."""
        rows, _, weights = self.candidates(n, choice, usual=None, among=among, oversampling=oversampling)
        return Usual(self._held(rows), weights)

    def _held(self, rows: Tensor) -> Tensor:
        return holdings(rows, (self.process.vocabulary[0], *self.process.conditions))

    def _first_field(self, n: int, choice: Choice, among: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Draw n rows with their first field, their lengths and the logarithms of their weights."""
        held = self.restriction is not None and self.restriction.of_first_field
        if self.restriction is not None:
            fits = self.restriction.lengths(self.process.slots)
            among = fits if among is None else among * fits
        weights, length, blocks = [], [], self.blocks(*self.process.outlines(n, self.generator, among=among))
        for rows, count in blocks:
            weight = self.fill(rows, [choice])
            if held and self.process.classes is not None:
                low, high = self.process.ranges(rows, self.restriction)
                weight = weight.masked_fill((low > high).any(dim=1), -torch.inf)
            weights.append(weight[:count])
            length.append(torch.full((count,), rows.shape[1], device=rows.device))
        return self.joined(blocks), torch.cat(length), torch.cat(weights)

    def fill(
        self, x: Tensor, choices: Sequence[Choice], *, start: int = 0, known: int = 0, weighed: Collection[int] = (0,)
    ) -> Tensor:  # fmt: skip
        """Draw hidden tokens of the rows x (n, slots, fields) in place, `choices` from field `start` on.

        Args:
            x: rows of one length; all fields before `start` are filled, all after it hidden.
            choices: how the tokens of each field are drawn.
            start: the first field that has hidden tokens.
            known: how many tokens of that field each row has already.
            weighed: fields of which it is counted what the restriction takes away.

        Returns:
            (n,) logarithm of the share of the model's probability that the restriction left to those fields; −inf where
            a draw left no token that holds it.
        """
        n, slots = x.shape[:2]
        weight = torch.zeros(n, device=x.device)
        for f, choice in enumerate(choices, start):
            moment = torch.rand((n, slots), generator=self.generator, device=x.device)
            hidden = x[..., f] == self.process.vocabulary[f]
            order = torch.where(hidden, moment, 2.0).argsort(dim=1)[:, : slots - (known if f == start else 0)]
            held = self.restriction is not None and (f > 0 or self.restriction.of_first_field)
            for slot in order.unbind(dim=1):
                weight += self._draw(x, f, slot, choice, counted=held and f in weighed)
        return weight.masked_fill(weight < IMPOSSIBLE, -torch.inf)

    def _draw(self, x: Tensor, f: int, slot: Tensor, choice: Choice, *, counted: bool) -> Tensor | float:
        """Draw the token of field f in one slot (n,) of each row; the logarithm of what was left, 0 if not counted."""
        rows, left = torch.arange(len(x), device=x.device), 0.0
        logits, place = self.asked(x, f, slot), {"rows": rows, "slots": slot}
        scores = self.process.restricted(logits, x, f, **place, restriction=self.restriction)
        least = math.log(choice.min_p) if choice.min_p else -math.inf
        end = scores.amax(dim=1, keepdim=True) + least
        if counted:
            free, kept = self.process.restricted(logits, x, f, **place), scores
            if f > 0 and choice.min_p:
                # Numbers that are never drawn freely are not drawn here either, as long as others are left.
                free_end = free.amax(dim=1, keepdim=True) + least
                free, kept = (torch.where(some < free_end, some.clamp(max=NEVER_FREELY), some) for some in (free, kept))
                end = torch.where((scores >= free_end).any(dim=1, keepdim=True), free_end, end)
            left = (kept / choice.temperature).logsumexp(dim=1) - (free / choice.temperature).logsumexp(dim=1)
        scores = scores.masked_fill(scores < end, -torch.inf)
        # The largest of logits plus Gumbel noise is a draw of their softmax, without a look at the host.
        noise = torch.rand(scores.shape, generator=self.generator, device=x.device).clamp_(min=_LEAST)
        x[rows, slot, f] = (scores / choice.temperature - noise.log_().neg_().log_()).argmax(dim=1)
        return left

    def fill_numbers(self, x: Tensor, choices: Sequence[Choice], *, rounds: int) -> None:
        """Draw the numbers of rows x (n, slots, fields) in place: the model's, given the first field and what is held.

        A restriction that is held by masks alone makes numbers at the ends of what it leaves too frequent, for whatever
        lay beyond falls to them. So a draw is accepted with the share of probability that it was left (rejection
        sampling), and others are drawn anew. Of a row that is accepted in none of the rounds one draw is kept by the
        odds of the shares, the weights of what was rejected (Rubin 1988); the less is left, the less exact that is.

        Args:
            x: rows of one length; the first field is filled, all others are hidden.
            choices: how the tokens of each further field are drawn.
            rounds: most draws of a row.
        """
        every = range(1, len(self.process.vocabulary))
        if self.restriction is None:
            self.fill(x, choices, start=1)
            return
        total = torch.zeros(len(x), device=x.device, dtype=torch.double)
        left, hidden = torch.arange(len(x), device=x.device), x.clone()
        for _ in range(rounds):
            rows = self.block(hidden[left]).rows
            share = self.fill(rows, choices, start=1, weighed=every)[: len(left)].double().exp()
            odds = share / (1 - share).clamp(min=_LEAST)
            total[left] += odds
            chance, other = torch.rand((2, len(left)), generator=self.generator, device=x.device, dtype=torch.double)
            accepted, kept = chance < share, other * total[left] <= odds
            taken = accepted | kept
            x[left[taken]] = rows[: len(left)][taken]
            left = left[~accepted]
            if len(left) == 0:
                return

    def asked(self, x: Tensor, f: int, slot: Tensor) -> Tensor:
        """(n, vocabulary[f]) logits of field f in one slot (n,) of each row."""
        n, slots = x.shape[:2]
        flat = torch.arange(n, device=x.device) * slots + slot
        return self.denoiser([x], [flat if g == f else None for g in range(len(self.process.vocabulary))])[f]


def resampled(weights: Tensor, n: int, generator: Generator) -> Tensor:
    """(n,) numbers of rows, drawn by logarithms of weights (m,) at evenly spaced places (systematic resampling)."""
    shares = (weights - weights.max()).exp().double().cumsum(dim=0)
    start = torch.rand((), generator=generator, device=weights.device, dtype=torch.float64)
    places = (torch.arange(n, device=weights.device) + start) / n * shares[-1]
    return torch.searchsorted(shares, places).clamp(max=len(weights) - 1)
