"""Stage control: samples that show the low-pass filter's footprint alone → how often neighbours replace each other.

Drawn as those of a reference by ILVR: with the elements in permuted orders, and by a network that has learned nothing.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.learning.device import choose
from superdrift.run.command import Run, command
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.filter_order import FILTER_ORDERS, places
from superdrift.superconductors.generation.model import Model, build
from superdrift.superconductors.generation.sampling import sample_conditioned
from superdrift.superconductors.new_families.footprint import CONTROLS as NAMES
from superdrift.superconductors.new_families.footprint import Neighbours, count_neighbours, replacements, together
from superdrift.superconductors.new_families.tables import CONTROLS
from superdrift.superconductors.settings.generation import ControlSettings

PERMUTED, UNTRAINED = NAMES
PERMUTATIONS = 4
"""Orders of the elements that share the samples of a scale: one alone may put what the network likes side by side."""


def control(
    run: Run,
    settings: ControlSettings,
    *,
    weights: Path,
    description: Path,
    reference: str,
    formula: str,
    controls: Path,
) -> None:
    """Draw the controls of one reference, as many per scale and control as settings.controls.

    Args:
        run: seed and provenance.
        settings: of the samples that are compared with them.
        weights: model.safetensors of the gaussian model that drew these.
        description: model.json.
        reference: slug of the reference, which names the random streams.
        formula: its formula.
        controls: the table to write.
    """
    device = choose(settings.device, key="condition.device")
    torch.set_num_threads(settings.threads)
    trained = load_model(weights, description, device)[0]
    y = to_vector(parse_formula(formula))
    models = {
        PERMUTED: trained,
        UNTRAINED: untrained(trained, derive(run.seed, "control", reference, UNTRAINED), device),
    }
    rows = []
    with Progress(2 * settings.controls * len(settings.scales), f"control {reference}", "sample") as progress:
        for scale in settings.scales:
            for number, (name, order, samples) in enumerate(_draws(run, settings, reference, scale)):
                found = Neighbours(0, 0)
                for start in range(0, samples, settings.batch_size):
                    amounts = sample_conditioned(
                        models[name], y, settings, scale=scale, samples=min(settings.batch_size, samples - start),
                        seed=derive(run.seed, "control", reference, scale, number, start), device=device,
                        advance=progress.advance, order=order,
                    )  # fmt: skip
                    amounts = np.where(amounts < settings.noise_floor, 0.0, amounts)
                    found = together([found, count_neighbours(replacements(amounts, y), places(order))])
                rows.append({
                    "control": name, "reference": reference, "scale": scale, "samples": samples,
                    "replacements": found.pairs, "neighbour_replacements": found.neighbours,
                })  # fmt: skip
    columns: dict[str, Any] = {column.name: [row[column.name] for row in rows] for column in CONTROLS.columns}
    tables.write(controls, CONTROLS, columns, run.metadata)


def untrained(model: Model, seed: int, device: torch.device) -> Model:
    """The same model with fresh weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        denoiser = build(model.description).denoiser
    return replace(model, denoiser=denoiser.to(device).eval())


def _draws(
    run: Run, settings: ControlSettings, reference: str, scale: int
) -> Iterator[tuple[str, NDArray[np.integer], int]]:
    """Each control of a scale: its name, the order of the elements, how many samples."""
    stream = generator(run.seed, "control", reference, "orders", scale)
    for part in range(PERMUTATIONS):
        samples = len(range(part, settings.controls, PERMUTATIONS))
        if samples:
            yield PERMUTED, stream.permutation(len(FILTER_ORDERS["atomic_number"])), samples
    yield UNTRAINED, FILTER_ORDERS[settings.element_order], settings.controls


main = command(control)

if __name__ == "__main__":
    sys.exit(main())
