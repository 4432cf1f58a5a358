"""How long 500,000 rows take: screening, both projections, distinct compounds; and SMACT's own check in a loop.

The rows are the samples of a finished run, each repeated with one of its amounts changed by up to 0.30, so that nearly
all are different compounds. The stages run as the workflow runs them, reading and writing Parquet, compiled code
cached. On an otherwise idle machine:

    python -m benchmarks.screening [--run results/small] [--rows 500000] [--quick]
"""

import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from smact.screening import smact_validity

from benchmarks.inputs import CONFIG, parsed, parser, sampled_families, samples_path, stage, start, varied_samples
from benchmarks.record import origin, write
from superdrift.charges.oxidation_state_sets import OXIDATION_SETS
from superdrift.charges.smact_rule import published_validity
from superdrift.composition.atom_counts import published_counts, whole_counts
from superdrift.composition.formulas import count_formulas
from superdrift.composition.greedy_net import greedy_net
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io import tables
from superdrift.superconductors.tables import COMPOUNDS, PROJECTED, SAMPLES, SCREENED


class Sizes(NamedTuple):
    """How many: rows screened; rows of each family judged by SMACT's default set, and by each of the others."""

    rows: int
    default_set: int
    other_sets: int


FULL, QUICK = Sizes(500_000, 20_000, 2000), Sizes(5000, 200, 20)


def main() -> None:
    """Measure, print and write benchmarks/screening.parquet."""
    options = parser("screening", __doc__)
    options.add_argument("--rows", type=int, help=f"how many are screened; {FULL.rows:,}, or {QUICK.rows:,} if quick")
    arguments = parsed(options)
    compounds, sizes = arguments.compounds, QUICK if arguments.quick else FULL
    families = sampled_families(arguments.run)
    amounts = varied_samples(arguments.run, families, arguments.rows or sizes.rows)
    with tempfile.TemporaryDirectory() as folder:
        results = [*stages(Path(folder), compounds, amounts), *pieces(compounds, amounts)]
        results += loop(amounts, few=sizes.other_sets)
        results += [row for family in families for row in agreement(arguments.run, family, sizes)]
    for row in results:
        print("{measurement:<44} {value:>12.4g} {unit:<8} {n:>9,}".format(**row))
    write(arguments.output, results, origin(compounds))


def stages(folder: Path, compounds: Path, amounts: NDArray[np.float32]) -> list[dict[str, Any]]:
    """Seconds of the stages project and screen on all rows."""
    sizes = [min(1000, len(amounts)), len(amounts)]  # the first compiles and fills the cache
    results = []
    for n in sizes:
        columns = {"id": np.arange(n), "amounts": amounts[:n]}
        tables.write(folder / "samples.parquet", SAMPLES, columns, {})
        for rule in ("none", "charge_valid", "published"):
            seconds = project(folder, compounds, rule)
            if rule != "none":
                results.append(row(f"project on {rule}", seconds, "s", n))
            if rule != "published":
                results.append(row(f"screen, rule {rule}", screen(folder, compounds), "s", n))
            data = tables.read(folder / "projected.parquet", PROJECTED, ["moved"])
            if rule != "none":
                results.append(row(f"moved by {rule}", float((data["moved"].to_numpy() > 0).mean()), "share", n))
            if rule == "charge_valid":
                results += rates(folder, n)
    return [result for result in results if result["n"] == len(amounts)]


def rates(folder: Path, n: int) -> list[dict[str, Any]]:
    """Charge-valid shares before and after projection."""
    data = tables.read(folder / "screened.parquet", SCREENED, ["charge_valid_raw", "charge_valid"])
    return [
        row(name, float(np.mean([v is True for v in data[name].to_pylist()])), "share", n)
        for name in ("charge_valid_raw", "charge_valid")
    ]


def project(folder: Path, compounds: Path, rule: str) -> float:
    """Seconds of the stage project."""
    block = CONFIG["screen"]
    settings = CONFIG["project"] | {"rule": rule, "noise_floor": 0.0}
    settings |= {key: block[key] for key in ("oxidation_states", "charge", "batch_size", "threads")}
    paths = {"samples": folder / "samples.parquet", "compounds": compounds, "projected": folder / "projected.parquet"}
    return stage("project", settings, **paths)


