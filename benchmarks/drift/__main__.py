"""Is a climb real? The drift and its rivals at equal calls, judged by a model of another kind on other compounds.

The known compounds are halved by chemical system, near-duplicates merged, alike in family and Tc. Generator, climbed
ensemble and VAE learn from one half; the judge, the estimators of a run, from the other; then the halves are swapped.
From YBa2Cu3O7 and 200 compounds of all families below 60 K every search may ask its objective equally often, and
names one candidate per start that passes the checks, before anything is judged:

    python -m benchmarks.drift [--run results/small] [--quick] [--work FOLDER] [--seeds 5] [--calls 310]

Writes benchmarks/drift.parquet and docs/figures/drift.svg. What is in the folder already is not made again.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.drift.figure import draw
from benchmarks.drift.halved import Half, halved
from benchmarks.drift.published import searched
from benchmarks.drift.searches import (
    Search,
    Setting,
    ascent,
    best_of_n,
    direct_gradient,
    genetic,
    inpainted,
    sampler,
    substitution,
)
from benchmarks.generation.rates import Ruler
from benchmarks.inputs import CONFIG, ROOT, SEED, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from superdrift.composition.formula import parse_formula
from superdrift.composition.formulas import formulas
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions, distinct_compositions, to_vector
from superdrift.io.tables import matrix, read
from superdrift.run.seeds import generator
from superdrift.run.settings import from_mapping
from superdrift.statistics.bootstrap import bootstrapped
from superdrift.statistics.multiple_testing import holm
from superdrift.superconductors.check.formulas import check
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.data.row_selection import superconducting, unflagged
from superdrift.superconductors.drift.ascent import Ascent
from superdrift.superconductors.drift.judgement import NONE, Found, best_so_far, choose, gains, ordinary_gap
from superdrift.superconductors.drift.objective import Objective
from superdrift.superconductors.drift.transport import transport_of
from superdrift.superconductors.generation.conditions import conditions
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.settings.drift_ascent import AscentSettings, ObjectiveSettings
from superdrift.superconductors.tables import COMPOUNDS

FAMILIES = ("cuprates", "pnictides", "others")
STARTS, STARTS_IF_QUICK = 200, 6
"""Compounds to start from, beside `FIRST`, as many of each family as of any other."""
FIRST, BELOW_K = "YBa2Cu3O7", 60.0
CALLS, CALLS_IF_QUICK = 310, 62
"""Calls of the objective for each start: ten steps of one trajectory of the published drift, at 31 a step."""
TRAJECTORIES = 2
"""Of our climb from each start; few long ones reach higher than many short ones at the same number of calls."""
SEEDS, SEEDS_IF_QUICK = 5, 1
CHECKED = 30
"""Compounds of each start, the best by the search's objective, of which the first that passes the checks counts."""
HULL_QUANTILE = 0.95
"""Of the known superconductors' predicted distances to the hull; a candidate farther from it has failed."""
TOP = 10
"""Compounds whose mean against calls is the measure of how fast a search is."""
OURS = "drift"
HIT = 0.02
"""Half L1; a compound of the judge's half this near to what was met has been found, its measured Tc judges."""
SEARCHES: dict[str, Search] = {
    OURS: partial(ascent, families="any"),
    "drift, with gradient": partial(ascent, families="any", gradient_share=0.2),
    "drift, within the family": partial(ascent, families="own"),
    "best of N of the generator": best_of_n,
    "element substitution": substitution,
    "genetic algorithm": genetic,
    "direct gradient": direct_gradient,
}
PUBLISHED, WALK = "published drift", "random walk in its latent space"
"""By the predictor of their own, which the published drift climbs."""
AROUND = {"samples around the start": inpainted}
"""Half a minute a start and seed, with `--around` alone."""
VARIANTS = ("drift, with gradient", "drift, within the family")
"""Of our own, with one seed."""
METRIC = "G: judged gain of the one candidate, K"


