"""Families withheld from everything: are they found again, and called new, and nothing else?

Whole families, and chemical systems of families that stay, are taken out of the known compounds; a generator of
everything learns from the rest, and draws around five members of each (inpainting, half of the elements drawn anew),
around known compounds, and around mixtures of two families. What is drawn is screened, grouped and tested as in the
workflow, all groups together. Found: a family with a group that is called new, and a member of it within 0.05 of a
withheld compound other than the reference. False: any other group that is called new.

    python -m benchmarks.withheld [--run results/small] [--quick] [--work FOLDER]

Writes benchmarks/withheld.parquet.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from benchmarks.generation.rates import Ruler
from benchmarks.inputs import CONFIG, ROOT, SEED, generator_of, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from benchmarks.withheld.cases import FAMILY, KNOWN, MIXTURE, PLACEBOS, SYSTEM, SYSTEMS, Case, cases, withheld
from benchmarks.withheld.found import HIT, SETTINGS, Group, groups, hits, isolated_on_map, others, rejected
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.substitution import data_mined
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive, generator
from superdrift.run.settings import from_mapping
from superdrift.statistics.intervals import exact_share
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.generation.inpainting import Inpainter
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.model_blocks import sampler
from superdrift.superconductors.new_families.blocks import known_blocks
from superdrift.superconductors.new_families.linkage import linked_groups, thinned
from superdrift.superconductors.nulls.substitution import substituted
from superdrift.superconductors.settings.generation import InpaintingSettings
from superdrift.superconductors.tables import COMPOUNDS

logger = logging.getLogger("superdrift")

SAMPLES, SAMPLES_IF_QUICK = 200, 20
DEPTH = 0.5
TOP = 100
"""Distinct samples around a reference that count as its proposals, the first drawn."""
SUBSTITUTED = 20
"""Draws of the substitution for each sample: most repeat each other."""
CONTENDERS = (f"first {TOP} samples", f"first {TOP} substitutions", "the references")
RADII = (HIT, 0.02)
"""Half L1, within which a withheld compound is hit."""
IF_QUICK = {"most_families": 2, "systems": 1, "placebos": 1}
"""Units with --quick."""


def main() -> None:
    """Measure, print and write benchmarks/withheld.parquet."""
    options = parser("withheld", __doc__)
    options.add_argument("--work", type=Path, help="folder for the model; what is there already is not made again")
    arguments = parsed(options)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if arguments.quick else ROOT / "results" / "benchmark-withheld"
        rows = list(measured(arguments, arguments.work or kept))
    for row in rows:
        print("{kind:<16} {name:<24} {metric:<44} {value:8.4f} [{low:.4f}, {high:.4f}]  n = {n}".format(**row))
    write(arguments.output, rows, origin(arguments.compounds, samples=SAMPLES, depth=DEPTH))


@dataclass(frozen=True)
class Experiment:
    """All units, and what was drawn around their references.

    Attributes:
        units: the cases.
        worth: of each case and reference, (k, 96) samples worth grouping.
        found: groups of all of them.
        called: those that the test calls new.
        isolated: of each case, clusters alone on the map.
        ruler: the checks, by the compounds that stay.
    """

    units: list[Case]
    worth: list[list[NDArray[np.float32]]]
    found: list[Group]
    called: list[Group]
    isolated: list[list[NDArray[np.float32]]]
    ruler: Ruler


def measured(arguments: argparse.Namespace, work: Path) -> Iterator[Row]:
    """All rows of the table."""
    config = quick_config() if arguments.quick else CONFIG
    compounds, block = tables.read(arguments.compounds, COMPOUNDS), SETTINGS
    every = tables.matrix(compounds["amounts"])
    chosen = every[superconducting(compounds) & unflagged(compounds, block["exclude_flags"])]
    chosen = chosen[thinned(chosen, block["spacing"])]
    numbers = IF_QUICK if arguments.quick else {"most_families": 100, "systems": SYSTEMS, "placebos": PLACEBOS}
    units = cases(chosen, linked_groups(chosen, block["cut"]), **numbers)
    rest = compounds.filter(pa.array(~withheld(every, units)))
    drawing = Drawing(generator_of(rest, config, work), config, SAMPLES_IF_QUICK if arguments.quick else SAMPLES)
    done = experiment(units, rest, drawing, block)
    for number in range(len(units)):
        yield from of_case(number, done)
    yield from summary(done)


def experiment(units: list[Case], rest: pa.Table, drawing: "Drawing", block: dict[str, Any]) -> Experiment:
    """Draw around every reference, screen, group and test, all by the compounds that stay."""
    known = tables.matrix(rest["amounts"])
    stays = known[superconducting(rest) & unflagged(rest, block["exclude_flags"])]
    blocks = known_blocks(stays, known, **{key: block[key] for key in ("spacing", "cut", "fewest_members")})
    ruler, index = Ruler(rest, "everything"), CompositionIndex(known)
    worth: list[list[NDArray[np.float32]]] = [[] for _ in units]
    found: list[Group] = []
    with Progress(sum(len(case.references) for case in units), "withheld", "reference") as progress:
        for number, case in enumerate(units):
            for place, reference in enumerate(case.references):
                drawn = drawing.around(reference, number, place)
                worth[number].append(drawn[ruler.worth_grouping(drawn)])
                found += groups(number, place, worth[number][-1], index, blocks)
                progress.advance(1)
    called = [group for group, new in zip(found, rejected(found), strict=True) if new]
    isolated = [isolated_on_map(np.concatenate(parts), stays, number) for number, parts in enumerate(worth)]
    return Experiment(units, worth, found, called, isolated, ruler)


@dataclass(frozen=True)
class Drawing:
    """How samples are drawn around a reference.

    Attributes:
        model: of everything that stays.
        config: its settings.
        samples: around each reference.
    """

    model: Model
    config: dict[str, Any]
    samples: int

    def around(self, reference: NDArray[np.float32], case: int, place: int) -> NDArray[np.float32]:
        """(n, 96) samples; none where the generator cannot write the reference or nothing holds what stays."""
        block = {**self.config["condition"]["inpaint"], "depths": [DEPTH]}
        settings = from_mapping(InpaintingSettings, block, place="condition.inpaint")
        how, seed = sampler(self.config, "everything"), derive(SEED, "benchmark", "withheld", case, place)
        try:
            inpainter = Inpainter(self.model, how, reference, settings, device=torch.device("cpu"))
            return inpainter.sample(DEPTH, self.samples, seed).amounts
        except InputError as error:
            logger.warning("case %d, reference %d: no samples: %s", case, place, error)
            return np.zeros((0, len(reference)), dtype=np.float32)


def of_case(number: int, done: Experiment) -> Iterator[Row]:
    """Figures of one unit."""
    case, worth = done.units[number], done.worth[number]
    own = [group for group in done.found if group.case == number]
    new = [group for group in done.called if group.case == number]
    smallest = min([group.p_value for group in own], default=np.nan)
    yield figure(case, "samples worth grouping", sum(map(len, worth)), len(worth))
    yield figure(case, "groups", len(own), len(worth))
    yield figure(case, "smallest p", smallest, len(own))
    yield figure(case, "groups called new", len(new), len(own))
    yield figure(case, "clusters alone on the map", len(done.isolated[number]), 1)
    if not len(case.members):
        return
    near = sum(reaches(group.amounts, case) for group in new)
    yield figure(case, "… with a member near a withheld compound", near, len(new))
    yield from rediscovered(number, done)


def rediscovered(number: int, done: Experiment) -> Iterator[Row]:
    """Withheld compounds near the first samples around each reference, near as many substitutions of it, near it."""
    case, wanted = done.units[number], others(done.units[number])
    chances, stream = data_mined(), generator(SEED, "benchmark", "withheld", "substitution", number)
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in CONTENDERS}
    for reference, worth in zip(case.references, done.worth[number], strict=True):
        changed = substituted(reference[None], chances, SUBSTITUTED * TOP, whole_share=0.5, generator=stream)
        chosen = changed[done.ruler.worth_grouping(changed)]
        for name, amounts in zip(CONTENDERS, (worth, chosen, reference[None]), strict=True):
            parts[name].append(amounts[:TOP])
    for name, drawn in parts.items():
        for radius in RADII:
            count = hits(np.concatenate(drawn), wanted, radius)
            yield figure(case, f"hits within {radius:g} of {name}", count, len(wanted))


def reaches(amounts: NDArray[np.float32], case: Case) -> bool:
    """Whether some compounds reach a withheld one that is no reference."""
    return hits(amounts, others(case), HIT) > 0


def summary(done: Experiment) -> Iterator[Row]:
    """Power, false alarms, false discoveries, by the test and by the published sign; unit: family, system, placebo."""
    units, isolated = done.units, done.isolated
    grouped = {group.case for group in done.found}
    new = {number: [group for group in done.called if group.case == number] for number in range(len(units))}
    for kind in (FAMILY, SYSTEM, KNOWN, MIXTURE):
        own = [number for number, case in enumerate(units) if case.kind == kind]
        yield share(kind, "units with a group", sum(number in grouped for number in own), len(own))
        yield share(kind, "units with a group called new", sum(bool(new[number]) for number in own), len(own))
        yield share(kind, "units with a cluster alone on the map", sum(bool(isolated[i]) for i in own), len(own))
        if kind in (FAMILY, SYSTEM):
            right = sum(any(reaches(g.amounts, units[i]) for g in new[i]) for i in own)
            yield share(kind, "units found: called new, near a withheld compound", right, len(own))
            on_map = sum(any(reaches(part, units[i]) for part in isolated[i]) for i in own)
            yield share(kind, "units found on the map", on_map, len(own))
    true = sum(units[g.case].kind == FAMILY and reaches(g.amounts, units[g.case]) for g in done.called)
    yield share("all", "false ones of the groups called new", len(done.called) - true, len(done.called))
    alone = [(units[i], part) for i, parts in enumerate(isolated) for part in parts]
    wrong = sum(not (case.kind == FAMILY and reaches(part, case)) for case, part in alone)
    yield share("all", "false ones of the clusters alone on the map", wrong, len(alone))


def figure(case: Case, metric: str, value: float, n: int) -> Row:
    """A number of one unit, without an interval."""
    return {"kind": case.kind, "name": case.name, "metric": metric, "value": float(value), "low": float(value),
            "high": float(value), "n": int(n)}  # fmt: skip


def share(kind: str, metric: str, count: int, n: int) -> Row:
    """A share of units with its interval (Clopper–Pearson, 95 %)."""
    value, low, high = exact_share(count, n) if n else (np.nan,) * 3
    return {"kind": kind, "name": "all", "metric": metric, "value": value, "low": low, "high": high, "n": n}


if __name__ == "__main__":
    start(main)
