"""Rows of the two tables of the published drift: every position, and the compositions met after the start."""

import logging
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.superconductors.drift.landscape import Landscapes
from superdrift.superconductors.drift.starts import formula_of
from superdrift.superconductors.drift.trajectories import Paths, read_positions

logger = logging.getLogger("superdrift")

Columns = dict[str, Any]


def drift_rows(landscapes: Landscapes, paths: Paths, *, slug: str) -> tuple[Columns, Columns]:
    """Columns of the trajectories table (all steps) and of the drifted table (all steps from 1 on) of one start.

    Args:
        landscapes: what was climbed.
        paths: of one start, (1, trajectories, steps + 1, latent) each.
        slug: name of the start.
    """
    _, trajectories, places, _ = paths.climb.shape
    z = torch.cat(paths).flatten(0, 2)
    found = read_positions(landscapes, z)
    amounts, tc = found.amounts.cpu().numpy(), found.tc_climbed_k.cpu().numpy()
    undenoised = [None] * len(z) if found.tc_undenoised_k is None else found.tc_undenoised_k.cpu().numpy()
    kind = np.repeat(Paths._fields, trajectories * places)
    trajectory = np.tile(np.repeat(np.arange(trajectories), places), len(paths))
    step = np.tile(np.arange(places), len(paths) * trajectories)
    climbed = amounts[kind == "climb"].reshape(trajectories, places, -1)
    _log_outcome(slug, kind, step, tc, moved=bool((climbed != climbed[:, :1]).any()))
    everywhere = {
        "kind": kind,
        "trajectory": trajectory,
        "step": step,
        "z": list(z.float().cpu().numpy()),
        "formula": [formula_of(row) for row in amounts],
        "tc_climbed_k": tc,
        "tc_undenoised_k": undenoised,
        **dict.fromkeys(("spread_k", "distance_to_learned", "objective_k"), [None] * len(tc)),  # of the ascent
    }
    new = step > 0
    samples = {
        "id": np.arange(new.sum()),
        "amounts": amounts[new].astype(np.float32),
        "start": [slug] * int(new.sum()),
        "trajectory": trajectory[new],
        "kind": kind[new],
        "step": step[new],
    }
    return everywhere, samples


def _log_outcome(
    slug: str, kind: NDArray[np.str_], step: NDArray[np.int64], tc: NDArray[np.float64], *, moved: bool
) -> None:
    """Log what the climb and its control reached; warn where the landscape is flat around the start."""
    if not moved:
        logger.warning(
            "drift %s: no climb left the composition that it began at: at drift.published.radius around it the climbed"
            " Tc is the same, or the estimates cancel; a larger drift.published.radius reaches further",
            slug,
        )
    last = step == step.max()
    logger.info(
        "drift %s: Tc by the climbed predictor %.1f K at the start; at the ends %.1f K (climb), %.1f K (walk), means;"
        " highest on the way %.1f K (climb), %.1f K (walk)",
        slug, tc[step == 0].mean(), tc[last & (kind == "climb")].mean(), tc[last & (kind == "walk")].mean(),
        tc[kind == "climb"].max(), tc[kind == "walk"].max(),
    )  # fmt: skip
