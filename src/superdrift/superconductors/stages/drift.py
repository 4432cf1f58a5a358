"""Stage drift: a start formula → climbs of predicted Tc in latent space, random walks as control, compositions met."""

import sys
from pathlib import Path

import torch

from superdrift.io.tables import write
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.superconductors.drift.checkpoint import load_latent
from superdrift.superconductors.drift.landscape import tc_landscape
from superdrift.superconductors.drift.trajectories import check_start, run_trajectories, start_digits
from superdrift.superconductors.settings.drift import DriftSettings
from superdrift.superconductors.tables import DRIFTED, TRAJECTORIES


def drift(
    run: Run,
    settings: DriftSettings,
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
    vae, predictor, _ = load_latent(weights, description, device=device)
    digits = torch.from_numpy(start_digits(formula, slug=start, integers=vae.integers)).to(device)
    landscape = tc_landscape(vae, predictor)
    origin = check_start(vae, landscape, digits, slug=start, tolerance=settings.start_tolerance)
    steps, met = run_trajectories(landscape, origin, settings, slug=start, seed=run.seed)
    write(trajectories, TRAJECTORIES, steps, run.metadata)
    write(samples, DRIFTED, met, run.metadata)


main = command(drift)

if __name__ == "__main__":
    sys.exit(main())
