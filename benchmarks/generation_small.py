"""What a few minutes of training on one core generate, beside the training data's own rates, and what the steps cost.

Trains the default model on the cuprates twice, with and without the rows flagged oxygen_placeholder, and measures its
samples; times one training and one denoising step of each denoiser side by side. Run after
`snakemake --configfile workflow/presets/small.yaml results/small/prepare/compounds.parquet`:

    python benchmarks/generation_small.py
"""

import argparse
import dataclasses
import json
import logging
import os
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import yaml
from numpy.typing import NDArray

from superdrift.composition.distance import CompositionIndex
from superdrift.composition.valence import formal_valence
from superdrift.composition.vector import round_amounts
from superdrift.diffusion.checkpoint import ResumeFile
from superdrift.diffusion.dataset import choose_rows
from superdrift.diffusion.device import fast
from superdrift.diffusion.drawing import unconditional
from superdrift.diffusion.encodings import ENCODINGS
from superdrift.diffusion.model import Model, build, design
from superdrift.diffusion.training import Trainer
from superdrift.parquet import METADATA_KEY, read, read_metadata
from superdrift.screening.sites import site_balanced
from superdrift.seeds import derive
from superdrift.settings import ModelSettings, from_mapping
from superdrift.tables import COMPOUNDS

SEED, FAMILY, BATCH, TIMED = 20240501, "cuprates", 1000, 3
CPU = torch.device("cpu")
HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parent / "results" / "small" / "prepare" / "compounds.parquet"
CONFIG = yaml.safe_load((HERE.parent / "config.yaml").read_text(encoding="utf-8"))
Amounts = NDArray[np.float32]


