"""Stage condition: a trained gaussian model and a reference compound → samples held to its low frequencies (ILVR)."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

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
from superdrift.superconductors.generation.reference import COLUMNS, read_reference
from superdrift.superconductors.generation.sampling import sample_conditioned
from superdrift.superconductors.settings.generation import ConditionSettings
from superdrift.superconductors.tables import COMPOUNDS, CONDITIONED


def condition(
    run: Run,
    settings: ConditionSettings,
    *,
    weights: Path,
    description: Path,
    compounds: Path,
    family: str,
    reference: str,
    formula: str,
    samples: Path,
) -> None:
    """Draw samples near one reference compound, as many per scale as settings.samples.

    Args:
        run: seed and provenance.
        settings: scales, low-pass, number of samples, batch size, device, threads.
        weights: model.safetensors of a gaussian model.
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
    key = resume_key(
        device, y, seed=run.seed, reference=reference, settings=asdict(settings), weights=sha256(weights),
        code=run.metadata["code"],
    )  # fmt: skip
    batches, files = _batches(settings), BatchFiles(samples, CONDITIONED, key, run.metadata)
    waiting = files.waiting(len(batches))
    total, left = (sum(len(batches[number].ids) for number in some) for some in (range(len(batches)), waiting))
    with Progress(total, f"condition {reference}", "sample", done=total - left) as progress:
        for number in waiting:
            scale, start, ids = batches[number]
            amounts = sample_conditioned(
                model, y, settings, scale=scale, samples=len(ids),
                seed=derive(run.seed, "condition", reference, scale, start), device=device, advance=progress.advance,
            )  # fmt: skip
            files.add(number, {
                "id": np.arange(ids.start, ids.stop), "amounts": amounts, "reference": [reference] * len(ids),
                "scale": [scale] * len(ids),
            })  # fmt: skip
    files.gather(len(batches))


class _Batch(NamedTuple):
    """Samples drawn at a time: their scale, how many of this scale are drawn before them, their ids."""

    scale: int
    start: int
    ids: range


def _batches(settings: ConditionSettings) -> list[_Batch]:
    """All batches, scale after scale; ids count through all scales."""
    found = []
    for place, scale in enumerate(settings.scales):
        first = place * settings.samples
        for start in range(0, settings.samples, settings.batch_size):
            stop = min(start + settings.batch_size, settings.samples)
            found.append(_Batch(scale, start, range(first + start, first + stop)))
    return found


main = command(condition)

if __name__ == "__main__":
    sys.exit(main())
