"""What the published configuration costs on this machine: a part of it is run, and only what is linear is scaled.

A training step at its batch size, and a denoising step of many compounds, both with all cores; training is
`training.steps` such steps, a sample T such steps divided by their number.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.inputs import CONFIG, SEED
from superdrift.learning.device import fast
from superdrift.learning.training import OPTIMISERS
from superdrift.superconductors.generation.model import build, design

CPU = torch.device("cpu")
TIMED = 3
Cost = tuple[str, float, int]


def published_costs(folder: Path, samples: int, *, rows: int) -> list[Cost]:
    """Seconds per step, and what follows for training and for `samples` compounds; float32, as published.

    Args:
        folder: keeps the seconds per step; what is there already is not measured again.
        samples: how many compounds to scale to.
        rows: compounds of the denoising step.
    """
    block = CONFIG["models"]["published"]
    training, steps = block["training"], block["sampler"]["steps"]
    record = Path(folder) / "published.json"
    if not record.exists():
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(steps_timed(block, rows)))
    step, round_, half = json.loads(record.read_text())
    return [
        (f"seconds per training step of {training['batch_size']}", step, TIMED),
        (f"training hours, {training['steps']:,} such steps", step * training["steps"] / 3600, TIMED),
        (f"seconds per denoising step of {rows:,}", round_, TIMED),
        (f"sampling hours of {samples:,}, {steps:,} such steps each", round_ * steps * samples / rows / 3600, TIMED),
        ("samples per second", rows / (round_ * steps), TIMED),
        ("samples per second, in this machine's fastest precision", rows / (half * steps), TIMED),
    ]


def steps_timed(block: dict[str, Any], rows: int) -> list[float]:
    """Seconds of a training step, of a denoising step, and of one in the fastest precision."""
    training = block["training"]
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(SEED)
    model = build(design(block["process"], block["denoiser"], block["sampler"]))
    optimiser = OPTIMISERS[training["optimiser"]](model.denoiser.parameters(), lr=training["learning_rate"])
    generator = torch.Generator().manual_seed(SEED)

    def train() -> None:
        x_0, level = torch.rand((training["batch_size"], 96)), torch.rand(training["batch_size"])
        loss = model.process.losses(model.denoiser, x_0, level, generator).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def denoise(denoiser: Callable[..., Any]) -> None:
        with torch.inference_mode():
            model.process.step(denoiser, torch.rand((rows, 96)), model.process.steps // 2, generator)

    return [timed(train), timed(lambda: denoise(model.denoiser)), timed(lambda: denoise(fast(model.denoiser, CPU)))]


def timed(action: Callable[[], None]) -> float:
    """Median seconds of a few calls, after one to warm up."""
    action()
    seconds = []
    for _ in range(TIMED):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))
