"""Stage inpaint: a masked generator and a reference compound → samples of which part is that of the reference."""

import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS
from superdrift.io import tables
from superdrift.io.batch_files import BatchFiles
from superdrift.learning.device import choose
from superdrift.learning.resume_key import resume_key
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.provenance import sha256
from superdrift.run.seeds import derive
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.reference import COLUMNS, read_reference
from superdrift.superconductors.settings.generation import InpaintSettings
from superdrift.superconductors.stages.generate import elements_drawn
from superdrift.superconductors.tables import COMPOUNDS, INPAINTED


def inpaint(
    run: Run,
    settings: InpaintSettings,
    *,
    weights: Path,
    description: Path,
    compounds: Path,
    family: str,
    reference: str,
    formula: str,
    samples: Path,
) -> None:
    """Draw samples around one reference compound, as many per depth as settings.samples.

    Args:
        run: seed and provenance.
        settings: what stays and what is drawn anew, sampler, elements, number of samples, batch size, device, threads.
        weights: model.safetensors of a masked model.
        description: model.json.
        compounds: compounds.parquet.
        family: family of the model.
        reference: slug of the reference, which names the random streams.
        formula: its formula.
        samples: the table to write.

    Raises:
        InputError: for zero samples, or a reference that cannot be read.
    """
    if settings.samples < 1:
        raise InputError(f"condition.samples = {settings.samples}: nothing to draw; ask for 1 or more")
    device = choose(settings.device, key="condition.device")
    torch.set_num_threads(settings.threads)
    model, _ = load_model(weights, description, device)
    y = read_reference(formula, tables.read(compounds, COMPOUNDS, list(COLUMNS)), family)
    inpainter = Inpainter(model, settings.sampler, y, settings, device=device, allowed=elements_drawn(settings))
    key = resume_key(
        device, y, seed=run.seed, reference=reference, settings=asdict(settings), weights=sha256(weights),
        code=run.metadata["code"],
    )  # fmt: skip
    size, files = settings.batch_size, BatchFiles(samples, INPAINTED, key, run.metadata)
    starts = range(0, settings.samples, size)
    batches = [(depth, place, start) for (place, depth), start in product(enumerate(settings.depths), starts)]
    counts = [min(size, settings.samples - start) for _, _, start in batches]
    waiting = files.waiting(len(batches))
    done = sum(counts) - sum(counts[number] for number in waiting)
    with Progress(sum(counts), f"inpaint {reference}", "sample", done=done) as progress:
        for number in waiting:
            (depth, place, start), count = batches[number], counts[number]
            drawn = inpainter.sample(depth, count, derive(run.seed, "inpaint", reference, place, start))
            first = place * settings.samples + start
            files.add(number, {
                "id": np.arange(first, first + count), "amounts": drawn.amounts, "reference": [reference] * count,
                "depth": [depth] * count, "stays": [_symbols(row) for row in drawn.stays],
            })  # fmt: skip
            progress.advance(count)
    files.gather(len(batches))


def _symbols(mask: NDArray[np.bool_]) -> str:
    """Symbols of a mask (96,), with blanks between."""
    return " ".join(SYMBOLS[place] for place in np.flatnonzero(mask))


main = command(inpaint)

if __name__ == "__main__":
    sys.exit(main())
