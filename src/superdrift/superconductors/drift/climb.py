"""Simulated gradient drift: a zeroth-order climb of an objective in R^d, and the random walk that controls it.

Nothing here knows of compositions: an objective is any function of positions, smooth or not.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from superdrift.run.progress import Progress

Objective = Callable[[Tensor], Tensor]
"""Positions (n, d) → the value to be raised (n,)."""
Streams = Sequence[np.random.Generator]
"""One stream of random numbers per trajectory, so that a trajectory is the same alone and in any company."""


def unit_directions(streams: Streams, count: int, dimensions: int) -> Tensor:
    """(trajectories, count, dimensions) float64 directions, uniform on the unit sphere."""
    drawn = torch.from_numpy(np.stack([stream.standard_normal((count, dimensions)) for stream in streams]))
    return drawn / drawn.norm(dim=2, keepdim=True)


def gradient_estimate(
    objective: Objective, z: Tensor, directions: Tensor, *, radius: float, here: Objective | None = None
) -> Tensor:
    """Forward-difference estimate of the gradient from random directions, one network call for all of them.

    g = (d / (q r²)) Σ_k [f(z + u_k) − f(z)] u_k,  u_k = r v_k, v_k uniform on the unit sphere. Its mean is the gradient
    of f averaged over the ball of radius r (Flaxman, Kalai & McMahan 2005; the Gaussian version is Nesterov &
    Spokoiny 2017), so it exists for a piecewise constant f. Subtracting f(z) leaves the mean and lowers the variance.

    Args:
        objective: f.
        z: (t, d) positions.
        directions: (t, q, d) unit vectors v.
        radius: r, length of a step along a direction.
        here: what f(z) is read from; None: f, so that differences are those of one function.

    Returns:
        (t, d) estimates, in units of f per unit of z.
    """
    trajectories, q, d = directions.shape
    offsets = radius * directions
    around = z[:, None, :] + offsets
    if here is None:
        values = objective(torch.cat([z[:, None, :], around], dim=1).flatten(0, 1)).view(trajectories, q + 1)
        rises = values[:, 1:] - values[:, :1]
    else:
        rises = objective(around.flatten(0, 1)).view(trajectories, q) - here(z)[:, None]
    return (d / (q * radius**2)) * (rises[:, :, None] * offsets).sum(dim=1)


def climb(
    objective: Objective,
    starts: Tensor,
    streams: Streams,
    *,
    steps: int,
    directions: int,
    radius: float,
    learning_rate: float,
    here: Objective | None = None,
    gradient: Callable[[Tensor], Tensor] | None = None,
    label: str = "climb",
) -> Tensor:
    """Adam (Kingma & Ba 2015, their beta_1, beta_2 and epsilon) up the gradient, all trajectories at once.

    Args:
        objective: what is climbed.
        starts: (t, d) float64 positions at step 0.
        streams: t streams of random numbers.
        steps: steps taken.
        directions: q, directions per estimate.
        radius: r, length of a direction.
        learning_rate: of Adam.
        here: what f(z) of the estimates is read from; None: the objective.
        gradient: (t, d) → (t, d), in place of the estimates; nothing is drawn then. None: estimated.
        label: what is climbed, for the progress line.

    Returns:
        (t, steps + 1, d) positions, the starts first.
    """
    z = starts.detach().clone()
    optimiser = torch.optim.Adam([z], lr=learning_rate, maximize=True)
    positions = [z.clone()]
    with Progress(steps, label, "step") as progress:
        for _ in range(steps):
            if gradient is None:
                drawn = unit_directions(streams, directions, z.shape[1]).to(z.device)
                z.grad = gradient_estimate(objective, z, drawn, radius=radius, here=here)
            else:
                z.grad = gradient(z)
            optimiser.step()
            positions.append(z.clone())
            progress.advance()
    return torch.stack(positions, dim=1)


def walk(starts: Tensor, lengths: Tensor, streams: Streams) -> Tensor:
    """Random walks whose every step is exactly as long as given: with a climb's, they differ in direction alone.

    Args:
        starts: (t, d) float64 positions at step 0.
        lengths: (t, steps) length of each step.
        streams: t streams of random numbers.

    Returns:
        (t, steps + 1, d) positions, the starts first.
    """
    headings = unit_directions(streams, lengths.shape[1], starts.shape[1]).to(starts.device)
    moves = torch.cumsum(headings * lengths[:, :, None], dim=1)
    return torch.cat([starts[:, None, :], starts[:, None, :] + moves], dim=1)


def step_lengths(positions: Tensor) -> Tensor:
    """(t, steps + 1, d) positions → (t, steps) Euclidean lengths of the steps."""
    return positions.diff(dim=1).norm(dim=2)
