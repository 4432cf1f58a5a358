"""Do a run's groups around the paper's references hold its nine new families, and what do the tests say of these?

Reads the published answers, which no code that finds families does. Of each family and method: samples that pass the
basic checks, hold all of its elements and lie within 0.05 (half L1) of one of its compositions; the groups that they
are in, with p-values and the nearest known compounds. Beside it the first test of the family's own compositions,
thinned like a group, and samples of the run's models by ILVR as published, every step refined:

    python -m benchmarks.published_families [--run results/references] [--samples 300]

Prints; writes nothing.
"""

import argparse
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.generation.rates import Ruler
from benchmarks.inputs import CONFIG, ROOT, SEED, start
from benchmarks.references import AS_PUBLISHED, methods
from superdrift.composition.distance import TOLERANCE
from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import parse_formula, reduced_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.run.seeds import derive
from superdrift.superconductors.generation.reference import COLUMNS, read_reference
from superdrift.superconductors.new_families.blocks import Blocks
from superdrift.superconductors.new_families.linkage import thinned
from superdrift.superconductors.new_families.novelty_test import novelty_test
from superdrift.superconductors.new_families.tables import BLOCKS, CLUSTERED, FAMILIES
from superdrift.superconductors.report.table1 import read_published
from superdrift.superconductors.sources import CONDITIONED, INPAINTED, source_name
from superdrift.superconductors.tables import COMPOUNDS, SCREENED

RADIUS = 0.05
"""Half L1."""
LETTERS = np.arange(1, 21) / 20
"""Values of x, y and z: 0.05 to 1. The paper gives no ranges."""


