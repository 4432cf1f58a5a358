"""Training of the two networks of the latent stage: AdamW, warm-up and cosine decay, the best weights kept."""

import copy
import time
from collections.abc import Callable
from math import cos, pi

import numpy as np
import torch
from torch import Tensor, nn

from superdrift.progress import Progress
from superdrift.settings import NetworkSettings

History = dict[str, list[float]]
"""Columns of a history table."""


def fit(
    network: nn.Module,
    loss: Callable[[Tensor], Tensor],
    validation_loss: Callable[[], float],
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
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    history: History = {name: [] for name in
                        ("step", "train_loss", "validation_loss", "learning_rate", "best", "seconds")}
    best, kept, losses, seconds = float("inf"), copy.deepcopy(network.state_dict()), [], 0.0
    order = batches(rows, settings.batch_size, generator)
    with Progress(settings.steps, label, "step") as progress:
        for step in range(1, settings.steps + 1):
            started = time.monotonic()
            losses.append(_update(network, optimiser, loss, next(order), _rate(step, settings)))
            seconds += time.monotonic() - started
            if step % settings.validate_every == 0 or step == settings.steps:
                held_out = _evaluate(network, validation_loss)
                improved = held_out < best
                if improved:
                    best, kept = held_out, copy.deepcopy(network.state_dict())
                values = (step, float(np.mean(losses)), held_out, _rate(step, settings), improved, seconds)
                for name, value in zip(history, values, strict=True):
                    history[name].append(value)
                losses = []
            progress.advance(loss=history["validation_loss"][-1] if history["step"] else float("nan"))
    network.load_state_dict(kept)
    network.eval()
    return history


def batches(rows: int, size: int, generator: np.random.Generator):  # noqa: ANN201
    """Endless row numbers in batches of `size`, every epoch in a new order; small data repeats within a batch."""
    while True:
        order = generator.permutation(rows)
        if rows < size:
            yield torch.from_numpy(np.resize(order, size))
            continue
        for first in range(0, rows - size + 1, size):
            yield torch.from_numpy(order[first : first + size])


def _rate(step: int, settings: NetworkSettings) -> float:
    """Learning rate: linear warm-up, then half a cosine down to zero (Loshchilov & Hutter 2017, without restarts)."""
    if step <= settings.warmup:
        return settings.learning_rate * step / settings.warmup
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return settings.learning_rate * 0.5 * (1 + cos(pi * done))


def _update(network, optimiser, loss, rows, rate) -> float:  # noqa: ANN001
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    value = loss(rows)
    value.backward()
    optimiser.step()
    return float(value.detach())


@torch.no_grad()
def _evaluate(network: nn.Module, validation_loss: Callable[[], float]) -> float:
    network.eval()
    return validation_loss()
