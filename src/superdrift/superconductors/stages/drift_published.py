"""Stage drift_published: a start formula → climbs of predicted Tc in latent space, random walks, what they met."""

import sys
from pathlib import Path

import torch

from superdrift.io.tables import write
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.superconductors.drift.checkpoint import load_latent
from superdrift.superconductors.drift.drift_rows import drift_rows
from superdrift.superconductors.drift.landscape import tc_landscapes
from superdrift.superconductors.drift.starts import check_start, start_digits
from superdrift.superconductors.drift.trajectories import run_trajectories, start_positions
from superdrift.superconductors.settings.drift import DriftPublishedSettings
from superdrift.superconductors.tables import DRIFTED, TRAJECTORIES


def drift_published(
    run: Run,
    settings: DriftPublishedSettings,
    *,
    weights: Path,
    description: Path,
    start: str,
    formula: str,
    trajectories: Path,
    samples: Path,
) -> None:
    """Drift from one start.

    Args:
        run: seed and provenance.
        settings: of the climb.
        weights: the .safetensors file of train_latent.
        description: the .json file beside it.
        start: slug of the start.
        formula: its formula.
        trajectories: table of every step to write.
        samples: table of the compositions met after the start to write.
    """
    device = choose(settings.device, key="drift.device")
    torch.set_num_threads(settings.threads)
    model, _ = load_latent(weights, description, device=device)
    vae = model.vae
    digits = torch.from_numpy(start_digits(formula, slug=start, integers=vae.integers)).to(device)
    landscapes = tc_landscapes(model, denoise=settings.denoise)
    check_start(vae, landscapes.climbed, digits, slug=start, tolerance=settings.start_tolerance)
    starts = start_positions(vae, digits, [start], settings, seed=run.seed)
    paths = run_trajectories(landscapes, starts, [start], settings, seed=run.seed)
    steps, met = drift_rows(landscapes, paths, slug=start)
    write(trajectories, TRAJECTORIES, steps, run.metadata)
    write(samples, DRIFTED, met, run.metadata)


main = command(drift_published)

if __name__ == "__main__":
    sys.exit(main())
