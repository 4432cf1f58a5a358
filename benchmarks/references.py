"""Samples around the paper's seven references at equal numbers: ILVR as published and otherwise, and inpainting.

Drawn by the models that a run has trained. What is drawn is screened as in the workflow: what passes, balances, is
novel, how far it lies from the reference, how many groups it makes, and how often the two elements that replaced each
other are neighbours by atomic number, the low-pass filter's footprint:

    python -m benchmarks.references [--run results/small] [--quick]

Writes benchmarks/references.parquet.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.generation.rates import Ruler, share
from benchmarks.inputs import CONFIG, SEED, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from superdrift.composition.vector import atomic_fractions, round_amounts
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive, generator
from superdrift.run.settings import from_mapping
from superdrift.superconductors.generation.checkpoint import load_model
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.reference import COLUMNS, read_reference
from superdrift.superconductors.generation.sampling import sample_conditioned
from superdrift.superconductors.model_blocks import sampler
from superdrift.superconductors.new_families.footprint import ATOMIC_NUMBERS, count_neighbours, replacements
from superdrift.superconductors.new_families.groups import NO_GROUP, group_compounds
from superdrift.superconductors.settings.generation import InpaintingSettings, LowPassSettings
from superdrift.superconductors.tables import COMPOUNDS

REFERENCES = ("ybco-se", "sr-ladder", "ba2cuo3", "licu2o2", "liga2rh", "naalge", "bafeni122")
AS_PUBLISHED = "ILVR, every step refined as published"
ILVR: dict[str, dict[str, Any]] = {
    AS_PUBLISHED: {"free_share": 0.0},
    "ILVR": {},
    "ILVR, projector, every step": {"low_pass": "projector", "free_share": 0.0},
    "ILVR, projector": {"low_pass": "projector"},
    "ILVR, Pettifor's order": {"element_order": "pettifor"},
}
"""Methods by what they change of `condition`."""
INPAINTING = "inpainting"
SAMPLES, SAMPLES_IF_QUICK = 600, 12
"""Of each reference and method, in equal parts of each scale or depth."""
CPU = torch.device("cpu")


def main() -> None:
    """Measure, print and write benchmarks/references.parquet."""
    arguments = parsed(parser("references", __doc__))
    rows = list(measured(arguments))
    for row in rows:
        line = "{reference:<10} {method:<38} {part:<4} {metric:<44} {value:9.4f} [{low:.4f}, {high:.4f}]  n = {n}"
        print(line.format(**row))
    write(arguments.output, rows, origin(arguments.compounds, samples=SAMPLES))


def measured(arguments: argparse.Namespace) -> Iterator[Row]:
    """All rows of the table, reference after reference, method after method."""
    config = quick_config() if arguments.quick else CONFIG
    compounds = tables.read(arguments.compounds, COMPOUNDS)
    samples = SAMPLES_IF_QUICK if arguments.quick else SAMPLES
    rulers: dict[str, Ruler] = {}
    for reference in config["references"] if arguments.quick else REFERENCES:
        formula, family = (config["catalogue"][reference][key] for key in ("formula", "family"))
        ruler = rulers.setdefault(family, Ruler(compounds, family))
        y = read_reference(formula, compounds.select(list(COLUMNS)), family)
        for method, parts in methods(config, arguments.run / "train" / family, y, family).items():
            yield from of_method(method, parts, samples, Around(reference, y, ruler))


Draw = Callable[[int, int], NDArray[np.float32]]
"""(samples, seed) → (samples, 96) atoms per formula unit, rounded as the workflow rounds them."""


def methods(config: dict[str, Any], folder: Path, y: NDArray[np.float32], family: str) -> dict[str, dict[str, Draw]]:
    """How each method draws around a reference, by scale or depth.

    Args:
        config: the configuration.
        folder: of the family's models.
        y: (96,) the reference.
        family: its family.
    """
    block, name = config["condition"], config["condition"]["model"]
    masked, gaussian = trained(folder), trained(folder / name)
    keys = ("scales", "low_pass", "element_order", "shared_noise", "free_share")
    floor = config["models"][name]["noise_floor"]

    def ilvr(settings: LowPassSettings, scale: int) -> Draw:
        return lambda samples, seed: round_amounts(
            sample_conditioned(
                gaussian, y, settings, scale=scale, samples=samples, seed=seed, device=CPU, advance=lambda _: None
            ),
            noise_floor=floor,
        )

    def inpainting(depth: float) -> Draw:
        settings = from_mapping(InpaintingSettings, block["inpaint"], place="condition.inpaint")
        inpainter = Inpainter(masked, sampler(config, family), y, settings, device=CPU)
        return lambda samples, seed: round_amounts(inpainter.sample(depth, samples, seed).amounts, noise_floor=0.0)

    found: dict[str, dict[str, Draw]] = {}
    for method, changes in ILVR.items():
        settings = from_mapping(LowPassSettings, {key: block[key] for key in keys} | changes, place="condition")
        found[method] = {f"{scale}": ilvr(settings, scale) for scale in settings.scales}
    found[INPAINTING] = {f"{depth:g}": inpainting(depth) for depth in block["inpaint"]["depths"]}
    return found


def trained(folder: Path) -> Model:
    """A model that the run has trained.

    Raises:
        InputError: where it has not.
    """
    paths = folder / "model.safetensors", folder / "model.json"
    if not all(path.is_file() for path in paths):
        raise InputError(f"no {paths[0]}; let snakemake make it, or name another run with --run")
    return load_model(*paths, CPU)[0]


class Around(NamedTuple):
    """A reference: its name, its amounts (96,), and the ruler of its family."""

    reference: str
    y: NDArray[np.float32]
    ruler: Ruler


def of_method(method: str, parts: dict[str, Draw], samples: int, around: Around) -> Iterator[Row]:
    """Figures of one method around one reference: of each scale or depth, and of all."""
    seconds, drawn = 0.0, {}
    for part, draw in parts.items():
        started = time.perf_counter()
        drawn[part] = draw(
            samples // len(parts), derive(SEED, "benchmark", "references", around.reference, method, part)
        )
        seconds += time.perf_counter() - started
    every = np.concatenate(list(drawn.values()))
    named = {"reference": around.reference, "method": method}
    for part, amounts in [*drawn.items(), ("all", every)]:
        for row in judged(amounts, around.y, around.ruler):
            yield {**named, "part": part, **row}
    yield {**named, "part": "all", **figure("seconds for 1,000 samples", 1000 * seconds / len(every), len(every))}


def judged(amounts: NDArray[np.float32], y: NDArray[np.float32], ruler: Ruler) -> Iterator[Row]:
    """Figures of some samples around a reference."""
    for metric, value, n, *interval in ruler.rates(amounts):
        yield figure(metric, value, n, *interval)
    passed = amounts[ruler.basic_pass(amounts)]
    if len(passed):
        away = np.abs(atomic_fractions(passed) - atomic_fractions(y[None])).sum(axis=1) / 2
        yield figure("distance to the reference, median", float(np.median(away)), len(passed))
    swapped = count_neighbours(replacements(passed, y), ATOMIC_NUMBERS)
    beside = np.arange(swapped.pairs) < swapped.neighbours
    yield figure(*share("replaced by a neighbour in atomic number", beside, swapped.pairs))
    worth, block = amounts[ruler.worth_grouping(amounts)], CONFIG["cluster"]
    grouping = group_compounds(
        worth, spacing=block["spacing"], cut=block["cut"], fewest_members=block["fewest_members"],
        most=block["generated"], stream=generator(SEED, "benchmark", "references"),
    )  # fmt: skip
    yield figure("worth grouping, thinned", len(grouping.kept), len(amounts))
    yield figure("groups", int(grouping.group.max(initial=NO_GROUP)) + 1, len(amounts))


def figure(metric: str, value: float, n: int, low: float | None = None, high: float | None = None) -> Row:
    """A row; a number without an interval has itself for both ends."""
    ends = (value if end is None else end for end in (low, high))
    return {
        "metric": metric,
        "value": float(value),
        **dict(zip(("low", "high"), map(float, ends), strict=True)),
        "n": n,
    }


if __name__ == "__main__":
    start(main)