class Judged(NamedTuple):
    """Of one search with one seed; each (starts,).

    Attributes:
        gain: judged, K; 0 where it failed.
        climbed: of the candidate by the objective's ensemble, K; of the start where there is none.
        control: by the ensemble of other seeds.
        judge: by the judge; of the start where there is none.
        passed: whether there is a candidate that passes all checks and is not abstained from.
        area: mean value of the best ten against calls.
        formula: of the candidate; empty where there is none.
    """

    gain: NDArray[np.float64]
    climbed: NDArray[np.float64]
    control: NDArray[np.float64]
    judge: NDArray[np.float64]
    passed: NDArray[np.bool_]
    area: NDArray[np.float64]
    formula: NDArray[np.str_]


def main() -> None:
    """Measure, print, write benchmarks/drift.parquet, draw."""
    options = parser("drift", __doc__)
    options.add_argument("--work", type=Path, help="folder for models and searches; what is there is not made again")
    options.add_argument("--seeds", type=int, help=f"of every search; {SEEDS}")
    options.add_argument("--swapped-seeds", type=int, help="with the halves swapped; as many as --seeds")
    options.add_argument("--half", choices=("first", "second"), help="climb on one half alone, to share the work")
    options.add_argument("--around", action="store_true", help="samples around each start too; hours")
    options.add_argument("--calls", type=int, help=f"of the objective for each start; {CALLS}")
    arguments = parsed(options)
    quick = arguments.quick
    arguments.seeds = arguments.seeds or (SEEDS_IF_QUICK if quick else SEEDS)
    arguments.swapped_seeds = arguments.seeds if arguments.swapped_seeds is None else arguments.swapped_seeds
    arguments.calls = arguments.calls or (CALLS_IF_QUICK if quick else CALLS)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if quick else ROOT / "results" / "benchmark-drift"
        rows = list(measured(arguments, arguments.work or kept))
    for row in rows:
        print("{half:<7} {search:<28} {metric:<58} {value:9.3f} [{low:.3f}, {high:.3f}]  n = {n}".format(**row))
    more = {"calls": arguments.calls, "seeds": arguments.seeds, "swapped_seeds": arguments.swapped_seeds}
    write(arguments.output, rows, origin(arguments.compounds, **more), part="half")
    if arguments.half is None:
        draw(rows, (arguments.output.parent if quick else ROOT / "docs" / "figures") / "drift.svg")


def measured(arguments: argparse.Namespace, work: Path) -> Iterator[Row]:
    """All rows of the table."""
    torch.set_num_threads(1)
    config = quick_config() if arguments.quick else CONFIG
    compounds = read(arguments.compounds, COMPOUNDS)
    first, second = halved(compounds, config, work)
    ruler = Ruler(compounds, "everything")
    for climbed, judging, seeds in ((first, second, arguments.seeds), (second, first, arguments.swapped_seeds)):
        if seeds and arguments.half in (None, climbed.name):
            yield from Experiment(climbed, judging, ruler, arguments).rows(range(seeds))