def main() -> None:
    """Measure, print and write benchmarks/generation_small.parquet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("compounds", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--steps", type=int, default=2500, help="training steps of the default model")
    parser.add_argument("--samples", type=int, default=4000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    compounds = read(arguments.compounds, COMPOUNDS)
    results = [*generation(compounds, arguments.steps, arguments.samples), *costs()]
    for row in results:
        print("{measurement:<28} {metric:<32} {value:>12.5g}".format(**row))
    origin = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, 1 thread used",
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__,
        "compounds": read_metadata(arguments.compounds).get("inputs"),
        "steps": arguments.steps,
        "samples": arguments.samples,
    }
    written = pa.Table.from_pylist(results).replace_schema_metadata({METADATA_KEY: json.dumps(origin)})
    pq.write_table(written, HERE / "generation_small.parquet")


def generation(compounds: pa.Table, steps: int, samples: int) -> list[dict[str, Any]]:
    """Rates of the samples, of the training rows, and the distances of the held-out rows."""
    results = []
    settings = model_settings("masked", steps=steps)
    for name, flags in (("all rows", []), ("without oxygen_placeholder", ["oxygen_placeholder"])):
        rows = choose_rows(compounds, FAMILY, flags, ENCODINGS[settings.process], merge_repeats=True)
        model, seconds, history = trained(settings, *rows)
        started = time.perf_counter()
        drawn = np.concatenate([
            unconditional(
                model, settings.sampler, samples=BATCH, seed=derive(SEED, "benchmark", batch), device=CPU,
                advance=lambda: None,
            )
            for batch in range(samples // BATCH)
        ])  # fmt: skip
        rate = len(drawn) / (time.perf_counter() - started)
        results += rates(name, drawn, rows[0])
        results += [
            row(name, "training rows", len(rows[0])), row(name, "training seconds", seconds),
            row(name, "best validation loss / nats", min(history.validation_loss)),
            row(name, "training loss at the end / nats", history.train_loss[-1]),
            row(name, "samples per second", rate),
        ]  # fmt: skip
        results += rates(f"data: {name}", rows[0], None)
        results += rates(f"held out: {name}", rows[1], rows[0])
    return results


def rates(name: str, amounts: Amounts, training: Amounts | None) -> list[dict[str, Any]]:
    """Shares of all rows; distances of those that pass the basic checks to the nearest training compound."""
    low, high = CONFIG["screen"]["n_elements"][FAMILY]
    amounts = round_amounts(amounts, noise_floor=0.0)
    passed = (amounts >= 0).all(axis=1) & ((count := (amounts > 0).sum(axis=1)) >= low) & (count <= high)
    whole = np.rint(amounts * 100).astype(np.int64)
    reduced = whole // np.maximum(np.gcd.reduce(whole, axis=1, keepdims=True), 1)
    found = {
        "basic pass": passed.mean(),
        "copper and oxygen": ((amounts[:, 28] > 0) & (amounts[:, 7] > 0)).mean(),
        "unique of basic pass": len(np.unique(reduced[passed], axis=0)) / passed.sum(),
        "site balance": site_balanced(amounts).mean(),
    }
    copper, (least, most) = formal_valence(amounts).valence, CONFIG["prepare"]["copper_valence"]
    oxygen = amounts[:, 7]
    outside = (copper < least) | (copper > most)
    found["copper valence out of range"] = outside.mean()
    found["placeholder oxygen"] = (outside & (oxygen == np.rint(oxygen))).mean()
    if training is not None:
        distance, _ = CompositionIndex(training).nearest(amounts[passed])
        found["median distance to training"] = float(np.median(distance))
        found["share at 0.02 or farther"] = (distance >= CONFIG["screen"]["novel_radius"]).mean()
    return [row(name, metric, value) for metric, value in found.items()]


def trained(settings: ModelSettings, train: Amounts, validation: Amounts) -> tuple[Model, float, Any]:
    """A model trained as the stage does, the seconds it took, and its history."""
    torch.manual_seed(derive(SEED, "train", FAMILY, "weights"))
    model = build(design(settings.process, settings.denoiser, settings.sampler))
    data, held_out = model.encoding.encode(train), model.encoding.encode(validation)
    with tempfile.TemporaryDirectory() as folder:
        resume = ResumeFile(Path(folder) / "state.safetensors", "benchmark")
        trainer = Trainer(model, data, held_out, settings.training, seed=SEED, label=FAMILY, resume=resume)
        history = trainer.run()
    model.denoiser.eval()
    return model, history.seconds[-1], history


def costs() -> list[dict[str, Any]]:
    """Seconds per training step (at the configured batch size) and per denoising step of BATCH rows."""
    results = []
    for name in CONFIG["models"]:
        settings = model_settings(name)
        model = build(design(settings.process, settings.denoiser, settings.sampler))
        size = settings.training.batch_size
        x_0 = model.encoding.encode(some_amounts(size))
        optimiser = torch.optim.AdamW(model.denoiser.parameters())

        def step(model: Model = model, x_0: torch.Tensor = x_0, optimiser: Any = optimiser) -> None:
            losses = model.process.losses(fast(model.denoiser, CPU), x_0, torch.rand(len(x_0)), torch.Generator())
            optimiser.zero_grad()
            losses.mean().backward()
            optimiser.step()

        results.append(row(name, f"seconds per training step of {size}", timed(step)))
        some = model.encoding.encode(some_amounts(BATCH))
        inputs = (some, torch.full((BATCH,), 500)) if settings.process == "gaussian" else (some,)
        with torch.inference_mode():
            seconds = timed(lambda model=model, inputs=inputs: fast(model.denoiser, CPU)(*inputs))
        results.append(row(name, f"seconds per denoising step of {BATCH}", seconds))
        results.append(row(name, "parameters", sum(p.numel() for p in model.denoiser.parameters())))
        results.append(row(name, "denoising steps per sample", settings.sampler["steps"]))
    return results


def some_amounts(n: int) -> Amounts:
    """Compositions of the right form for timing: YBa2Cu3O7."""
    amounts = np.zeros((n, 96), dtype=np.float32)
    amounts[:, [38, 55, 28, 7]] = [1, 2, 3, 7]
    return amounts


def timed(action: Callable[[], object]) -> float:
    """Median seconds of a few calls, after one to warm up."""
    action()
    seconds = []
    for _ in range(TIMED):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def model_settings(name: str, **training: Any) -> ModelSettings:
    """A model of config.yaml, on one thread, with some training numbers changed."""
    settings = from_mapping(ModelSettings, CONFIG["models"][name], place=f"models.{name}")
    return dataclasses.replace(settings, training=dataclasses.replace(settings.training, threads=1, **training))


def row(measurement: str, metric: str, value: float) -> dict[str, Any]:
    """One line of the table."""
    return {"measurement": measurement, "metric": metric, "value": float(value)}


if __name__ == "__main__":
    main()
