"""Latent space of a masked model: tokens are quantiles of their conditionals, quantiles are normal numbers.

Filled in a fixed order, field by field and slot after slot, a row is drawn from the model's conditionals one token at
a time. Here every draw is read from a coordinate instead: the token is where the cumulative distribution of its
conditional, in the order of the tokens, passes Φ(z). So independent standard normal coordinates are a row drawn from
the model (the Knothe–Rosenblatt rearrangement; Rosenblatt 1952), any row that the model can write has coordinates, and
these give the row again: nothing is lost. Numbers and similar elements that stand near each other are near in z, and
what depends on a token that has changed keeps its quantile and adapts.

What a coordinate tells of a row is −log p(token | tokens before it): the Kullback–Leibler divergence between the
uniform numbers that give this token and all of them. Training has made their sum as small as it could.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from superdrift.diffusion.masked import MaskedDiffusion, lengths
from superdrift.diffusion.restriction import Restriction

RARE = 1e-4
"""Share of the uniform numbers, the topmost, that gives the tokens that sampling leaves out as too rare; so that rows
with such a token have coordinates too, and are as rare in the prior as that."""
_LEGAL = -1e8
"""Logit; below it stand tokens that cannot stand beside the others."""
_END = 1e-12
"""Least distance of a uniform number from 0 and 1, so that its normal number is finite (7.03)."""


class Codes(NamedTuple):
    """Coordinates of some rows.

    Attributes:
        z: (n, dimensions) normal numbers, float64; 0 where a row has no such token.
        nats: (n, dimensions) −log of the share of the numbers that give the token.
    """

    z: Tensor
    nats: Tensor

    @property
    def held(self) -> Tensor:
        """(n,) rows that hold the restriction: no token of theirs has a share of nothing."""
        return (self.nats < -math.log(2 * _END)).all(dim=1)


@dataclass(frozen=True)
class QuantileLatent:
    """Rows of a masked model ↔ coordinates, all independent standard normal where the row is a draw of the model.

    The first coordinate is the number of slots; that of field f in slot s is number 1 + f · slots + s.

    Attributes:
        process: the process.
        denoiser: of it; in full precision, so that a row decodes as it was encoded.
        min_p: of each field: tokens less likely than this share of the likeliest one come from `RARE` alone.
        restriction: what every row that is decoded holds, by masks alone; rows that are encoded have to hold it.
        usually: what most rows hold beside, with all that `restriction` says; other tokens come from `RARE` alone.
    """

    process: MaskedDiffusion
    denoiser: Callable[..., Any]
    min_p: Sequence[float]
    restriction: Restriction | None = None
    usually: Restriction | None = None

    @property
    def dimensions(self) -> int:
        """Coordinates of a row."""
        return 1 + self.process.steps

    def encode(self, x_0: Tensor, conditions: Tensor, generator: Generator | None = None) -> Codes:
        """Coordinates of rows.

        Args:
            x_0: (n, slots, fields or more) tokens; −1 in absent slots.
            conditions: (n, conditions) under which the rows are read; `process.unknown` where one is unknown.
            generator: where numbers are drawn among those that give the row, the posterior; None: the middle of them.
        """
        x_0 = x_0[..., : len(self.process.vocabulary)]
        return self._through(lengths(x_0), conditions, x_0=x_0, generator=generator)[1]

    def decode(self, z: Tensor, conditions: Tensor) -> Tensor:
        """Coordinates (n, dimensions) and conditions → rows (n, slots, fields + conditions); −1 in absent slots."""
        return self.read(z, conditions)[0]

    def read(self, z: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """As `decode`, and the nats (n, dimensions) of the tokens that were read."""
        uniform = torch.special.ndtr(z[:, 0].double())
        steps = self._lengths(conditions).cumsum(dim=1)
        length = 1 + torch.searchsorted(steps, uniform[:, None], right=True)[:, 0]
        rows, codes = self._through(length.clamp(max=self.process.slots), conditions, z=z.double())
        return rows, codes.nats

    def _lengths(self, conditions: Tensor) -> Tensor:
        """(n, slots) shares of the numbers of slots, float64, given the conditions and the restriction."""
        shares, sizes = self.process.shares.double(), self.process.conditions
        for c in range(len(sizes)):  # behind the classes of each condition their sum, where it is unknown
            shares = torch.cat([shares, shares.sum(dim=c, keepdim=True)], dim=c)
        shares = shares[tuple(conditions.unbind(dim=1))] if sizes else shares.expand(len(conditions), -1)
        total = shares.sum(dim=1, keepdim=True)
        even = torch.full_like(shares, 1 / self.process.slots)  # of conditions that no training row has, all alike
        shares = torch.where(total > 0, (1 - RARE) * shares / total.clamp(min=_END) + RARE * even, even)
        if self.restriction is not None:
            shares = shares * self.restriction.lengths(self.process.slots)
        return shares / shares.sum(dim=1, keepdim=True)

    def _through(
        self, length: Tensor, conditions: Tensor, *, x_0: Tensor | None = None, z: Tensor | None = None,
        generator: Generator | None = None,
    ) -> tuple[Tensor, Codes]:  # fmt: skip
        """Fill rows of some lengths token by token, from given rows or from coordinates; rows and coordinates."""
        process, n = self.process, len(length)
        width = len(process.vocabulary) + len(process.conditions)
        rows = torch.full((n, process.slots, width), -1, device=length.device)
        codes = Codes(*torch.zeros((2, n, self.dimensions), dtype=torch.float64, device=length.device))
        _, *ends = _quantile(self._lengths(conditions), length - 1, None)
        _note(codes, torch.arange(n, device=length.device), 0, ends, generator)
        for slots in length.unique().tolist():
            chosen = (length == slots).nonzero()[:, 0]
            x = process.all_hidden(conditions[chosen], slots).clone()
            for f in range(len(process.vocabulary)):
                for s in range(slots):
                    cell = 1 + f * process.slots + s
                    shares, v = self._conditional(x, f, s), process.vocabulary[f]
                    token = None if x_0 is None else x_0[chosen, s, f]
                    if token is not None:  # as a usual token, or as a rare one
                        token = torch.where(shares.gather(1, token[:, None])[:, 0] > 0, token, token + v)
                    uniform = None if z is None else torch.special.ndtr(z[chosen, cell])
                    place, *ends = _quantile(shares, token, uniform)
                    x[:, s, f] = place % v
                    _note(codes, chosen, cell, ends, generator)
            rows[chosen, :slots] = x
        return rows, codes

    def _conditional(self, x: Tensor, f: int, s: int) -> Tensor:
        """(n, 2 · vocabulary[f]) shares of field f's tokens in slot s: of the usual ones, then of the rare ones."""
        n, slots = x.shape[:2]
        at = torch.arange(n, device=x.device)
        asked = [at * slots + s if g == f else None for g in range(len(self.process.vocabulary))]
        place = {"rows": at, "slots": torch.full((n,), s, device=x.device)}
        logits = self.denoiser([x], asked)[f]
        scores = self.process.restricted(logits, x, f, **place, restriction=self.restriction).double()
        legal = scores > _LEGAL
        legal |= ~legal.any(dim=1, keepdim=True)
        usual = legal
        if self.usually is not None:
            left = legal & (self.process.restricted(logits, x, f, **place, restriction=self.usually) > _LEGAL)
            usual = torch.where(left.any(dim=1, keepdim=True), left, legal)
        if self.min_p[f]:
            ends = scores.masked_fill(~usual, -torch.inf).amax(dim=1, keepdim=True) + math.log(self.min_p[f])
            usual = usual & (scores >= ends)
        often, rare = (scores.masked_fill(~mask, -torch.inf) for mask in (usual, legal & ~usual))
        share = RARE * torch.isfinite(rare).any(dim=1, keepdim=True).double()
        return torch.cat([(1 - share) * often.softmax(dim=1), share * rare.softmax(dim=1).nan_to_num(0.0)], dim=1)


