"""Inpainting by masked diffusion: part of a row stays, and the rest is drawn by the model given that part.

Two ways to say what stays. `renoise` hides what the process itself would have hidden at a depth, the finest digits
first, and fills it again: partial noising (SDEdit; Meng et al. 2022) in tokens. `inpaint` keeps some tokens of the
first field, wherever in a row they come to stand, and what a restriction says of numbers. Where gaussian processes need
an approximation for the second (RePaint; Lugmayr et al. 2022), this one has the conditionals of what is hidden given
any part of the first field, so that weighed draws follow the model given what stays.
"""

from collections.abc import Callable, Sequence
from math import comb, log
from typing import Any

import torch
from torch import Generator, Tensor

from superdrift.diffusion.filling import IMPOSSIBLE, Block, Choice, Filling, resampled
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.restriction import Restriction

OVERSAMPLING = 8
"""Rows of the first field that are drawn for each row that is kept."""
OF_NUMBERS = 4
"""Of these, those whose numbers are drawn."""


def renoise(
    process: MaskedDiffusion,
    denoiser: Callable[..., Any],
    reference: Tensor,
    *,
    depth: float,
    samples: int,
    choices: Sequence[Choice],
    restriction: Restriction | None,
    generator: Generator,
) -> Tensor:
    """Hide the tokens of a row to a depth, and fill them again.

    Args:
        process: the process the denoiser was trained on.
        denoiser: blocks of rows, asked slots → logits per field.
        reference: (length, fields + conditions) tokens.
        depth: share of the tokens that are hidden, in (0, 1].
        samples: how many rows to draw.
        choices: how the tokens of each field are drawn.
        restriction: what every row must hold of numbers, as far as the tokens that stay leave it.
        generator: source of all random numbers, on the device of the process.

    Returns:
        (samples, length, fields + conditions) tokens.
    """
    length, fields = len(reference), len(process.vocabulary)
    level = torch.full((samples,), 1 - depth, device=reference.device)
    x, _ = process.hide(reference.expand(samples, -1, -1), level, generator)
    x[..., fields:] = reference[:, fields:]
    filled = int((x[0, :, :fields] != process.hidden).sum())
    filling, field = Filling(process, denoiser, generator, restriction), filled // length
    block = filling.block(x)
    filling.fill(block.rows, choices[field:], start=field, known=filled % length)
    return block.rows[:samples]


def inpaint(
    process: MaskedDiffusion,
    denoiser: Callable[..., Any],
    kept: Tensor,
    *,
    conditions: Tensor,
    lengths: Tensor,
    samples: int,
    choices: Sequence[Choice],
    restriction: Restriction,
    distinct: bool,
    generator: Generator,
) -> Tensor | None:
    """Draw rows that have some tokens of the first field and hold a restriction, by the model given that.

    Importance sampling with resampling (sequential Monte Carlo; Doucet et al. 2001) in three stages. The kept tokens
    are put into random slots of hidden rows, and weighed by the model's probability of just these tokens there; the
    other tokens of the first field are drawn from its conditionals, and what the restriction took away is counted; so
    it is with the numbers. Rows thus follow the model given all that is held: a token that stays with an amount that is
    unusual beside a new one makes that new one rare.

    Args:
        process: the process the denoiser was trained on; its slots are ordered.
        denoiser: blocks of rows, asked slots → logits per field.
        kept: (m,) tokens of the first field, rising, that every row has.
        conditions: (c,) of every row.
        lengths: (slots,) weights of the numbers of slots that rows may have.
        samples: how many rows to draw.
        choices: how the tokens of each field are drawn.
        restriction: what every row holds; the kept tokens are among those that it requires.
        distinct: draw the rows without replacement, so that none comes twice as long as there are others.
        generator: source of all random numbers, on the device of the process.

    Returns:
        (samples, slots, fields + conditions) tokens, −1 in absent slots; None where no row that was drawn holds it.
    """
    filling = Filling(process, denoiser, generator, restriction)
    fits, drawn = lengths * restriction.lengths(process.slots), samples * OVERSAMPLING
    if not bool((fits > 0).any()):
        return None
    length = 1 + torch.multinomial(fits, drawn, replacement=True, generator=generator)
    blocks = filling.blocks(conditions.expand(drawn, -1), length)
    blocks = _survivors(filling, blocks, [_placed(filling, block.rows, kept, choices[0]) for block in blocks], drawn)
    weights = [_first_field(filling, block.rows, len(kept), choices[0]) for block in blocks]
    blocks = _survivors(filling, blocks, weights, samples * OF_NUMBERS)
    every = range(1, len(process.vocabulary))
    weights = [filling.fill(block.rows, choices[1:], start=1, weighed=every) for block in blocks]
    if not blocks:
        return None
    rows, joined = filling.joined(blocks), _joined(blocks, weights)
    if not bool(joined.isfinite().any()):
        return None
    if distinct:
        return rows[_without_replacement(rows, joined, samples, generator)]
    return rows[resampled(joined, samples, generator)]


