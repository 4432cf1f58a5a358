"""What generators write, beside the data they learned from: rates, fidelity to held-out compounds, memorising, cost.

For each family a tenth of its compositions is held out at random, the generator is trained on the rest by the stages
of the workflow, and its samples are measured with the same ruler as the training compounds, their random half, training
compounds with noise, and the published samples. On an idle machine:

    python -m benchmarks.generation [--run results/small] [--quick]
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.generation.absurdities import absurdities
from benchmarks.generation.contenders import Trained, noisy, published
from benchmarks.generation.costs import published_costs
from benchmarks.generation.fidelity import Reference, fidelity, missed_sets, ratios
from benchmarks.generation.holdout import Holdout, hold_out
from benchmarks.generation.rates import Ruler, share
from benchmarks.generation.setting import FAMILIES, Row
from benchmarks.inputs import CONFIG, ROOT, SEED, parsed, parser, quick_config, start
from benchmarks.record import origin, write
from superdrift.io.tables import read
from superdrift.superconductors.tables import COMPOUNDS

SAMPLES, SAMPLES_IF_QUICK = 500_000, 300
CHOICES = ("samples", "model", "element_temperature", "one", "keep_flagged")
"""Arguments that the provenance names."""
TIMED_ROWS, TIMED_ROWS_IF_QUICK = 1000, 10
"""Compounds of the denoising step whose time is taken."""
TIMED = "ours, timed"
"""Contender of the rows of --timed."""
NULL_SAMPLES = 100_000
"""Training compounds with noise: as many are drawn; their rates hardly depend on the number."""


def main() -> None:
    """Measure, print and write benchmarks/generation.parquet."""
    options = parser("generation", __doc__)
    options.add_argument("--samples", type=int, help=f"of each family; {SAMPLES:,}, or {SAMPLES_IF_QUICK} if quick")
    options.add_argument("--families", nargs="+", choices=FAMILIES, help="all, or cuprates if quick")
    options.add_argument("--model", default=CONFIG["train"]["model"], choices=list(CONFIG["models"]))
    options.add_argument("--element-temperature", type=float, help="of the sampler; that of config.yaml without")
    options.add_argument(
        "--one", type=int, metavar="STEPS", help="one model of everything, asked for each family; a --work of its own"
    )
    options.add_argument("--keep-flagged", action="store_true", help="train on flagged rows too")
    options.add_argument(
        "--timed", type=int, metavar="N", help="only time N samples of each family, by models that --work holds; idle"
    )
    options.add_argument("--work", type=Path, help="folder for models; what is there already is not made again")
    arguments = parsed(options)
    arguments.samples = arguments.samples or (SAMPLES_IF_QUICK if arguments.quick else SAMPLES)
    arguments.families = arguments.families or (["cuprates"] if arguments.quick else list(FAMILIES))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if arguments.quick else ROOT / "results" / "benchmark-generation"
        measure(arguments, arguments.work or kept)


def measure(arguments: argparse.Namespace, work: Path) -> None:
    """Train, draw and measure each family; the table is written after each."""
    compounds = read(arguments.compounds, COMPOUNDS)
    config = quick_config() if arguments.quick else CONFIG
    ours = Trained(
        work, compounds, config, arguments.model, count=arguments.timed or arguments.samples,
        keep_flagged=arguments.keep_flagged, element_temperature=arguments.element_temperature, one=arguments.one,
    )  # fmt: skip
    chosen = {name: getattr(arguments, name) for name in CHOICES}
    where = origin(arguments.compounds, torch=torch.__version__, **chosen)
    if arguments.timed:
        write(arguments.output, timed(arguments.families, ours), where, part="contender")
        return
    costs = published_costs(work, arguments.samples, rows=TIMED_ROWS_IF_QUICK if arguments.quick else TIMED_ROWS)
    rows = [Row("any", "published configuration", *cost) for cost in costs]
    print_table("any", rows)
    for family in arguments.families:
        found = measured(family, hold_out(compounds, family), Ruler(compounds, family), ours)
        print_table(family, found)
        rows += found
        write(arguments.output, [row._asdict() for row in rows], where, part="family")


def timed(families: list[str], ours: Trained) -> list[dict[str, Any]]:
    """Rows of the time that a few samples of each family take; how long models that were there trained says nothing."""
    costs = [(family, cost) for family in families for cost in ours.samples(family)[1]]
    rows = [Row(family, TIMED, *cost) for family, cost in costs if not cost[0].startswith("training")]
    for row in rows:
        print_table(row.family, [row])
    return [row._asdict() for row in rows]


def measured(family: str, data: Holdout, ruler: Ruler, ours: Trained) -> list[Row]:
    """All measurements of one family."""
    drawn, costs = ours.samples(family)
    null = noisy(data.train, ruler.check, min(NULL_SAMPLES, ours.count))
    rows = [Row(family, "ours", *cost) for cost in costs]
    contenders = {
        "ours": drawn, "training + noise": null, "training": data.train, "training, all rows": data.every,
        "held out": data.held_out, "random half": data.half,
    }  # fmt: skip
    for name, amounts in contenders.items():
        rows += [Row(family, name, *rate) for rate in ruler.rates(amounts)]
        rows += [Row(family, name, *rate) for rate in absurdities(amounts, data.train)]
    rows += [Row(family, "published", *rate) for rate in published(family, ruler)]
    reference = Reference(data.train, data.held_out, data.tc_k)
    equal = {"ours": drawn, "training + noise": null, "random half": data.half}
    stream = np.random.default_rng(SEED)
    for name, amounts in equal.items():
        rows += [Row(family, name, *measure) for measure in fidelity(reference, same_size(amounts, data.half, stream))]
    for name in ("ours", "training + noise"):
        missed = missed_sets(data.held_out, equal[name][: len(null)])
        rows.append(
            Row(family, name, *share(f"held-out element sets missed by {len(null):,} samples", missed, len(missed)))
        )
        compared = ratios(reference, same_size(equal[name], data.half, stream), data.half, stream)
        rows += [Row(family, f"{name} / random half", *ratio) for ratio in compared]
    return rows


def same_size(amounts: np.ndarray, other: np.ndarray, stream: np.random.Generator) -> np.ndarray:
    """As many random rows of `amounts` as `other` has (all where it has fewer)."""
    return amounts[stream.permutation(len(amounts))[: len(other)]]


def print_table(family: str, rows: list[Row]) -> None:
    """One line per measurement."""
    for row in rows:
        interval = "" if row.low is None else f"[{row.low:.4g}, {row.high:.4g}]"
        print(
            f"{family:<11} {row.contender:<31} {row.measure:<44} {row.value:>12.5g} {interval} n={row.n:,}", flush=True
        )


if __name__ == "__main__":
    start(main)
