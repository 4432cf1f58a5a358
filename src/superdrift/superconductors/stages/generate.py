"""Stage generate: a trained model → samples of its family, or of what a request asks for, batch by batch."""

import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.composition.elements import mask_of
from superdrift.io.batch_files import BatchFiles, parse_shard
from superdrift.learning.device import choose
from superdrift.learning.resume_key import resume_key
from superdrift.run.command import Run, command
from superdrift.run.progress import Progress
from superdrift.run.provenance import sha256
from superdrift.run.seeds import derive
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.request_text import parse_request
from superdrift.superconductors.generation.sampling import Sampling
from superdrift.superconductors.settings.drift import AscendSettings
from superdrift.superconductors.settings.generation import GenerateSettings, InpaintSettings
from superdrift.superconductors.tables import SAMPLES


def generate(
    run: Run,
    settings: GenerateSettings,
    *,
    weights: Path,
    description: Path,
    family: str,
    samples: Path,
    source: str | None = None,
    shard: str | None = None,
) -> None:
    """Draw samples of one family, or of one request.

    Args:
        run: seed and provenance.
        settings: sampler, request, elements, number of samples, batch size, device, threads.
        weights: model.safetensors.
        description: model.json.
        family: family of the model.
        samples: the table to write.
        source: name of the source, which names the random streams; that of the family where left out.
        shard: i/n draws only every n-th batch and leaves batch files; a last run without it gathers them.
    """
    device, name = choose(settings.device, key="generate.device"), source or family
    request = None if settings.request is None else parse_request(settings.request, place="the request")
    torch.set_num_threads(settings.threads)
    model, _ = load_model(weights, description, device)
    key = resume_key(
        device, seed=run.seed, family=name, settings=asdict(settings), weights=sha256(weights),
        code=run.metadata["code"],
    )  # fmt: skip
    files, (index, shards) = BatchFiles(samples, SAMPLES, key, run.metadata), parse_shard(shard)
    sampling = Sampling(
        model, settings.sampler, device=device, allowed=elements_drawn(settings), request=request,
        compiled=settings.compiled,
    )  # fmt: skip
    size = settings.batch_size
    batches = [range(start, min(start + size, settings.samples)) for start in range(0, settings.samples, size)]
    waiting, mine = files.waiting(len(batches), shard=(index, shards)), range(index, len(batches), shards)
    total, left = (sum(len(batches[number]) for number in some) for some in (mine, waiting))
    with Progress(total, f"generate {name}", "sample", done=total - left) as progress:
        if waiting:
            sampling.keep_frequencies(
                settings.samples, batch_size=size, seed=derive(run.seed, "generate", name, "frequencies")
            )
        for number in waiting:
            ids = batches[number]
            amounts = sampling.batch(len(ids), derive(run.seed, "generate", name, number), progress.advance)
            files.add(number, {"id": np.arange(ids.start, ids.stop), "amounts": amounts})
    if shard is None:
        files.gather(len(batches))


def elements_drawn(settings: GenerateSettings | InpaintSettings | AscendSettings) -> NDArray[np.bool_] | None:
    """Mask of the elements that may be drawn, None for all."""
    allowed = mask_of(settings.allowed_elements, key="generate.allowed_elements")
    forbidden = mask_of(settings.forbidden_elements, key="generate.forbidden_elements")
    if not allowed.any() and not forbidden.any():
        return None
    return (allowed | (not allowed.any())) & ~forbidden


main = command(generate)

if __name__ == "__main__":
    sys.exit(main())
