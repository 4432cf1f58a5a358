"""Samples on request: is the Tc that was asked for there, by a judge that never saw the generator's compounds?

The known compounds are halved by chemical system, near-duplicates merged: the generator learns from one half, the
estimators that judge it from the other. Tc: the share of samples, at least 0.02 from everything known, that the judge
puts at or above the Tc asked for, beside samples that nothing was asked of, by guidance. Elements: how often each
occurs in samples held to a restriction, beside those of free samples that happen to hold it:

    python -m benchmarks.requests [--run results/small] [--quick] [--work FOLDER]

Writes benchmarks/requests.parquet and docs/figures/guidance.svg.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from benchmarks.generation.rates import Ruler
from benchmarks.inputs import CONFIG, ROOT, SEED, first_half, generator_of, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from benchmarks.requests.figure import draw
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.elements import SYMBOLS
from superdrift.io.tables import matrix, read
from superdrift.run.seeds import derive, generator
from superdrift.run.settings import from_mapping
from superdrift.statistics.intervals import grouped_share
from superdrift.superconductors.generation.model import Model
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.sampling import Sampling
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.fitting import fit
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, distinct

THRESHOLDS_K = (30.0, 60.0, 90.0, 120.0)
GUIDANCES, GUIDANCES_IF_QUICK = (0.0, 1.0, 2.0, 4.0), (1.0,)
SAMPLES, SAMPLES_IF_QUICK = 5000, 60
"""Drawn for each request."""
RESTRICTED, RESTRICTED_IF_QUICK = 100_000, 300
"""Drawn for the frequencies of elements, held and free."""
RESTRICTIONS = {
    "no Hg, Tl, Pb, Cd": Request(forbidden=frozenset({"Hg", "Tl", "Pb", "Cd"})),
    "with Ba and O": Request(required=frozenset({"Ba", "O"})),
    "only Ba, Ca, Cu, La, O, Sr, Y": Request(allowed=frozenset({"Ba", "Ca", "Cu", "La", "O", "Sr", "Y"})),
}


def main() -> None:
    """Measure, print, write benchmarks/requests.parquet, draw."""
    options = parser("requests", __doc__)
    options.add_argument("--work", type=Path, help="folder for the model; what is there already is not made again")
    options.add_argument("--restricted", type=int, help=f"samples of each restriction; {RESTRICTED:,}")
    arguments = parsed(options)
    arguments.restricted = arguments.restricted or (RESTRICTED_IF_QUICK if arguments.quick else RESTRICTED)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if arguments.quick else ROOT / "results" / "benchmark-requests"
        rows = list(measured(arguments, arguments.work or kept))
    for row in rows:
        print(
            "{request:<32} guidance {guidance:<4} {metric:<34} {value:8.4f} [{low:.4f}, {high:.4f}]  n = {n}".format(
                **row
            )
        )
    write(arguments.output, rows, origin(arguments.compounds, samples=SAMPLES, restricted=arguments.restricted))
    draw(rows, (arguments.output.parent if arguments.quick else ROOT / "docs" / "figures") / "guidance.svg")


def measured(arguments: argparse.Namespace, work: Path) -> Iterator[Row]:
    """All rows of the table."""
    config = quick_config() if arguments.quick else CONFIG
    compounds = read(arguments.compounds, COMPOUNDS)
    settings = from_mapping(FitSettings, {**config["estimate"], "repeats": 1}, place="estimate")
    first = first_half(compounds, settings)
    model = generator_of(compounds.filter(pa.array(first)), config, work)
    rest = distinct(compounds.filter(pa.array(~first)).select(COLUMNS), settings.exclude_flags)
    judge = Judge(fit(rest, settings, seed=SEED).estimator, Ruler(compounds, "everything"))
    n = SAMPLES_IF_QUICK if arguments.quick else SAMPLES
    free = drawn(model, n, None, 0.0)
    for threshold in THRESHOLDS_K:
        name = f"Tc at least {threshold:g} K"
        base = np.asarray(compounds["tc_consensus_k"].to_numpy(zero_copy_only=False), dtype=np.float64)[first]
        known = matrix(compounds["amounts"])[first][~np.isnan(base)]
        yield row(name, None, "training compounds that have it", base[~np.isnan(base)] >= threshold, known)
        yield from judged(name, None, free, threshold, judge)
        for guidance in GUIDANCES_IF_QUICK if arguments.quick else GUIDANCES:
            own = drawn(model, n, Request(tc_at_least_k=threshold), guidance)
            yield from judged(name, guidance, own, threshold, judge)
    yield from restricted(model, arguments.restricted)


def drawn(model: Model, n: int, request: Request | None, guidance: float) -> NDArray[np.float32]:
    """(n, 96) samples."""
    block = CONFIG["models"][CONFIG["train"]["model"]]["sampler"]
    sampler = {name: value["everything"] if isinstance(value, dict) else value for name, value in block.items()}
    sampling = Sampling(model, {**sampler, "guidance": guidance}, device=torch.device("cpu"), request=request)
    size, name = CONFIG["generate"]["batch_size"], ("benchmark", "requests", str(request))
    return np.concatenate([
        sampling.batch(min(size, n - start_at), derive(SEED, *name, start_at)) for start_at in range(0, n, size)
    ])  # fmt: skip


class Judge(NamedTuple):
    """Estimators that never saw the generator's compounds, and the ruler of all benchmarks of samples."""

    estimator: Estimator
    ruler: Ruler


