"""Stage generate: a trained model → unconditional samples, batch by batch."""

import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from superdrift.diffusion.checkpoint import load_model
from superdrift.diffusion.device import choose
from superdrift.diffusion.drawing import unconditional
from superdrift.diffusion.keys import key_of
from superdrift.diffusion.parts import Parts, parse_shard
from superdrift.progress import Progress
from superdrift.provenance import sha256
from superdrift.seeds import derive
from superdrift.settings import GenerateSettings
from superdrift.stages.command import Run, command
from superdrift.tables import SAMPLES


def generate(
    run: Run,
    settings: GenerateSettings,
    *,
    weights: Path,
    description: Path,
    family: str,
    samples: Path,
    shard: str | None = None,
) -> None:
    """Draw samples of one version.

    Args:
        run: seed and provenance.
        settings: sampler, number of samples, batch size, device, threads.
        weights: model.safetensors.
        description: model.json.
        family: version of the model, which names the random streams.
        samples: the table to write.
        shard: i/n draws only every n-th batch and leaves parts; a last run without it gathers them.
    """
    device = choose(settings.device, key="generate.device")
    torch.set_num_threads(settings.threads)
    model, _ = load_model(weights, description, device)
    key = key_of(
        device, seed=run.seed, family=family, settings=asdict(settings), weights=sha256(weights),
        code=run.metadata["code"],
    )  # fmt: skip
    parts, part = Parts(samples, SAMPLES, key, run.metadata), parse_shard(shard)
    batches, steps = -(-settings.samples // settings.batch_size), settings.sampler["steps"]
    waiting = parts.waiting(batches, shard=part)
    done = (len(range(part[0], batches, part[1])) - len(waiting)) * steps
    with Progress(done + len(waiting) * steps, f"generate {family}", "step", done=done) as progress:
        for batch in waiting:
            ids = np.arange(batch * settings.batch_size, min((batch + 1) * settings.batch_size, settings.samples))
            amounts = unconditional(
                model, settings.sampler, samples=len(ids), seed=derive(run.seed, "generate", family, batch),
                device=device, advance=progress.advance,
            )  # fmt: skip
            parts.add(batch, {"id": ids, "amounts": amounts})
    if shard is None:
        parts.gather(batches)


main = command(generate)

if __name__ == "__main__":
    sys.exit(main())