def screen(folder: Path, compounds: Path) -> float:
    """Seconds of the stage screen."""
    settings = CONFIG["screen"] | {"n_elements": CONFIG["screen"]["n_elements"]["everything"], "noise_floor": 0.0}
    names = ("samples", "projected", "screened")
    return stage("screen", settings, compounds=compounds, **{name: folder / f"{name}.parquet" for name in names})


def pieces(compounds: Path, amounts: NDArray[np.float32]) -> list[dict[str, Any]]:
    """Seconds of the distinct count, of nearest compounds for four times as many rows, and of the published rule."""
    positive = amounts[amounts.sum(axis=1) > 0]
    index = CompositionIndex(tables.matrix(tables.read(compounds, COMPOUNDS, ["amounts"])["amounts"]))
    index.nearest(positive[:10])
    results = []
    started = time.perf_counter()
    kept = int(greedy_net(positive, CONFIG["screen"]["novel_radius"]).sum())
    results.append(row("distinct (greedy net at 0.02)", time.perf_counter() - started, "s", len(positive)))
    results.append(row("distinct", kept, "rows", len(positive)))
    started = time.perf_counter()
    for _ in range(4):
        index.nearest(positive)
    results.append(row("nearest known compound", time.perf_counter() - started, "s", 4 * len(positive)))
    return results


def loop(amounts: NDArray[np.float32], *, few: int) -> list[dict[str, Any]]:
    """Microseconds per compound of the published rule, ours on all rows and SMACT's own on a few."""
    positive = amounts[amounts.sum(axis=1) > 0]
    started = time.perf_counter()
    published_validity(whole_counts(positive))
    ours = (time.perf_counter() - started) / len(positive)
    formulas = count_formulas(whole_counts(positive[:few]))
    started = time.perf_counter()
    for formula in formulas:
        smact_validity(formula, oxidation_states_set="smact14")
    theirs = (time.perf_counter() - started) / few
    return [
        row("published rule, compiled, formulas to verdicts", ours * 1e6, "µs", len(positive)),
        row("published rule, SMACT in a loop", theirs * 1e6, "µs", few),
        row("ratio", theirs / ours, "1", few),
    ]


def agreement(run: Path, family: str, sizes: Sizes) -> list[dict[str, Any]]:
    """Verdicts on samples of one family that differ from SMACT's, for each of its sets of oxidation states."""
    amounts = tables.matrix(tables.read(samples_path(run, family), SAMPLES, ["amounts"])["amounts"])
    amounts = amounts[(amounts >= 0).all(axis=1) & (amounts.sum(axis=1) > 0)]
    counts = published_counts(amounts)
    results = [differing(counts[(counts > 0).any(axis=1)][: sizes.default_set], "smact14", family)]
    few = whole_counts(amounts[(amounts > 0).sum(axis=1) <= 5][: sizes.other_sets])
    return results + [differing(few, name, family) for name in OXIDATION_SETS if name != "smact14"]


def differing(counts: NDArray[np.int64], oxidation_states: str, family: str) -> dict[str, Any]:
    """Number of verdicts that differ."""
    import warnings  # noqa: PLC0415 - SMACT warns of one of its sets on every call

    warnings.simplefilter("ignore")
    formulas = count_formulas(counts)
    theirs = [smact_validity(formula, oxidation_states_set=oxidation_states) for formula in formulas]
    ours = published_validity(counts, oxidation_states=oxidation_states)
    return row(
        f"verdicts unlike SMACT's: {family}, {oxidation_states}", float((ours != theirs).sum()), "rows", len(ours)
    )


def row(measurement: str, value: float, unit: str, n: int) -> dict[str, Any]:
    """One row of the results."""
    return {"measurement": measurement, "value": value, "unit": unit, "n": n}


if __name__ == "__main__":
    start(main)
