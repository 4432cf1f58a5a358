"""Training of the two networks of the latent stage: AdamW, warm-up and cosine decay, the best weights kept."""

import copy
import time
from collections.abc import Callable, Iterator
from math import cos, pi

import numpy as np
import torch
from torch import Tensor, nn

from superdrift.diffusion.device import has_fast_bfloat16
from superdrift.progress import Progress
from superdrift.settings import NetworkSettings

History = dict[str, list[float]]
"""Columns of a history table."""


def fit(
    network: nn.Module,
    loss: Callable[[Tensor], Tensor],
    validation_loss: Callable[[], Tensor],
    *,
    rows: int,
    settings: NetworkSettings,
    generator: np.random.Generator,
    label: str,
) -> History:
    """Minimise `loss`; at the end the network holds the weights of lowest validation loss.

    Args:
        network: trained in place.
        loss: row numbers (batch,) int64 → scalar training loss.
        validation_loss: the loss on held-out rows, the same draw of noise at every call.
        rows: number of training rows.
        settings: steps, batch size, learning rate, warm-up, weight decay, steps between validations.
        generator: order of the batches.
        label: what is trained, for the progress line.

    Returns:
        The columns of a history table, one row per validation.
    """
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=settings.weight_decay, fused=True)
    order = batches(rows, settings.batch_size, generator)
    history: History = {
        name: [] for name in ("step", "train_loss", "validation_loss", "learning_rate", "best", "seconds")
    }
    best, kept, losses, seconds = float("inf"), copy.deepcopy(network.state_dict()), [], 0.0
    with Progress(settings.steps, label, "step") as progress:
        for step in range(1, settings.steps + 1):
            started = time.monotonic()
            rate = learning_rate(step, settings)
            losses.append(_update(network, optimiser, loss, next(order), rate))
            seconds += time.monotonic() - started
            if step % settings.validate_every == 0 or step == settings.steps:
                held_out = _evaluate(network, validation_loss)
                improved = held_out < best
                if improved:
                    best, kept = held_out, copy.deepcopy(network.state_dict())
                row = (step, float(np.mean(losses)), held_out, rate, improved, seconds)
                for column, value in zip(history.values(), row, strict=True):
                    column.append(value)
                losses = []
            progress.advance(best=best)
    network.load_state_dict(kept)
    network.eval()
    return history


def batches(rows: int, size: int, generator: np.random.Generator) -> Iterator[Tensor]:
    """Endless row numbers in batches of `size`: permutations of all rows, end to end."""
    waiting = np.empty(0, dtype=np.int64)
    while True:
        while len(waiting) < size:
            waiting = np.concatenate([waiting, generator.permutation(rows)])
        yield torch.from_numpy(waiting[:size])
        waiting = waiting[size:]


def learning_rate(step: int, settings: NetworkSettings) -> float:
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
    rate: float,
) -> float:
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    device = next(network.parameters()).device
    with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)):
        value = loss(rows)
    value.backward()
    optimiser.step()
    return float(value.detach())


@torch.no_grad()
def _evaluate(network: nn.Module, validation_loss: Callable[[], Tensor]) -> float:
    network.eval()
    return float(validation_loss())
