"""Iterative latent variable refinement (ILVR, Choi et al. 2021): sampling held to the low frequencies of a reference.

The low-pass phi_N is cubic down- and up-sampling by N along the last axis of the data. It is linear, so it is computed
once, as a matrix.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.run.errors import InputError

CUBIC_A = -0.5
"""Keys's (1981) cubic convolution parameter, the value of the resizer that ILVR used."""
CUBIC_SUPPORT = 4
"""Length of the cubic kernel, in samples of the coarser grid."""


def low_pass(length: int, n: int) -> Tensor:
    """Matrix of the low-pass, (length, length) float32: a row x becomes x @ matrix.T.

    Args:
        length: entries along the axis; the coarse grid has ceil(length / n).
        n: N; 1 leaves the data as it is.

    Raises:
        InputError: for an N that is not 1 to length.
    """
    coarse = _coarse(length, n)
    down, up = _resize(length, coarse, 1 / n), _resize(coarse, length, float(n))
    return torch.from_numpy((up @ down).astype(np.float32))


def projector(length: int, n: int) -> Tensor:
    """Matrix of the orthogonal projector on what down-sampling by N sees, (length, length) float32.

    With D the down-sampling it is D⁺D: P x = P y exactly where D x = D y. Unlike `low_pass` it is idempotent.

    Args:
        length: entries along the axis.
        n: N; 1 leaves the data as it is.

    Raises:
        InputError: for an N that is not 1 to length.
    """
    down = _resize(length, _coarse(length, n), 1 / n)
    return torch.from_numpy((np.linalg.pinv(down) @ down).astype(np.float32))


def reordered(phi: Tensor, order: NDArray[np.integer]) -> Tensor:
    """A low-pass along another order of the entries.

    Args:
        phi: (L, L) along the axis as it is.
        order: (L,) the entry that stands at each place of the other order.
    """
    place = torch.from_numpy(np.argsort(order))
    return phi[place][:, place]


def condition(
    process: GaussianDiffusion,
    denoiser: Callable[..., Any],
    y: Tensor,
    *,
    samples: int,
    phi: Tensor,
    shared_noise: bool,
    generator: Generator,
    ends_at_reference: bool = False,
    free_steps: int = 0,
    advance: Callable[[float], None] = lambda _: None,
) -> Tensor:
    """Draw samples that share the low frequencies of y (Choi et al., algorithm 1).

    x_{t−1} = x'_{t−1} + phi_N(y_t) − phi_N(x'_{t−1}), x' the denoiser's step. The paper writes y_{t−1} and ends at y
    itself; its code draws y at the level of the step being taken, down to the last one, and so does this, unless
    `ends_at_reference`.

    Args:
        process: the Gaussian diffusion.
        denoiser: (x_t, t) → epsilon.
        y: (*shape) the reference.
        samples: how many to draw.
        phi: (L, L) from `low_pass` or `projector`, L the last axis of the data.
        shared_noise: one noise for the y_t of all samples, as published; else one each.
        generator: source of all noise, on the device of the process.
        ends_at_reference: draw y_{t−1} as the paper writes; where phi is a projector and no step is free,
            phi(x_0) = phi(y) then.
        free_steps: the last steps, t ≤ this, which are the denoiser's own (the end of the paper's conditioning
            range): they remove what the filter smears. 0: all are refined, as published.
        advance: called after each step, with the share of the samples that it stands for.

    Returns:
        (samples, *shape).
    """
    x = process.start(samples, generator)
    noises = 1 if shared_noise else samples
    for t in range(process.steps, 0, -1):
        x = process.step(denoiser, x, t, generator)
        if t > free_steps:
            noise = torch.randn((noises, *process.shape), generator=generator, device=y.device)
            y_t = process.noised(y[None], torch.tensor([t - ends_at_reference], device=y.device), noise)
            x = x + (y_t - x) @ phi.T
        advance(samples / process.steps)
    return x


def _coarse(length: int, n: int) -> int:
    """Entries of the coarse grid."""
    if not 1 <= n <= length:
        raise InputError(f"N = {n} of the low-pass does not fit {length} entries; choose one of 1 to {length}")
    return -(-length // n)


def _resize(length: int, size: int, scale: float) -> NDArray[np.float64]:
    """(size, length) matrix of cubic resizing: kernel widened when shrinking, edges mirrored, rows summing to 1."""
    stretch = min(scale, 1.0)
    centre = (np.arange(size) + 0.5) / scale - 0.5
    width = CUBIC_SUPPORT / stretch
    positions = np.floor(centre - width / 2)[:, None] + np.arange(int(np.ceil(width)) + 2)
    weights = _cubic((centre[:, None] - positions) * stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    around = positions.astype(np.int64) % (2 * length)
    mirrored = np.where(around < length, around, 2 * length - 1 - around)
    matrix = np.zeros((size, length))
    np.add.at(matrix, (np.arange(size)[:, None], mirrored), weights)
    return matrix


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keys's cubic convolution kernel (Keys 1981, eq. 15, with a = −0.5)."""
    d, a = np.abs(x), CUBIC_A
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * (d**3 - 5 * d**2 + 8 * d - 4)
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))