def _note(codes: Codes, rows: Tensor, cell: int, ends: Sequence[Tensor], generator: Generator | None) -> None:
    """Write down the coordinate that the numbers between two ends stand for: of their middle, or of a draw of them."""
    low, high = ends
    share: Tensor | float = 0.5
    if generator is not None:
        drawn = torch.rand(low.shape, generator=generator, device=generator.device, dtype=torch.float64)
        share = drawn.to(low.device)
    codes.z[rows, cell] = torch.special.ndtri((low + share * (high - low)).clamp(_END, 1 - _END))
    codes.nats[rows, cell] = -(high - low).clamp(min=_END).log()


def _quantile(shares: Tensor, place: Tensor | None, uniform: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """The place (n,) that is given, or where a distribution passes a number, and the numbers that give it.

    Args:
        shares: (n, v) that sum to 1.
        place: (n,) places; None: from `uniform`.
        uniform: (n,) numbers.

    Returns:
        Places, and low and high of the numbers, each (n,).
    """
    steps = shares.cumsum(dim=1)
    if place is None:
        if uniform is None:
            raise ValueError("neither a place nor a number")
        # Beyond the last by rounding: the last that has a share.
        last = (shares > 0).long().mul(torch.arange(shares.shape[1], device=shares.device)).amax(dim=1)
        place = torch.searchsorted(steps, uniform[:, None], right=True)[:, 0].minimum(last)
    high = steps.gather(1, place[:, None])[:, 0]
    return place, high - shares.gather(1, place[:, None])[:, 0], high
