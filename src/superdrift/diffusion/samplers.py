"""Samplers: from nothing but noise to a batch of data. All share one signature, with a callback."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.process import DiffusionProcess
from superdrift.run.errors import InputError

STRIDE = 32
"""Rows of one length are drawn in multiples of this."""
_LEAST = 1e-30
"""Smallest uniform number whose logarithm is taken."""


def _nothing(_: float) -> None:
    """Callback that does nothing."""


def ancestral(
    process: DiffusionProcess,
    denoiser: Callable[..., Any],
    *,
    samples: int,
    steps: int,
    generator: Generator,
    advance: Callable[[float], None] = _nothing,
) -> Any:
    """Ancestral sampling (Ho et al. 2020, algorithm 2), every step from T to 1, of any process.

    Args:
        process: the process the denoiser was trained on.
        denoiser: as the process calls it.
        samples: how many to draw.
        steps: T; must be that of the process.
        generator: source of all noise, on the device of the process.
        advance: called after each step, with the share of the samples that it stands for.

    Returns:
        `samples` draws of x_0.

    Raises:
        InputError: when `steps` is not T.
    """
    if steps != process.steps:
        raise InputError(
            f"sampler ancestral: steps = {steps}, but the model was trained with T = {process.steps};"
            " set sampler.steps of the model to that, or train it again"
        )
    x = process.start(samples, generator)
    for t in range(process.steps, 0, -1):
        x = process.step(denoiser, x, t, generator)
        advance(samples / steps)
    return x


def unmask(
    process: MaskedDiffusion,
    denoiser: Callable[..., Any],
    *,
    samples: int,
    temperature: float,
    min_p: float,
    element_temperature: float,
    element_min_p: float,
    generator: Generator,
    allowed: Tensor | None = None,
    advance: Callable[[float], None] = _nothing,
) -> Tensor:
    """Fill hidden tokens field by field, slot after slot in random order (Hoogeboom et al. 2022, algorithm 1).

    One token per row is drawn at a time, from the model's exact conditional. Rows of the same number of slots are drawn
    together, so that nothing is computed for slots that are not there and no step waits for the host.

    Args:
        process: the process the denoiser was trained on.
        denoiser: blocks of rows, asked slots → logits per field.
        samples: how many rows to draw.
        temperature: of the fields after the first; below 1 sharpens them. 1 samples the model as it is.
        min_p: tokens of these fields less likely than this share of the likeliest one are never drawn (Nguyen et al.
            2024, min-p sampling): the small probabilities of hundreds of absurd numbers add up. 0 draws all.
        element_temperature: of the first field; above 1 draws rarer combinations.
        element_min_p: of the first field.
        generator: source of all random numbers, on the device of the process.
        allowed: (vocabulary[0],) mask of the tokens that the first field may take; all when None. The others
            are left out of every draw of that field; rows with more slots than allowed tokens are not drawn. At least
            `process.fewest` have to be allowed.
        advance: called with the number of rows done.

    Returns:
        (samples, slots, fields) tokens in random order of their lengths; −1 in absent slots.
    """
    drawn = process.sizes(samples, generator, most=None if allowed is None else int(allowed.sum()))
    x = process.all_hidden(samples, process.slots).fill_(-1)
    start = 0
    for length, count in enumerate(torch.bincount(drawn).tolist()):
        if count:
            # A few rows more than needed: matrix libraries build, and keep, a kernel for each new number of rows.
            block = process.all_hidden(count + -count % STRIDE, length)
            choices = [(element_temperature, element_min_p), *[(temperature, min_p)] * (len(process.vocabulary) - 1)]
            _fill(process, denoiser, block, choices=choices, generator=generator, allowed=allowed)
            x[start : start + count, :length] = block[:count]
            start += count
            advance(count)
    return x[torch.randperm(samples, generator=generator, device=x.device)]


def _fill(
    process: MaskedDiffusion, denoiser: Callable[..., Any], x: Tensor, *,
    choices: Sequence[tuple[float, float]], generator: Generator, allowed: Tensor | None,
) -> None:  # fmt: skip
    """Draw all tokens of the rows x (n, slots, fields), in place; `choices` are temperature and min-p per field."""
    n, slots, fields = x.shape
    rows = torch.arange(n, device=x.device)
    for f, (temperature, min_p) in enumerate(choices):
        least = math.log(min_p) if min_p else -math.inf
        order = torch.rand((n, slots), generator=generator, device=x.device).argsort(dim=1)
        for slot in order.unbind(dim=1):
            asked = [rows * slots + slot if g == f else None for g in range(fields)]
            scores = process.restricted(denoiser([x], asked)[f], x, f, rows=rows, slots=slot, allowed=allowed)
            scores = scores.masked_fill(scores < scores.amax(dim=1, keepdim=True) + least, -torch.inf)
            # The largest of logits plus Gumbel noise is a draw of their softmax, without a look at the host.
            noise = torch.rand(scores.shape, generator=generator, device=x.device).clamp_(min=_LEAST).log_().neg_()
            x[rows, slot, f] = (scores / temperature - noise.log_()).argmax(dim=1)


class Sampler(NamedTuple):
    """A sampler that a configuration can name.

    Attributes:
        draw: the function.
        process: class of the processes it draws from.
        restricts: whether it can leave tokens out (`allowed`).
    """

    draw: Callable[..., Any]
    process: type[DiffusionProcess]
    restricts: bool


SAMPLERS: dict[str, Sampler] = {
    "ancestral": Sampler(ancestral, DiffusionProcess, restricts=False),
    "unmask": Sampler(unmask, MaskedDiffusion, restricts=True),
}
"""Samplers by the name that the config uses; CONTRIBUTING.md says how to add one."""


def named(settings: dict[str, Any], process: DiffusionProcess, *, restrict: bool = False) -> Callable[..., Any]:
    """The sampler of a `sampler` block: its function with the block's own arguments filled in.

    Args:
        settings: the block.
        process: what it is to draw from.
        restrict: whether tokens are to be left out.

    Raises:
        InputError: for an unknown name, a sampler of another kind of process, or one that cannot leave tokens out.
    """
    arguments = dict(settings)
    kind = arguments.pop("kind")
    if kind not in SAMPLERS:
        raise InputError(f"unknown sampler '{kind}'; choose one of {', '.join(SAMPLERS)}")
    choices = [name for name, sampler in SAMPLERS.items() if isinstance(process, sampler.process)]
    if kind not in choices:
        raise InputError(f"sampler '{kind}' does not fit a {process.kind} model; choose {' or '.join(choices)}")
    if restrict and not SAMPLERS[kind].restricts:
        able = " or ".join(name for name in choices if SAMPLERS[name].restricts)
        raise InputError(f"sampler '{kind}' cannot leave tokens out; choose {able}")

    def draw(*positional: Any, **keywords: Any) -> Any:
        return SAMPLERS[kind].draw(*positional, **arguments, **keywords)

    return draw
