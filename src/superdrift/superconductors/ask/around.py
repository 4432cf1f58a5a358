"""What a generator proposes around a reference compound: part of it drawn anew, checked, estimated, ranked."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from superdrift.composition.vector import round_amounts
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive
from superdrift.run.settings import from_mapping
from superdrift.superconductors import shipping
from superdrift.superconductors.ask.generators import CPU, Generator
from superdrift.superconductors.ask.proposals import Proposals, judged
from superdrift.superconductors.check.formulas import known_compounds
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.reference import COLUMNS, read_reference
from superdrift.superconductors.settings.generation import InpaintingSettings
from superdrift.superconductors.stages.generate import elements_drawn
from superdrift.superconductors.tables import COMPOUNDS


def inpainting(*, keep: Sequence[str], depth: float | None, redraw: str | None) -> InpaintingSettings:
    """What stays of a reference: as config.yaml says, but for what is given.

    Args:
        keep: symbols of elements that stay, beside those of config.yaml.
        depth: share that is drawn anew; None: the depths of config.yaml.
        redraw: elements, amounts or tokens; None: that of config.yaml.

    Raises:
        InputError: for a depth beyond (0, 1].
    """
    if depth is not None and not 0 < depth <= 1:
        raise InputError(f"depth {depth:g} is no share of the reference; give one above 0 and at most 1")
    block = shipping.configuration()["condition"]["inpaint"]
    settings = from_mapping(InpaintingSettings, block, place="config.yaml: condition.inpaint")
    return replace(
        settings, keep=[*settings.keep, *keep], depths=settings.depths if depth is None else [depth],
        redraw=redraw or settings.redraw,
    )  # fmt: skip


def propose_around(
    generator: Generator, formula: str, settings: InpaintingSettings, *, seed: int, known: Path | None
) -> Proposals:
    """Draw samples around a reference, and rank them as a run ranks its samples.

    Args:
        generator: what draws; its samples are shared among the depths.
        formula: of the reference.
        settings: what stays of it.
        seed: same seed, same samples.
        known: folder of the run whose known compounds and estimators judge; None: those that come with the project.

    Raises:
        InputError: where the generator cannot keep what stays.
    """
    torch.set_num_threads(generator.settings.threads)
    reference = read_reference(
        formula, tables.read(known_compounds(known), COMPOUNDS, list(COLUMNS)), generator.family
    )  # fmt: skip
    inpainter = Inpainter(
        generator.model, generator.settings.sampler, reference, settings, device=CPU,
        allowed=elements_drawn(generator.settings),
    )  # fmt: skip
    samples, size, parts = generator.settings.samples, generator.settings.batch_size, []
    with Progress(samples, f"inpaint {formula}", "sample") as progress:
        for place, depth in enumerate(settings.depths):
            count = samples // len(settings.depths) + (place < samples % len(settings.depths))
            for start in range(0, count, size):
                seeded = derive(seed, "around", place, start)
                drawn = inpainter.sample(depth, min(size, count - start), seeded)
                parts.append(round_amounts(drawn.amounts, noise_floor=0.0))
                progress.advance(len(drawn.amounts))
    return judged(np.concatenate(parts), generator, known=known)


def describe(formula: str, settings: InpaintingSettings) -> str:
    """What was drawn, in words."""
    depths = " and ".join(f"{depth:g}" for depth in settings.depths)
    kept = f", keeping {' '.join(settings.keep)}" if settings.keep else ""
    return f"around {formula}: {settings.redraw} drawn anew to depth {depths}{kept}"
