"""Masked (absorbing) diffusion of rows of tokens: corruption and training loss.

Absorbing diffusion (Austin et al. 2021, D3PM, section 3) hides tokens one after another; its reverse fills them in. In
the form of Hoogeboom et al. (2022, order-agnostic autoregressive diffusion) one token is hidden at each step, so that
the steps are counted in tokens. A row has one to `slots` slots, each with several fields, and how many is drawn before
anything else. Fields are hidden from the last to the first, at random among the slots; the reverse thus settles which
elements there are before how much of each, and that from the coarsest digit to the finest.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from superdrift.diffusion.monotone_tokens import Rising

_NEVER = -1e9
"""Logit of what may not stand; finite, so that a row of them has a gradient."""


class MaskedProcess(nn.Module):
    """Absorbing diffusion of rows of slots.

    A denoiser of this process maps blocks of rows, each (n, slots of these rows, fields) with `vocabulary[f]` for a
    hidden token of field f, and for each field the flat numbers (block by block, row by row, slot by slot) of the slots
    whose token is asked for, or None, to one tensor of logits (asked, vocabulary[f]) per field, or None.

    Args:
        slots: most slots in a row; further fields of absent slots hold −1.
        vocabulary: how many tokens each field has.
        units: what a step of each field adds to the number that the slot stands for; 0 for the first.
        classes: class of each token of the first field where slots are ordered and their numbers rise within a class
            (`rising.Rising`); None where any token may stand anywhere.
        charges: charge of each token of the first field, for denoisers that count charges; None where there are none.
        redox: tokens of the first field that take what charge remains; None likewise.
    """

    kind = "masked"

    def __init__(
        self, *, slots: int, vocabulary: Sequence[int], units: Sequence[float], classes: Sequence[int] | None = None,
        charges: Sequence[float] | None = None, redox: Sequence[bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.arguments = {
            "slots": slots, "vocabulary": list(vocabulary), "units": list(units), "classes": _listed(classes),
            "charges": _listed(charges), "redox": _listed(redox),
        }  # fmt: skip
        """Constructor arguments, for the model's description."""
        self.denoiser_arguments = self.arguments
        """What a denoiser has to know of the data."""
        self.slots, self.vocabulary = slots, tuple(vocabulary)
        self.rising = None if classes is None else Rising(vocabulary, classes)
        self.register_buffer("hidden", torch.tensor(vocabulary), persistent=False)
        self.register_buffer("shares", torch.ones(slots) / slots)

    def fit(self, x_0: Tensor) -> None:
        """Take the distribution of the number of slots, (slots,) from 1 on, from training data."""
        counted = torch.bincount(lengths(x_0), minlength=self.slots + 1)[1:]
        self.shares.copy_(counted / counted.sum())

    def losses(self, denoiser: Callable[..., Any], x_0: Tensor, level: Tensor, generator: Generator) -> Tensor:
        """Bound on −log p(x_0 | number of slots) in nats, one value per row (Hoogeboom et al. 2022, eq. 5).

        With D tokens to fill, a level uniform in [0, 1) and the set S of tokens that may come next, the bound is the
        expectation of D / |S| · Σ_S −log p(token | filled ones): the weight that makes it an evidence lower bound.

        Args:
            denoiser: blocks of rows, asked slots → logits.
            x_0: (n, slots, fields) clean tokens.
            level: (n,) in [0, 1): the share of a row's tokens that is filled already.
            generator: source of the random order, on the device of x_0.
        """
        order = lengths(x_0).argsort(stable=True)
        x_0, length = x_0[order], lengths(x_0)[order]
        x, following = self.corrupt(x_0, level[order], generator)
        first, asked = length.cumsum(0) - length, following.unbind(dim=2)
        places = [part.nonzero(as_tuple=True) for part in asked]
        logits = denoiser(blocks(x, length), [first[rows] + slots if len(rows) else None for rows, slots in places])
        entropy = torch.zeros(len(x), device=x.device)
        for f, (rows, slots) in enumerate(places):
            if len(rows):
                scores = self.restricted(logits[f], x, f, rows=rows, slots=slots)
                entropy.index_add_(0, rows, functional.cross_entropy(scores, x_0[rows, slots, f], reduction="none"))
        bound = entropy * length * len(self.vocabulary) / following.sum(dim=(1, 2))
        return torch.empty_like(bound).scatter(0, order, bound)

    def corrupt(self, x_0: Tensor, level: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
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
        if self.rising is not None:
            lower, upper = (bound[rows, slots, None] for bound in self.rising.bounds(x, f, allowed))
            token = torch.arange(self.vocabulary[f], device=x.device)
            scores = scores.masked_fill((token < lower) | (token > upper), _NEVER)
        return scores if allowed is None else scores.masked_fill(~allowed, _NEVER)

    def start(self, n: int, length: int) -> Tensor:
        """(n, length, fields) rows in which every token is hidden."""
        return self.hidden.expand(n, length, len(self.vocabulary)).clone()


def lengths(x: Tensor) -> Tensor:
    """(n, slots, fields) tokens → (n,) number of slots that are there."""
    return (x[..., 0] >= 0).sum(dim=1)


def blocks(x: Tensor, length: Tensor) -> list[Tensor]:
    """Rows of rising length as one block per length, each (rows, length, fields)."""
    counts = torch.bincount(length).tolist()
    parts = x.split([count for count in counts if count])
    return [part[:, :slots] for part, slots in zip(parts, (k for k, count in enumerate(counts) if count), strict=True)]


def _listed(values: Sequence[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)
