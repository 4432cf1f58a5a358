"""Samplers: from nothing but noise to a batch of data. All share one signature, with a callback per step."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from superdrift.diffusion.processes.gaussian import GaussianProcess
from superdrift.diffusion.processes.masked import MaskedProcess
from superdrift.errors import InputError


def _nothing() -> None:
    """Callback that does nothing."""


def ancestral(
    process: GaussianProcess,
    denoiser: Callable[..., Any],
    *,
    samples: int,
    steps: int,
    generator: Generator,
    advance: Callable[[], None] = _nothing,
) -> Tensor:
    """Ancestral sampling (Ho et al. 2020, algorithm 2), every step from T to 1.

    Args:
        process: the process the denoiser was trained on.
        denoiser: (x_t, t) → epsilon.
        samples: how many to draw.
        steps: T; must be that of the process.
        generator: source of all noise, on the device of the process.
        advance: called after each step.

    Returns:
        (samples, *shape) draws of x_0.

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
        advance()
    return x


def unmask(
    process: MaskedProcess,
    denoiser: Callable[..., Any],
    *,
    samples: int,
    steps: int,
    temperature: float,
    generator: Generator,
    allowed: Tensor | None = None,
    advance: Callable[[], None] = _nothing,
) -> Tensor:
    """Fill hidden tokens stage by stage, in random order inside a stage (Hoogeboom et al. 2022, algorithm 1).

    With `steps` = slots × fields one token per row is drawn at a time, from the model's exact conditional; with fewer
    steps several are drawn at once, as if independent given the rest (the same paper, section 4).

    Args:
        process: the process the denoiser was trained on.
        denoiser: tokens → logits per field.
        samples: how many rows to draw.
        steps: evaluations of the denoiser, shared evenly among the stages (one per stage at least).
        temperature: of the fields after the first; below 1 sharpens them. 1 samples the model as it is.
        generator: source of all random numbers, on the device of the process.
        allowed: (vocabulary[0],) mask of the tokens that the first field may take (elements); all when None.
        advance: called after each step.

    Returns:
        (samples, slots, fields) tokens, none hidden.
    """
    x = process.start(samples)
    last = max(process.stages)
    for stage in range(last + 1):
        rounds = max(1, steps * (stage + 1) // (last + 1) - steps * stage // (last + 1))
        moment = torch.rand(x.shape, generator=generator, device=x.device)
        here = (process.stage == stage).expand(x.shape)
        for done in range(rounds):
            waiting = here & process.is_hidden(x)
            # Empty slots leave fewer tokens than slots: each row spreads what it has over the rounds that are left.
            count = -(-waiting.flatten(1).sum(dim=1) // (rounds - done))
            rank = torch.where(waiting, moment, 2.0).flatten(1).argsort(dim=1).argsort(dim=1).reshape(x.shape)
            now = waiting & (rank < count[:, None, None])
            rows = now.flatten(1).any(dim=1)
            if rows.any():
                logits = process.restricted(denoiser(x[rows]), x[rows])
                x[rows] = process.settle(
                    _draw(logits, x[rows], now[rows], temperature=temperature, allowed=allowed, generator=generator)
                )
            advance()
    return x


def _draw(
    logits: list[Tensor],
    x: Tensor,
    now: Tensor,
    *,
    temperature: float,
    allowed: Tensor | None,
    generator: Generator,
) -> Tensor:
    """The rows x with the tokens of the mask `now` drawn from their logits."""
    x = x.clone()
    for f, scores in enumerate(logits):
        where = now[..., f]
        chosen = scores[where] / (temperature if f else 1.0)
        if f == 0 and allowed is not None:
            chosen = chosen.masked_fill(~allowed, -torch.inf)
        if len(chosen):
            x[..., f][where] = torch.multinomial(chosen.softmax(dim=-1), 1, generator=generator)[:, 0]
    return x


class Sampler(NamedTuple):
    """A sampler and the kind of process it draws from."""

    draw: Callable[..., Tensor]
    process: str


SAMPLERS: dict[str, Sampler] = {
    "ancestral": Sampler(ancestral, "gaussian"),
    "unmask": Sampler(unmask, "masked"),
}
"""Samplers by the name that the config uses; a new one is a function and an entry here."""


def named(settings: dict[str, Any], process: str) -> Callable[..., Tensor]:
    """The sampler of a `sampler` block: its function with the block's own arguments filled in.

    Raises:
        InputError: for an unknown name, or a sampler of another kind of process.
    """
    arguments = dict(settings)
    kind = arguments.pop("kind")
    if kind not in SAMPLERS:
        raise InputError(f"unknown sampler '{kind}'; choose one of {', '.join(SAMPLERS)}")
    if SAMPLERS[kind].process != process:
        choices = [name for name, sampler in SAMPLERS.items() if sampler.process == process]
        raise InputError(f"sampler '{kind}' does not fit a {process} model; choose {' or '.join(choices)}")

    def draw(*positional: Any, **keywords: Any) -> Tensor:
        return SAMPLERS[kind].draw(*positional, **arguments, **keywords)

    return draw
