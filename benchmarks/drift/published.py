"""The published drift and its random walk as searches: its own VAE, denoiser and predictor, learned from one half."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.drift.halved import CPU, Half
from benchmarks.inputs import SEED
from superdrift.run.settings import from_mapping
from superdrift.superconductors.drift.checkpoint import load_latent, save_latent
from superdrift.superconductors.drift.judgement import Found
from superdrift.superconductors.drift.landscape import tc_landscapes
from superdrift.superconductors.drift.training import LatentModel, fit_latent
from superdrift.superconductors.drift.training_rows import choose_rows
from superdrift.superconductors.drift.trajectories import Positions, read_positions, run_trajectories, start_positions
from superdrift.superconductors.encoding.digits import representable, to_digits
from superdrift.superconductors.settings.drift_published import ClimbSettings, PublishedBlock

NETWORKS = ("vae", "denoiser", "predictor")


def latent_of(half: Half) -> LatentModel:
    """The three networks, from the half's folder where they are there already."""
    weights, description = (half.work / half.name / f"latent.{kind}" for kind in ("safetensors", "json"))
    if not weights.is_file():
        block = half.config["drift"]["published"]
        rows = choose_rows(half.compounds, half.config["drift"]["exclude_flags"], integers=block["vae"]["integers"])
        settings = from_mapping(PublishedBlock, block, place="drift.published")
        save_latent(fit_latent(*rows, settings, seed=SEED, device=CPU)[0], weights, description, {})
    return load_latent(weights, description, device=CPU)[0]


def searched(
    half: Half, starts: NDArray[np.float32], calls: int, seed: int, *, denoise: str = "published"
) -> tuple[Found, Found]:
    """One trajectory of each start as the published code climbs, and the walk beside it, of as many steps.

    Starts that the digits cannot hold meet nothing.

    Args:
        half: that the networks learned from.
        starts: (s, 96) atoms per formula unit.
        calls: of the predictor, for each start.
        seed: of the draws.
        denoise: as `drift.published.denoise`.
    """
    block = {name: value for name, value in half.config["drift"]["published"].items() if name not in NETWORKS}
    steps = calls // (block["directions"] + 1)
    changes = {"trajectories": 1, "steps": steps, "start_from": "posterior", "denoise": denoise}
    settings, model = from_mapping(ClimbSettings, block | changes, place="drift.published"), latent_of(half)
    held = np.flatnonzero(representable(starts, integers=model.vae.integers))
    slugs = [f"start {place}" for place in held]
    landscapes = tc_landscapes(model, denoise=denoise)
    with torch.no_grad():
        origins = start_positions(
            model.vae, torch.from_numpy(to_digits(starts[held])), slugs, settings, seed=seed
        )  # fmt: skip
        paths = run_trajectories(landscapes, origins, slugs, settings, seed=seed)
        return tuple(_found(read_positions(landscapes, z[:, :, 1:]), held, block["directions"] + 1) for z in paths)


def _found(positions: Positions, held: NDArray[np.int64], cost: int) -> Found:
    """Positions of one trajectory a start as what was met."""
    amounts = positions.amounts[:, 0].float().numpy()
    s, steps, _ = amounts.shape
    value = np.where(amounts.sum(axis=2) > 0, positions.tc_climbed_k[:, 0].double().numpy(), -np.inf)
    return Found(
        np.repeat(held, steps), amounts.reshape(s * steps, -1), value.ravel(),
        np.tile((np.arange(steps) + 1) * cost, s),
    )  # fmt: skip