class Experiment:
    """Searches on one half, judged by the other.

    Args:
        climbed: the half that is climbed on.
        judging: the other.
        ruler: checks against all known compounds.
        arguments: of the command line.
    """

    def __init__(self, climbed: Half, judging: Half, ruler: Ruler, arguments: argparse.Namespace) -> None:
        self.half, self.judging, self.ruler, self.arguments = climbed, judging, ruler, arguments
        block = from_mapping(ObjectiveSettings, climbed.config["drift"]["objective"], place="drift.objective")
        self.searches = SEARCHES | {PUBLISHED: self._published(0), WALK: self._published(1)}
        self.searches |= AROUND if arguments.around else {}
        self.objective, self.control = (
            Objective(climbed.ensemble(seed), climbed.parts[0].amounts, block) for seed in (1, 2)
        )
        number = STARTS_IF_QUICK if arguments.quick else STARTS
        self.starts, tc_k, self.groups = starts(climbed, number)
        self.own = conditions(self.starts, tc_k)
        self.start_judged = judging.judge.estimate(self.starts)["tc_k"].astype(np.float64)
        self.hull_ev = self._hull_bound()

    def rows(self, seeds: range) -> Iterator[Row]:
        """Qualification of the judge, the searches, their comparison, and the curves along the steps."""
        yield from self._qualified()
        found: dict[str, list[Judged]] = {name: [] for name in self.searches}
        for seed in seeds:  # outermost, so that a run that is cut short has whole seeds
            for name, parts in found.items():
                if name not in VARIANTS or seed == seeds[0]:
                    parts.append(self._judged(name, seed))
        yield self._row("all", "bound of the distance to the hull, eV/atom", self.hull_ev, 1)
        for name, parts in found.items():
            yield from self._summary(name, parts)
        yield from self._compared(found)
        yield from self._curves(seeds[0])

    def _qualified(self) -> Iterator[Row]:
        """The judge on real compounds of the half that is climbed on, before any climb."""
        rows, tc_k, groups = real(self.half)
        told = self.judging.judge.estimate(rows)
        ok = told["applicable"].astype(bool)
        yield self._row("judge", "real compounds of the other half: applicable, share", float(ok.mean()), len(ok))
        error = np.abs(told["tc_k"] - tc_k)[ok]
        stream = generator(SEED, "benchmark", "drift", "judge")
        yield self._ranged("judge", "… MAE where applicable, K", bootstrapped(error, groups[ok], np.mean, stream), ok)
        slope = float(np.polyfit(told["tc_k"][ok], tc_k[ok], 1)[0])
        yield self._row("judge", "… slope of measured on judged Tc", slope, int(ok.sum()))
        held = ((told["tc_low_k"] <= tc_k) & (tc_k <= told["tc_high_k"]))[ok].astype(float)
        yield self._ranged("judge", "… within the interval, share", bootstrapped(held, groups[ok], np.mean, stream), ok)

    def _judged(self, name: str, seed: int) -> Judged:
        """One search, from the folder where it is there already."""
        words = f"{self.half.name}-{name.replace(' ', '-').replace(',', '')}-{seed}-{self.arguments.calls}"
        path = self.half.work / "searches" / f"{words}.npz"
        if path.is_file():
            with np.load(path, allow_pickle=False) as stored:
                return Judged(**{key: stored[key] for key in Judged._fields})
        setting = Setting(
            self.half.model, self.objective, self.starts, self.own, self.arguments.calls,
            {**self.half.config["drift"]["ascent"], "trajectories": TRAJECTORIES},
        )  # fmt: skip
        met = self.searches[name](setting, seed)
        chosen = choose(met, len(self.starts), self.ruler.new_and_sound, most=CHECKED)
        judged = self._of(met, chosen)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **judged._asdict(), hits=self._hits(met))
        print(f"{words}: G {judged.gain.mean():.2f} K, passed {judged.passed.mean():.2f}", flush=True)
        return judged

    def _published(self, which: int) -> Search:
        """The published drift (0) or its random walk (1) as a search; both come of one climb."""
        return lambda setting, seed: self._climbed_as_published(setting.calls, seed)[which]

    @lru_cache(maxsize=1)  # noqa: B019 - one experiment is alive at a time
    def _climbed_as_published(self, calls: int, seed: int) -> tuple[Found, Found]:
        return searched(self.half, self.starts, calls, seed)

    def _of(self, met: Found, chosen: NDArray[np.int64]) -> Judged:
        there, judge = np.flatnonzero(chosen != NONE), self.judging.judge
        rows = self.starts.copy()
        rows[there] = met.amounts[chosen[there]]
        names = np.array(formulas(rows))
        names[chosen == NONE] = ""
        far = np.zeros(len(rows), dtype=bool)
        if len(there):
            hull = check(list(names[there]), rows[there], None)["hull_distance_ev"].to_numpy(zero_copy_only=False)
            far[there] = np.nan_to_num(hull.astype(np.float64), nan=np.inf) > self.hull_ev
        kept = np.where(far, NONE, chosen)
        told = judge.estimate(rows)
        passed = (kept != NONE) & told["applicable"].astype(bool)
        return Judged(
            gains(kept, met, judge, self.start_judged), self.objective(rows).tc_k, self.control(rows).tc_k,
            told["tc_k"].astype(np.float64), passed,
            best_so_far(met, len(self.starts), self.arguments.calls, TOP), names,
        )  # fmt: skip

    def _hits(self, met: Found) -> NDArray[np.float64]:
        """(h, 2) value and measured Tc of the judge's compounds that the ten best of any start come within `HIT` of."""
        rows, tc_k, _ = real(self.judging)
        best = np.lexsort([-met.value, met.start])
        rank = np.arange(len(best)) - np.searchsorted(met.start[best], met.start[best])
        best = best[rank < TOP]
        best = best[distinct_compositions(atomic_fractions(met.amounts[best]))]
        away = CompositionIndex(self.half.parts[0].amounts).nearest(met.amounts[best])[0]
        distance, row = CompositionIndex(rows).nearest(met.amounts[best])
        hit = (distance <= HIT) & (away > HIT)
        return np.column_stack([self.objective(met.amounts[best[hit]]).tc_k, tc_k[row[hit]]])

    def _summary(self, name: str, parts: list[Judged]) -> Iterator[Row]:
        """Means over starts and seeds of one search, with intervals over chemical systems."""
        stream = generator(SEED, "benchmark", "drift", name)
        start = self.objective(self.starts).tc_k
        columns = {
            METRIC: np.mean([part.gain for part in parts], axis=0),
            "candidates that pass all checks, share": np.mean([part.passed for part in parts], axis=0),
            "climbed gain of the candidate, K": np.mean([part.climbed - start for part in parts], axis=0),
            "… by the ensemble of other seeds, K": np.mean([part.control - start for part in parts], axis=0),
            "… by the judge, checked or not, K": np.mean([part.judge - self.start_judged for part in parts], axis=0),
            "exploitation, K": np.mean([self._exploited(part) for part in parts], axis=0),
            "mean of the best ten against calls, K": np.mean([part.area for part in parts], axis=0),
            "judged at 100 K or more, share": np.mean([part.passed & (part.judge >= 100) for part in parts], axis=0),
        }
        for metric, values in columns.items():
            found = bootstrapped(values.astype(np.float64), self.groups, np.mean, stream)
            yield self._ranged(name, metric, found, values)
        highest = max(float(np.where(part.passed, part.judge, 0).max()) for part in parts)
        yield self._row(name, "highest judged Tc of a candidate, K", highest, len(self.starts))

    def _exploited(self, part: Judged) -> NDArray[np.float64]:
        """Predicted less judged Tc of each candidate, less what both disagree by on compounds nobody climbed to."""
        validation = self.half.parts[1].amounts
        ordinary = ordinary_gap(
            self.objective(validation).tc_k, self.judging.judge.estimate(validation)["tc_k"].astype(np.float64)
        )
        gap = part.climbed - part.judge - ordinary(part.climbed)
        return np.where(part.formula != "", gap, 0.0)

    def _compared(self, found: Mapping[str, list[Judged]]) -> Iterator[Row]:
        """Differences of G to ours, paired by start, with Holm's adjusted p-values."""
        mean = {name: np.mean([part.gain for part in parts], axis=0) for name, parts in found.items()}
        rivals = [name for name in found if not name.startswith(OURS)]
        stream = generator(SEED, "benchmark", "drift", "paired")
        intervals, p = [], []
        for name in rivals:
            gap = mean[OURS] - mean[name]
            draws: list[float] = []
            intervals.append(bootstrapped(gap, self.groups, partial(_noted, draws), stream))
            share = np.mean(np.array(draws[1:]) <= 0)
            p.append(min(1.0, 2 * max(min(share, 1 - share), 1 / len(draws))))
        for name, interval, adjusted in zip(rivals, intervals, holm(np.array(p)), strict=True):
            yield self._ranged(name, "G of ours less its, paired, K", interval, mean[name])
            yield self._row(name, "… p of no difference, Holm", float(adjusted), len(self.starts))

    def _curves(self, seed: int) -> Iterator[Row]:
        """Ensembles and judge along the steps of our own climb, one trajectory a start."""
        path = self.half.work / "searches" / f"{self.half.name}-curves-{seed}-{self.arguments.calls}.npz"
        if not path.is_file():
            block = {**self.half.config["drift"]["ascent"], "families": "any", "gradient_share": 0.0}
            np.savez_compressed(path, amounts=self._path(block, seed))
        with np.load(path) as stored:
            amounts = stored["amounts"]
        for step in range(amounts.shape[1]):
            rows = amounts[:, step]
            told = self.judging.judge.estimate(rows)
            curves = {
                "climbed": self.objective(rows).tc_k, "other seeds": self.control(rows).tc_k, "judge": told["tc_k"],
                "applicable": told["applicable"].astype(np.float64), "novel and sound": self.ruler.new_and_sound(rows),
                "spread": self.objective(rows).spread_k, "distance": self.objective(rows).distance,
            }  # fmt: skip
            for curve, values in curves.items():
                stream = generator(SEED, "benchmark", "drift", "curves", curve)
                found = bootstrapped(np.asarray(values, dtype=np.float64), self.groups, np.mean, stream)
                yield {**self._ranged("drift, curve", curve, found, rows), "step": step}

    def _path(self, block: dict[str, Any], seed: int) -> NDArray[np.float32]:
        """(starts, steps + 1, 96) of one trajectory of 30 steps a start."""
        settings = from_mapping(AscentSettings, block | {"trajectories": 1, "steps": 30}, place="drift.ascent")
        drawing = torch.Generator().manual_seed(seed)
        climber = Ascent(transport_of(self.half.model, sampler(), Request()), self.objective, settings, drawing)
        return climber.climb(self.starts, self.own).amounts

    def _hull_bound(self) -> float:
        """Distance to the hull that 95 % of the known superconductors predicted stay below, eV/atom."""
        rows, _, _ = real(self.half)
        some = rows[generator(SEED, "benchmark", "drift", "hull").permutation(len(rows))[:500]]
        found = check(formulas(some), some, None)["hull_distance_ev"].to_numpy(zero_copy_only=False).astype(np.float64)
        return float(np.nanquantile(found, HULL_QUANTILE))

    def _row(self, search: str, metric: str, value: float, n: int) -> Row:
        return {"half": self.half.name, "search": search, "metric": metric, "step": None, "value": value, "low": value,
                "high": value, "n": n}  # fmt: skip

    def _ranged(self, search: str, metric: str, found: tuple[float, float, float], of: NDArray[Any]) -> Row:
        return self._row(search, metric, found[0], len(of)) | {"low": found[1], "high": found[2]}


