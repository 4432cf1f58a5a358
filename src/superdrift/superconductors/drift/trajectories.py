"""From a start formula to climbs, their control walks, and the rows of both tables."""

import logging
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superdrift.composition.distance import half_l1
from superdrift.composition.formula import format_formula, parse_formula
from superdrift.composition.vector import from_vector, to_vector
from superdrift.run.errors import InputError
from superdrift.run.seeds import generator
from superdrift.superconductors.drift.climb import climb, step_lengths, walk
from superdrift.superconductors.drift.landscape import Landscape
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import amounts_of, representable, to_digits
from superdrift.superconductors.settings.drift import DriftSettings

logger = logging.getLogger("superdrift")

Columns = dict[str, Any]


def start_digits(formula: str, *, slug: str, integers: int) -> NDArray[np.int64]:
    """Digits (1, 3, 96) of a start.

    Raises:
        InputError: for no formula, or one that the digits cannot hold exactly.
    """
    vector = to_vector(parse_formula(formula))[None]
    if not representable(vector, integers=integers).all():
        raise InputError(
            f"start {slug} = '{formula}' cannot be written in the drift's digits: amounts need at most two decimals and"
            f" must lie below {integers}; scale or round the formula in the catalogue, or raise drift.vae.integers"
        )
    return to_digits(vector)


@torch.no_grad()
def check_start(vae: Vae, landscape: Landscape, digits: Tensor, *, slug: str, tolerance: float) -> Tensor:
    """Latent position (1, latent) of the start; warns when it decodes to another composition."""
    start = vae.encode(digits)
    wanted, found = (x.cpu().numpy() for x in (amounts_of(digits, dtype=torch.float64), landscape.decode(start)))
    distance = float(half_l1(wanted, found)[0])
    message = "start %s (%s) decodes to %s, at distance %.3f"
    texts = _formula(wanted[0]), _formula(found[0]) or "nothing"
    logger.info(message, slug, *texts, distance)
    if distance > tolerance:
        logger.warning(
            "start %s: the VAE does not hold this composition (%.3f > %.3f): the drift starts from %s instead;"
            " train longer (drift.vae.steps) or give data with its neighbours",
            slug, distance, tolerance, texts[1],
        )  # fmt: skip
    return start


@torch.no_grad()
def run_trajectories(
    landscape: Landscape, start: Tensor, settings: DriftSettings, *, slug: str, seed: int
) -> tuple[Columns, Columns]:
    """Climb from the start, and walk at random with the climb's step lengths.

    Args:
        landscape: what is climbed.
        start: (1, latent) position of the start.
        settings: of the drift.
        slug: name of the start; part of the random streams' names.
        seed: of the run.

    Returns:
        Columns of the trajectories table (all steps) and of the drifted table (all steps from 1 on).
    """
    starts = start.repeat(settings.trajectories, 1)
    streams = {
        kind: [generator(seed, "drift", slug, kind, t) for t in range(settings.trajectories)]
        for kind in ("climb", "walk")
    }
    climbed = climb(
        landscape, starts, streams["climb"], steps=settings.steps, directions=settings.directions,
        radius=settings.radius, learning_rate=settings.learning_rate, label=f"drift {slug}",
    )  # fmt: skip
    walked = walk(starts, step_lengths(climbed), streams["walk"])
    return _rows(landscape, {"climb": climbed, "walk": walked}, slug)


def _rows(landscape: Landscape, positions: dict[str, Tensor], slug: str) -> tuple[Columns, Columns]:
    """Columns of both tables: decoded compositions and climbed Tc of every position."""
    trajectories, places, _ = next(iter(positions.values())).shape
    z = torch.cat([path.flatten(0, 1) for path in positions.values()])
    amounts, tc = landscape.decode(z).cpu().numpy(), landscape(z).cpu().numpy()
    kind = np.repeat(list(positions), trajectories * places)
    trajectory = np.tile(np.repeat(np.arange(trajectories), places), len(positions))
    step = np.tile(np.arange(places), len(positions) * trajectories)
    _log_outcome(slug, kind, step, tc, moved=bool((amounts[kind == "climb"] != amounts[0]).any()))
    everywhere = {
        "kind": kind,
        "trajectory": trajectory,
        "step": step,
        "z": list(z.float().cpu().numpy()),
        "formula": [_formula(row) for row in amounts],
        "tc_climbed_k": tc,
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
            "drift %s: no climb left the start's composition: at drift.radius around it the climbed Tc is the same, or"
            " the estimates cancel; a larger drift.radius reaches further",
            slug,
        )
    last = step == step.max()
    logger.info(
        "drift %s: Tc by the climbed predictor %.1f K at the start; at the ends %.1f K (climb), %.1f K (walk), means;"
        " highest on the way %.1f K (climb), %.1f K (walk)",
        slug, tc[0], tc[last & (kind == "climb")].mean(), tc[last & (kind == "walk")].mean(),
        tc[kind == "climb"].max(), tc[kind == "walk"].max(),
    )  # fmt: skip


def _formula(amounts: NDArray[np.floating]) -> str | None:
    """Formula of one row; None where nothing is decoded."""
    return format_formula(from_vector(amounts.astype(np.float32))) or None
