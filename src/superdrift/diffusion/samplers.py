"""Samplers: from nothing but noise to a batch of data. All share one signature, with a callback."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from superdrift.diffusion.filling import Choice, Filling, Usual, resampled
from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.process import DiffusionProcess
from superdrift.diffusion.restriction import Restriction
from superdrift.run.errors import InputError

OVERSAMPLING = 4
"""Most rows that are drawn for each that is kept, and most draws of the numbers of a row."""


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
    guidance: float = 0.0,
    among: Tensor | None = None,
    restriction: Restriction | None = None,
    keep_frequencies: bool = True,
    usual: Usual | None = None,
    oversampling: int = OVERSAMPLING,
    advance: Callable[[float], None] = _nothing,
) -> Tensor:
    """Fill hidden tokens field by field, slot after slot in random order (Hoogeboom et al. 2022, algorithm 1).

    One token per row is drawn at a time, from the model's exact conditional. Rows of the same number of slots are drawn
    together, so that nothing is computed for slots that are not there; the host is waited for once a block.

    A restriction holds in every row. What it takes away while the first field is drawn is counted, and of more rows
    than wanted `samples` are drawn again by these weights, so that they follow the model given the restriction, lengths
    included (sampling, importance, resampling; Rubin 1988), not the order of the draws. Numbers given the first field
    are accepted by what was left to them (rejection sampling).

    Args:
        process: the process the denoiser was trained on.
        denoiser: blocks of rows, asked slots → logits per field.
        samples: how many rows to draw.
        temperature: of the fields after the first; below 1 sharpens them. 1 samples the model as it is.
        min_p: tokens of these fields less likely than this share of the likeliest one are never drawn (Nguyen et al.
            2024, min-p sampling): the small probabilities of hundreds of absurd numbers add up. 0 draws all.
        element_temperature: of the first field; above 1 draws rarer combinations.
        keep_frequencies: first tokens, lengths and conditions stay as frequent as at element temperature 1, whatever it
            is (`calibration`).
        element_min_p: of the first field.
        generator: source of all random numbers, on the device of the process.
        guidance: how far rows are pushed toward their conditions: logits are c + guidance · (c − u), c with and u
            without them (Ho & Salimans 2022, eq. 6). 0 draws from what was learned, and asks the denoiser once, not
            twice.
        among: (*conditions, slots) mask of conditions and numbers of slots that rows may have; all when None.
        restriction: what every row must hold beside.
        usual: rows whose frequencies are kept, of `usual_rows`; None: as many as are wanted are drawn for it.
        oversampling: most rows of the first field that are drawn for each row that is kept, where they are weighed;
            fewer where their effective number (Kong 1992) suffices. Most draws of the numbers of a row, too.
        advance: called with the number of rows done.

    Returns:
        (samples, slots, fields + conditions) tokens in random order of their lengths; −1 in absent slots.

    Raises:
        InputError: when no row holds what is asked.
    """
    elements = Choice(element_temperature, element_min_p)
    digits = [Choice(temperature, min_p)] * (len(process.vocabulary) - 1)
    model = Filling(process, guided(denoiser, process, guidance) if guidance else denoiser, generator, restriction)
    tempered = keep_frequencies and element_temperature != 1
    if not tempered and (restriction is None or not restriction.of_first_field):
        blocks = model.blocks(*process.outlines(samples, generator, among=among))
        for block in blocks:
            model.fill(block.rows, [elements])
            model.fill_numbers(block.rows, digits, rounds=oversampling)
            advance(block.count)
    else:
        drawing = {"among": among, "oversampling": oversampling}
        if tempered and usual is None:
            usual = model.usual(samples, Choice(1.0, element_min_p), **drawing)
        rows, length, weights = model.candidates(samples, elements, usual=usual if tempered else None, **drawing)
        kept = resampled(weights, samples, generator)
        blocks = model.regrouped(rows[kept], length[kept])
        for block in blocks:
            model.fill_numbers(block.rows, digits, rounds=oversampling)
            advance(block.count)
    x = model.joined(blocks)
    return x[torch.randperm(samples, generator=generator, device=x.device)]


def usual_rows(
    process: MaskedDiffusion,
    denoiser: Callable[..., Any],
    *,
    samples: int,
    element_min_p: float,
    generator: Generator,
    guidance: float = 0.0,
    among: Tensor | None = None,
    restriction: Restriction | None = None,
    oversampling: int = OVERSAMPLING,
) -> Usual:
    """What rows hold that are drawn at element temperature 1, for many calls of `unmask`; arguments as there."""
    denoise = guided(denoiser, process, guidance) if guidance else denoiser
    model = Filling(process, denoise, generator, restriction)
    return model.usual(samples, Choice(1.0, element_min_p), among=among, oversampling=oversampling)


def guided(denoiser: Callable[..., Any], process: MaskedDiffusion, guidance: float) -> Callable[..., Any]:
    """A denoiser whose logits are pushed toward the conditions of its rows (Ho & Salimans 2022, eq. 6).

    Args:
        denoiser: of the process, trained with conditions forgotten now and then.
        process: of one block of rows at a time.
        guidance: how far.
    """
    fields = len(process.vocabulary)

    def denoise(x: Sequence[Tensor], asked: Sequence[Tensor | None]) -> list[Tensor | None]:
        (block,) = x
        free = torch.cat([block[..., :fields], process.unknown.expand(*block.shape[:2], -1)], dim=2)
        flat = block.shape[0] * block.shape[1]
        both = [None if slots is None else torch.cat([slots, slots + flat]) for slots in asked]
        found = denoiser([torch.cat([block, free])], both)
        pairs = [None if logits is None else logits.float().chunk(2) for logits in found]
        return [None if pair is None else pair[0] + guidance * (pair[0] - pair[1]) for pair in pairs]

    return denoise


class Sampler(NamedTuple):
    """A sampler that a configuration can name.

    Attributes:
        draw: the function.
        process: class of the processes it draws from.
        restricts: whether it can hold rows to conditions and restrictions.
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
        restrict: whether rows are to hold something.

    Raises:
        InputError: for an unknown name, a sampler of another kind of process, or one that cannot hold rows to anything.
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
        raise InputError(f"sampler '{kind}' cannot hold samples to elements, amounts or conditions; choose {able}")

    def draw(*positional: Any, **keywords: Any) -> Any:
        return SAMPLERS[kind].draw(*positional, **arguments, **keywords)

    return draw