def judged(
    request: str, guidance: float | None, amounts: NDArray[np.float32], threshold: float, judge: Judge
) -> Iterator[Row]:
    """Shares of some samples; intervals over chemical systems."""
    novel = judge.ruler.novel(amounts)
    new = amounts[novel]
    yield row(request, guidance, "novel", novel, amounts)
    yield row(request, guidance, "charge-valid", judge.ruler.charge_valid(amounts), amounts)
    if len(new):
        found = judge.estimator.estimate(new)
        yield row(request, guidance, "novel ones that have it, by the judge", found["tc_k"] >= threshold, new)
        yield row(request, guidance, "… by the lower end of its interval", found["tc_low_k"] >= threshold, new)
    systems = len(np.unique(element_set_numbers(amounts)))
    yield figure(request, guidance, "chemical systems", systems, len(amounts))


def restricted(model: Model, n: int) -> Iterator[Row]:
    """How far frequencies of elements, held to a restriction, are from those of free samples that hold it."""
    free = drawn(model, n, None, 0.0)
    for name, request in RESTRICTIONS.items():
        held, kept = drawn(model, n, request, 0.0), free[holds(free, request)]
        yield row(name, 0.0, "samples that hold it", holds(held, request), held)
        yield row(name, 0.0, "free samples that hold it", holds(free, request), free)
        if len(kept) < 2:
            continue
        halves = np.array_split(generator(SEED, "benchmark", "halves", name).permutation(len(kept)), 2)
        same = held[: len(halves[0])]
        yield figure(name, 0.0, "distance of element frequencies", distance(same, kept[halves[1]]), len(kept))
        yield figure(name, 0.0, "… of two halves of the free ones", distance(*(kept[h] for h in halves)), len(kept))


def holds(amounts: NDArray[np.float32], request: Request) -> NDArray[np.bool_]:
    """(n,) samples that have the required elements and none that is not allowed."""
    there = amounts > 0
    columns = {
        name: [SYMBOLS.index(s) for s in getattr(request, name)] for name in ("required", "forbidden", "allowed")
    }
    found = there[:, columns["required"]].all(axis=1) & ~there[:, columns["forbidden"]].any(axis=1)
    if request.allowed:
        found &= ~np.delete(there, columns["allowed"], axis=1).any(axis=1)
    return found


def distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Mean over the elements of the difference of their frequencies, weighted by how frequent they are."""
    a, b = (one > 0).mean(axis=0), (other > 0).mean(axis=0)
    return float(np.abs(a - b).sum() / np.maximum((a + b).sum() / 2, 1e-9))


def row(
    request: str, guidance: float | None, metric: str, hits: NDArray[np.bool_], amounts: NDArray[np.float32]
) -> Row:
    """A share with its interval over chemical systems."""
    value, low, high = grouped_share(hits, element_set_numbers(amounts))
    return {"request": request, "guidance": _words(guidance), "metric": metric, "value": value, "low": low,
            "high": high, "n": len(hits)}  # fmt: skip


def figure(request: str, guidance: float | None, metric: str, value: float, n: int) -> Row:
    """A number without an interval."""
    return {"request": request, "guidance": _words(guidance), "metric": metric, "value": float(value),
            "low": float(value), "high": float(value), "n": n}  # fmt: skip


def _words(guidance: float | None) -> str:
    return "none" if guidance is None else f"{guidance:g}"


if __name__ == "__main__":
    start(main)
