"""Climbs of the published drift and their control walks from many starts at once, and what their positions are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from superdrift.run.seeds import generator
from superdrift.superconductors.drift.climb import climb, step_lengths, walk
from superdrift.superconductors.drift.landscape import Landscapes
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.settings.drift_published import ClimbSettings

POSITIONS_AT_ONCE = 4096
"""Positions scored in one call, at least those of one start; bounds memory to about 1 GiB."""


class Paths(NamedTuple):
    """Positions of trajectories, the starts first.

    Attributes:
        climb: (starts, trajectories, steps + 1, latent) of the drift.
        walk: likewise, of the random control.
    """

    climb: Tensor
    walk: Tensor


class Positions(NamedTuple):
    """What stands at latent positions.

    Attributes:
        amounts: (…, 96) atoms per formula unit; zero where nothing is decoded.
        tc_climbed_k: (…,) K, by the climbed predictor.
        tc_undenoised_k: (…,) K, of the undenoised decoding; None where nothing is denoised.
    """

    amounts: Tensor
    tc_climbed_k: Tensor
    tc_undenoised_k: Tensor | None


@torch.no_grad()
def start_positions(
    vae: Vae, digits: Tensor, slugs: Sequence[str], settings: ClimbSettings, *, seed: int
) -> Tensor:  # fmt: skip
    """Where the trajectories of each start begin: all at its mean, or each at a draw of its posterior.

    Args:
        vae: the VAE.
        digits: (s, 3, 96) of the starts.
        slugs: s names of the starts; part of the random streams' names.
        settings: of the climb.
        seed: of the run.

    Returns:
        (s, trajectories, latent) standardised coordinates.
    """
    count = settings.trajectories
    if settings.start_from == "mean":
        return vae.encode(digits)[:, None, :].repeat(1, count, 1)
    drawn = [
        generator(seed, "drift", slug, "start", t).standard_normal(vae.latent) for slug in slugs for t in range(count)
    ]
    noise = torch.from_numpy(np.stack(drawn)).to(vae.centre)
    return vae.draw(digits.repeat_interleave(count, dim=0), noise).unflatten(0, (len(slugs), count))


@torch.no_grad()
def run_trajectories(
    landscapes: Landscapes, starts: Tensor, slugs: Sequence[str], settings: ClimbSettings, *, seed: int
) -> Paths:
    """Climb from many starts, and walk at random from the same positions.

    Every trajectory has random streams of its own, named by start and number: a start alone gives the same as in
    company. The predictor is asked for trajectories × steps × (directions + 1) positions a start; where gradients are
    exact, for trajectories × steps, each forward and backward.

    Args:
        landscapes: what is climbed.
        starts: (s, trajectories, latent) float64, of `start_positions`.
        slugs: s names of the starts.
        settings: of the climb; `steps` long walks have steps of `walk_step`, or the climb's own lengths.
        seed: of the run.
    """
    count = starts.shape[1]
    chunk = max(1, POSITIONS_AT_ONCE // (count * (settings.directions + 1)))
    parts = [
        _some(landscapes, starts[i : i + chunk].flatten(0, 1), slugs[i : i + chunk], settings, seed)
        for i in range(0, len(starts), chunk)
    ]
    climbed, walked = (torch.cat(paths).unflatten(0, (len(starts), count)) for paths in zip(*parts, strict=True))
    return Paths(climbed, walked)


@torch.no_grad()
def read_positions(landscapes: Landscapes, z: Tensor) -> Positions:
    """Compositions and Tc at positions (…, latent) of any shape."""
    parts = [_read(landscapes, rows) for rows in z.flatten(0, -2).split(POSITIONS_AT_ONCE)]
    amounts, climbed, undenoised = (
        None if columns[0] is None else torch.cat(columns).unflatten(0, z.shape[:-1])
        for columns in zip(*parts, strict=True)
    )
    return Positions(amounts, climbed, undenoised)


def _some(
    landscapes: Landscapes, starts: Tensor, slugs: Sequence[str], settings: ClimbSettings, seed: int
) -> tuple[Tensor, Tensor]:
    """Climbs and walks (trajectories of all, steps + 1, latent) of as many starts as are scored at once."""

    def streams(kind: str) -> list[np.random.Generator]:
        return [generator(seed, "drift", slug, kind, t) for slug in slugs for t in range(settings.trajectories)]

    climbed = climb(
        landscapes.climbed, starts, streams("climb"), steps=settings.steps, directions=settings.directions,
        radius=settings.radius, learning_rate=settings.learning_rate,
        here=None if landscapes.here is landscapes.climbed else landscapes.here,
        gradient=landscapes.gradient if settings.gradient == "exact" else None,
        label=f"drift {slugs[0] if len(slugs) == 1 else f'from {len(slugs)} starts'}",
    )  # fmt: skip
    lengths = step_lengths(climbed)
    if settings.walk_step is not None:
        lengths = torch.full_like(lengths, settings.walk_step)
    return climbed, walk(starts, lengths, streams("walk"))


def _read(landscapes: Landscapes, z: Tensor) -> Positions:
    denoised = landscapes.undenoised is not landscapes.climbed
    undenoised = landscapes.undenoised(z) if denoised else None
    return Positions(*landscapes.climbed.read(z), undenoised)
