"""What generators write, beside the data they learned from: rates, fidelity to held-out compounds, memorising, cost.

For each version a tenth of its compositions is held out at random, the generator is trained on the rest by the stages
of the workflow, and its samples are measured with the same ruler as the training compounds, their random half, training
compounds with noise, and the published samples. Run after
`snakemake --configfile workflow/presets/small.yaml results/small/prepare/compounds.parquet`, on an idle machine:

    python benchmarks/generation results/small/prepare/compounds.parquet
"""

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from contenders import Trained, noisy, published
from costs import published_costs
from fidelity import Reference, fidelity, missed_sets, ratios
from holdout import Holdout, hold_out
from rates import Ruler, share
from setting import CONFIG, FAMILIES, SEED, Row

from superdrift.io.tables import METADATA_KEY, read
from superdrift.superconductors.tables import COMPOUNDS

HERE = Path(__file__).resolve().parent
NULL_SAMPLES = 100_000
"""Training compounds with noise: as many are drawn; their rates hardly depend on the number."""


def main() -> None:
    """Measure, print and write benchmarks/generation.parquet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("compounds", type=Path, help="compounds.parquet of a run on SuperCon")
    parser.add_argument("--samples", type=int, default=500_000)
    parser.add_argument("--families", nargs="+", default=list(FAMILIES), choices=FAMILIES)
    parser.add_argument("--model", default=CONFIG["train"]["model"], choices=list(CONFIG["models"]))
    parser.add_argument("--element-temperature", type=float, help="of the sampler; that of config.yaml without")
    parser.add_argument("--keep-flagged", action="store_true", help="train on flagged rows too")
    parser.add_argument("--work", type=Path, default=Path("results/benchmark-generation"), help="folder for models")
    parser.add_argument("--output", type=Path, default=HERE.with_suffix(".parquet"))
    arguments = parser.parse_args()
    compounds = read(arguments.compounds, COMPOUNDS)
    ours = Trained(
        arguments.work, compounds, arguments.model, count=arguments.samples, keep_flagged=arguments.keep_flagged,
        element_temperature=arguments.element_temperature,
    )  # fmt: skip
    rows = [Row("any", "published configuration", *cost) for cost in published_costs(arguments.work, arguments.samples)]
    print_table("any", rows)
    for family in arguments.families:
        found = measured(family, hold_out(compounds, family), Ruler(compounds, family), ours)
        print_table(family, found)
        rows += found
        write(rows, arguments)


def measured(family: str, data: Holdout, ruler: Ruler, ours: Trained) -> list[Row]:
    """All measurements of one version."""
    drawn, costs = ours.samples(family)
    null = noisy(data.train, ruler.check, min(NULL_SAMPLES, ours.count))
    rows = [Row(family, "ours", *cost) for cost in costs]
    contenders = {
        "ours": drawn, "training + noise": null, "training": data.train, "training, all rows": data.every,
        "held out": data.held_out, "random half": data.half,
    }  # fmt: skip
    for name, amounts in contenders.items():
        rows += [Row(family, name, *rate) for rate in ruler.rates(amounts)]
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


def write(rows: list[Row], arguments: argparse.Namespace) -> None:
    """The table so far, with its origin; versions measured by an earlier call stay in it."""
    measured_now = {row.family for row in rows}
    origin: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores", "torch": torch.__version__,
        "date": datetime.now(UTC).date().isoformat(), "samples": arguments.samples, "model": arguments.model,
        "element_temperature": arguments.element_temperature, "keep_flagged": arguments.keep_flagged,
    }  # fmt: skip
    before, origins = [], {}
    if arguments.output.exists():
        earlier = pq.read_table(arguments.output)
        before = [row for row in earlier.to_pylist() if row["family"] not in measured_now]
        origins = json.loads(earlier.schema.metadata[METADATA_KEY])
    table = pa.Table.from_pylist([*before, *(row._asdict() for row in rows)])
    origins |= dict.fromkeys(sorted(measured_now), origin)
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(origins)}), arguments.output)


if __name__ == "__main__":
    main()