def _joined(blocks: Sequence[Block], weights: Sequence[Tensor]) -> Tensor:
    """Weights of the wanted rows of all blocks."""
    return torch.cat([weight[: block.count] for block, weight in zip(blocks, weights, strict=True)])


def _survivors(filling: Filling, blocks: Sequence[Block], weights: Sequence[Tensor], n: int) -> list[Block]:
    """Draw n rows of all blocks by the logarithms of their weights; no block where no row has any."""
    if not blocks:
        return []
    joined = _joined(blocks, weights)
    if not bool(joined.isfinite().any()):
        return []
    length = torch.cat([torch.full((b.count,), b.rows.shape[1], device=b.rows.device) for b in blocks])
    chosen = resampled(joined, n, filling.generator)
    return filling.regrouped(filling.joined(blocks)[chosen], length[chosen])


def _without_replacement(rows: Tensor, weights: Tensor, n: int, generator: Generator) -> Tensor:
    """(n,) numbers of rows (m, …), different ones as long as there are any, drawn by logarithms of weights (m,).

    The n largest of logarithms plus Gumbel noise are a draw without replacement (Kool et al. 2019); the weights of
    equal rows add up. Where there are fewer, the rest is drawn with replacement.
    """
    _, same = torch.unique(rows, dim=0, return_inverse=True)
    shares = (weights - weights.max()).exp().double()
    mass = torch.zeros(int(same.max()) + 1, dtype=shares.dtype, device=rows.device).index_add_(0, same, shares)
    first = torch.full_like(mass, len(rows), dtype=torch.long)
    first = first.scatter_reduce(0, same, torch.arange(len(rows), device=rows.device), "amin")
    noise = -torch.rand(mass.shape, generator=generator, device=rows.device, dtype=mass.dtype).log().neg().log()
    found = int((mass > 0).sum())
    chosen = first[(mass.log() + noise).topk(min(n, found)).indices]
    return torch.cat([chosen, resampled(weights, n - len(chosen), generator)])


def _placed(filling: Filling, x: Tensor, kept: Tensor, choice: Choice) -> Tensor:
    """Put the kept tokens into random slots of hidden rows, in place.

    Returns:
        (n,) logarithm of the model's probability of the kept tokens at these slots, over that of the slots.
    """
    n, slots = x.shape[:2]
    rows, weight = torch.arange(n, device=x.device), torch.full((n,), log(comb(slots, len(kept))), device=x.device)
    moment = torch.rand((n, slots), generator=filling.generator, device=x.device)
    places = moment.argsort(dim=1)[:, : len(kept)].sort(dim=1).values
    for slot, token in zip(places.unbind(dim=1), kept, strict=True):
        scores = filling.process.restricted(filling.asked(x, 0, slot), x, 0, rows=rows, slots=slot)
        weight += (scores / choice.temperature).log_softmax(dim=1).index_select(1, token[None])[:, 0]
        x[rows, slot, 0] = token
    return weight.masked_fill(weight < IMPOSSIBLE, -torch.inf)


def _first_field(filling: Filling, x: Tensor, known: int, choice: Choice) -> Tensor:
    """Fill the first field of rows in which `known` tokens of it are there, in place; (n,) logarithms of weights."""
    weight = filling.fill(x, [choice], known=known)
    assert filling.restriction is not None
    low, high = filling.process.ranges(x, filling.restriction)
    return weight.masked_fill((low > high).any(dim=1), -torch.inf)
