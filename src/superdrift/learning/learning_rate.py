"""The learning rate along a training: a linear rise, then constant or down a cosine."""

import math

from superdrift.run.errors import InputError

DECAYS = ("cosine", "constant")
"""Names that the config uses."""


def learning_rate(step: int, *, steps: int, highest: float, warmup: int, decay: str) -> float:
    """Rate of one step (Loshchilov & Hutter 2017, eq. 5, without restarts, times a linear warm-up).

    Args:
        step: number of the step, from 0.
        steps: number of all steps.
        highest: the rate without rise and decay.
        warmup: steps of linear rise.
        decay: cosine (half a period, to 0 at the end) or constant.

    Raises:
        InputError: for another decay.
    """
    if decay not in DECAYS:
        raise InputError(f"training.decay = '{decay}' is none of {', '.join(DECAYS)}; choose one")
    rise = min(1.0, (step + 1) / warmup) if warmup else 1.0
    fall = (1 + math.cos(math.pi * step / steps)) / 2 if decay == "cosine" else 1.0
    return highest * rise * fall