def main() -> None:
    """Print what became of each published family."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.published_families", description=__doc__.splitlines()[0])
    made.add_argument("--run", type=Path, default=ROOT / "results/references", help="folder of a run")
    made.add_argument("--samples", type=int, default=300, help="of each scale, every step refined; 0: none")
    arguments = made.parse_args()
    run = arguments.run
    if not (run / "cluster/families.parquet").is_file():
        raise InputError(f"no {run}/cluster/families.parquet; let snakemake make it, or name another run with --run")
    for row in read_published("table2.csv"):
        slug, family = catalogued(str(row["reference_formula"]))
        amounts = compositions(str(row["family"]))
        print(f"{row['family']}: {own_test(run, amounts, family)}")
        for kind in (CONDITIONED, INPAINTED):
            for line in reached(run, source_name(kind, slug), amounts):
                print(f"    {line}")
        if arguments.samples:
            passed = every_step_refined(run, slug, arguments.samples)
            print(f"    every step refined: {within(passed, amounts).sum()} of {len(passed)} that pass")


def catalogued(formula: str) -> tuple[str, str]:
    """Name and family in the catalogue of the reference of a formula."""
    wanted = reduced_formula(parse_formula(formula))
    for slug, entry in CONFIG["catalogue"].items():
        if reduced_formula(parse_formula(entry["formula"])) == wanted:
            return slug, entry["family"]
    raise InputError(f"catalogue: no entry is {formula}")


def compositions(general: str) -> NDArray[np.float64]:
    """(n, 96) compositions of a general formula such as SrCu2-x-yZn_xNi_yO3, over `LETTERS`, none negative.

    Each term of an amount is a number or a letter with a sign; an element without an amount has 1.
    """
    parts = re.findall(r"([A-Z][a-z]?)((?:[-+_]?(?:[\d.]+|[xyz]))*)", re.sub("[{}]", "", general))
    letters = sorted(set(re.findall("[xyz]", general)))
    values = np.array(list(itertools.product(LETTERS, repeat=len(letters)))).reshape(-1, len(letters))
    amounts = np.zeros((len(values), N_ELEMENTS))
    for symbol, text in parts:
        for sign, term in re.findall(r"([-+]?)_?([\d.]+|[xyz])", text or "1"):
            term_values = values[:, letters.index(term)] if term in letters else float(term)
            amounts[:, ATOMIC_NUMBER[symbol] - 1] += -term_values if sign == "-" else term_values
    return amounts[(amounts >= -TOLERANCE).all(axis=1)].clip(min=0)


def own_test(run: Path, amounts: NDArray[np.float64], family: str) -> str:
    """The first test of the published compositions themselves, of which only novel ones count."""
    known = tables.read(run / "prepare/compounds.parquet", COMPOUNDS, ["formula", "amounts"])
    members = amounts[thinned(amounts, CONFIG["cluster"]["spacing"])]
    distance, row = CompositionIndex(tables.matrix(known["amounts"])).nearest(members)
    novel = distance >= CONFIG["screen"]["novel_radius"] - TOLERANCE
    if not novel.any():
        return "none of its compositions is novel"
    found = novelty_test(
        float(np.median(distance[novel])), version=family, n_elements=int(np.median((members > 0).sum(axis=1))),
        blocks=Blocks.of(tables.read(run / "cluster/blocks.parquet", BLOCKS)),
        fewest_families=CONFIG["cluster"]["fewest_families"],
    )  # fmt: skip
    near = most_common(known["formula"].take(row[novel]).to_pylist())
    return f"T {np.median(distance[novel]):.3f}, p {found.p_value:.3f} (smallest {found.smallest:.3f}); near {near}"


def reached(run: Path, source: str, amounts: NDArray[np.float64]) -> Iterator[str]:
    """What a source drew of a family: one line of samples, one of each group that holds some."""
    columns = ["id", "amounts", "basic_pass", "novel", "distance_to_known", "nearest_known"]
    drawn = tables.read(run / f"screen/{source}/screened.parquet", SCREENED, columns).to_pandas()
    drawn = drawn[drawn["basic_pass"]]
    vectors = np.stack(drawn["amounts"].to_list())
    found = drawn[within(vectors, amounts)]
    yield f"{source}: {len(found)} of {len(drawn)}, novel {found['novel'].sum()}"
    placed = tables.read(run / f"cluster/{source}/clustered.parquet", CLUSTERED, ["id", "known", "group"]).to_pandas()
    of_group = found.merge(placed[~placed["known"] & placed["group"].notna()], on="id").groupby("group")
    for row in tables.read(run / "cluster/families.parquet", FAMILIES).to_pylist():
        if row["source"] == source and row["group"] in of_group.groups:
            inside = of_group.get_group(row["group"])
            tests = [(name, row[name]) for name in ("p_novel", "p_footprint", "q_value") if row[name] is not None]
            values = ", ".join(f"{name} {value:.3f}" for name, value in tests)
            yield (
                f"  group {row['group']}: {len(inside)} of {row['compounds']}, {values}, "
                f"{'new' if row['new_family'] else 'not new'}; they lie {inside['distance_to_known'].median():.3f} "
                f"from {most_common(inside['nearest_known'].to_list())}"
            )


def within(vectors: NDArray[np.floating], amounts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) which of some samples hold all elements of a family and lie within `RADIUS` of one of its compositions."""
    hit = (vectors[:, amounts.max(axis=0) > 0] > 0).all(axis=1)
    hit[hit] = CompositionIndex(amounts).nearest(vectors[hit])[0] <= RADIUS + TOLERANCE
    return hit


@cache
def every_step_refined(run: Path, slug: str, samples: int) -> NDArray[np.float32]:
    """Samples around a reference by ILVR as published, so many of each scale, that pass the basic checks."""
    formula, family = (CONFIG["catalogue"][slug][key] for key in ("formula", "family"))
    compounds = tables.read(run / "prepare/compounds.parquet", COMPOUNDS)
    y = read_reference(formula, compounds.select(list(COLUMNS)), family)
    parts = methods(CONFIG, run / "train" / family, y, family)[AS_PUBLISHED]
    seeds = {part: derive(SEED, "benchmark", "published families", slug, part) for part in parts}
    drawn = np.concatenate([draw(samples, seeds[part]) for part, draw in parts.items()])
    return drawn[Ruler(compounds, family).basic_pass(drawn)]


def most_common(formulas: list[str]) -> str:
    """The three most frequent of some formulas."""
    return ", ".join(formula for formula, _ in Counter(formulas).most_common(3))


if __name__ == "__main__":
    start(main)
