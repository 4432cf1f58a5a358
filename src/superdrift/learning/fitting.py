"""Training of small networks (latent space, formation energy): AdamW, warm-up and cosine decay, best weights kept."""

import copy
import time
from collections.abc import Callable, Iterator
from math import cos, pi

import numpy as np
import torch
from torch import Tensor, nn

from superdrift.learning.device import has_fast_bfloat16
from superdrift.learning.settings import OptimisationSettings
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress

History = dict[str, list[float]]
"""Columns of a history table."""


def fit(
    network: nn.Module,
    loss: Callable[[Tensor], Tensor],
    validate: Callable[[], tuple[float, float]],
    *,
    rows: int,
    settings: OptimisationSettings,
    generator: np.random.Generator,
    label: str,
    key: str,
    clip: float = 0.0,
) -> History:
    """Minimise `loss`; at the end the network holds the weights that did best on held-out rows.

    Args:
        network: trained in place.
        loss: row numbers (batch,) int64 → scalar training loss.
        validate: the loss on held-out rows (the same draw of noise at every call), and the error whose smallest
            value decides which weights are kept.
        rows: number of training rows.
        settings: steps, batch size, learning rate, warm-up, weight decay, steps between validations.
        generator: order of the batches.
        label: what is trained, for the progress line.
        key: where the learning rate stands in the config, for messages, e.g. "drift.vae.learning_rate".
        clip: largest norm of the gradient; 0: not clipped.

    Returns:
        The columns of a history table, one row per validation.
    """
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=settings.weight_decay, fused=True)
    order = batches(rows, settings.batch_size, generator)
    best, losses, seconds = _Best(network), [], 0.0
    with Progress(settings.steps, label, "step") as progress:
        for step in range(1, settings.steps + 1):
            started = time.monotonic()
            rate = learning_rate(step, settings)
            losses.append(_update(network, optimiser, loss, next(order), rate=rate, clip=clip))
            seconds += time.monotonic() - started
            if step % settings.validate_every == 0 or step == settings.steps:
                held_out, error = _evaluate(network, validate)
                _check(losses, held_out, step, label=label, key=key)
                best.record(
                    error, step=step, train_loss=float(np.mean(losses)), validation_loss=held_out, learning_rate=rate,
                    seconds=seconds,
                )  # fmt: skip
                losses = []
            progress.advance(error=best.error)
    network.load_state_dict(best.weights)
    network.eval()
    return best.history


class _Best:
    """The weights of smallest error so far, and the history table that tells when they were kept."""

    def __init__(self, network: nn.Module) -> None:
        self._network, self.error, self.weights = network, float("inf"), copy.deepcopy(network.state_dict())
        self.history: History = {
            name: [] for name in ("step", "train_loss", "validation_loss", "learning_rate", "best", "seconds")
        }

    def record(self, error: float, **row: float) -> None:
        """Keep the weights if no earlier `error` was smaller; append a row of history."""
        improved = error <= self.error  # of equal ones the longer trained
        if improved:
            self.error, self.weights = error, copy.deepcopy(self._network.state_dict())
        for name, value in {**row, "best": improved}.items():
            self.history[name].append(value)


def batches(rows: int, size: int, generator: np.random.Generator) -> Iterator[Tensor]:
    """Endless row numbers in batches of `size`: permutations of all rows, end to end."""
    waiting = np.empty(0, dtype=np.int64)
    while True:
        while len(waiting) < size:
            waiting = np.concatenate([waiting, generator.permutation(rows)])
        yield torch.from_numpy(waiting[:size])
        waiting = waiting[size:]


def learning_rate(step: int, settings: OptimisationSettings) -> float:
    """Linear warm-up, then half a cosine down to zero (Loshchilov & Hutter 2017, without restarts)."""
    if step <= settings.warmup:
        return settings.learning_rate * step / settings.warmup
    done = (step - settings.warmup) / (settings.steps - settings.warmup)
    return settings.learning_rate * 0.5 * (1 + cos(pi * done))


def _update(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    loss: Callable[[Tensor], Tensor],
    rows: Tensor,
    *,
    rate: float,
    clip: float,
) -> float:
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    device = next(network.parameters()).device
    with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)):
        value = loss(rows)
    value.backward()
    if clip > 0:
        nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()
    return float(value.detach())


def _check(losses: list[float], held_out: float, step: int, *, label: str, key: str) -> None:
    """Stop a training that diverged; its weights would be kept from before, and nobody would know."""
    if not np.isfinite([*losses, held_out]).all():
        raise InputError(f"{label}: the loss is not finite after {step} steps; lower {key} in the config")


@torch.no_grad()
def _evaluate(network: nn.Module, validate: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    network.eval()
    return validate()