def _noted(draws: list[float], values: NDArray[np.float64]) -> float:
    draws.append(float(values.mean()))
    return draws[-1]


def starts(half: Half, number: int) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]]:
    """`FIRST` and compounds of all families below `BELOW_K` that the half learns from: amounts, Tc and group."""
    rows, tc_k, groups = real(half)
    ok, families = (tc_k < BELOW_K) & half.model.encoding.representable(rows), families_of(rows)
    stream, parts = generator(SEED, "benchmark", "drift", "starts"), []
    for place, family in enumerate(FAMILIES):
        own = stream.permutation(np.flatnonzero(ok & (families == family)))
        parts.append(own[: number // 3 + (place < number % 3)])
    chosen = np.concatenate(parts)
    ybco = to_vector(parse_formula(FIRST))[None]
    return (
        np.concatenate([ybco, rows[chosen]]).astype(np.float32), np.concatenate([[92.0], tc_k[chosen]]),
        np.concatenate([[groups.max() + 1], groups[chosen]]),
    )  # fmt: skip


def real(half: Half) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]]:
    """Distinct superconductors of a half without flags: amounts, consensus Tc in K, group."""
    compounds = half.compounds
    kept = superconducting(compounds) & unflagged(compounds, half.config["drift"]["exclude_flags"])
    tc_k = compounds["tc_consensus_k"].to_numpy(zero_copy_only=False).astype(np.float64)
    rows = np.flatnonzero(kept & (tc_k > 0))
    amounts = matrix(compounds["amounts"])
    rows = rows[distinct_compositions(atomic_fractions(amounts[rows]))]
    return amounts[rows], tc_k[rows], half.groups[rows]


if __name__ == "__main__":
    start(main)
