"""Which flagged rows hurt a Tc estimator, and how many planted misprints the misprint rules find.

A k-nearest-neighbours regressor (k = 5, L1 of atomic fractions, distance weights) is judged in five folds
whose near-duplicate groups (0.05) stay whole. With one held-out set, the unflagged rows, the training folds
include or leave out the rows of one flag:

    python -m benchmarks.flags_estimator [--run results/small] [--quick]
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import NearestNeighbors

from benchmarks.inputs import CONFIG, SEED, parsed, parser, start
from benchmarks.record import origin, write
from superdrift.composition.formula import format_formula
from superdrift.composition.near_duplicates import near_duplicate_groups
from superdrift.composition.vector import atomic_fractions, from_vector, to_vector
from superdrift.io import tables
from superdrift.run.seeds import generator
from superdrift.run.settings import from_mapping
from superdrift.superconductors.data.cleaning import clean
from superdrift.superconductors.data.flags import flag
from superdrift.superconductors.data.readers import Row
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.tables import COMPOUNDS

FOLDS, GROUP_RADIUS, NEIGHBOURS = 5, 0.05, 5


class Sizes(NamedTuple):
    """How many: nearest rows searched for each, misprints planted of each kind, bootstrap draws."""

    candidates: int
    planted: int
    resamples: int


FULL, QUICK = Sizes(1000, 500, 1000), Sizes(100, 20, 50)


def main() -> None:
    """Measure, print and write benchmarks/flags_estimator.parquet."""
    arguments = parsed(parser("flags_estimator", __doc__))
    table = tables.read(arguments.compounds, COMPOUNDS)
    table = table.filter(table["superconducting"])
    sizes = QUICK if arguments.quick else FULL
    results = [*estimator_results(table, sizes), *planted_results(table, sizes)]
    for row in results:
        line = "{measurement:<26} {flag:<20} {metric:<16} {value:>9.4f} [{low:8.4f}, {high:8.4f}]  n = {n}"
        print(line.format(**row))
    write(arguments.output, results, origin(arguments.compounds))


def estimator_results(table: pa.Table, sizes: Sizes) -> list[dict[str, object]]:
    """Error on unflagged held-out rows, and its change when the rows of one flag leave the training folds.

    A positive change of the absolute error means that the flagged rows help and should stay.
    """
    flags = table["flags"].to_pylist()
    tc = table["tc_k"].to_numpy()
    fractions = atomic_fractions(tables.matrix(table["amounts"]))
    groups = near_duplicate_groups(tables.matrix(table["amounts"]), GROUP_RADIUS)
    clean_rows = np.array([not row for row in flags])
    near = _neighbours(fractions, groups, sizes.candidates)
    everything = _predict(tc, near, np.ones(len(tc), dtype=bool))
    common = {"reference": everything, "truth": tc, "groups": groups, "rows": clean_rows, "resamples": sizes.resamples}
    results = _score("all rows in training", "", predicted=everything, **common)
    for name in [*sorted({name for row in flags for name in row}), "any"]:
        flagged = np.array([bool(row) if name == "any" else name in row for row in flags])
        without = _predict(tc, near, ~flagged)
        results += _score("left out of training", name, predicted=without, **common)
        error = np.abs(everything - tc)[flagged]
        results.append(_row("error on the flagged rows", name, "mae_k", value=error.mean(), n=len(error)))
    return results


def _neighbours(
    fractions: NDArray[np.float64], groups: NDArray[np.integer], candidates: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distances and rows (n, candidates) of the nearest training rows of each row's fold, nearest first."""
    distance, row = (
        np.empty((len(fractions), candidates)),
        np.empty((len(fractions), candidates), dtype=np.int64),
    )
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(fractions, groups=groups):
        search = NearestNeighbors(n_neighbors=candidates, metric="manhattan", algorithm="brute")
        distance[test], found = search.fit(fractions[train]).kneighbors(fractions[test])
        row[test] = train[found]
    return distance, row


def _predict(
    tc: NDArray[np.float64], near: tuple[NDArray[np.float64], NDArray[np.int64]], usable: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Tc from the nearest `NEIGHBOURS` usable rows, weighted by inverse distance; distance 0 takes all."""
    distance, row = near
    allowed = usable[row]
    assert (allowed.sum(axis=1) >= NEIGHBOURS).all(), "raise Sizes.candidates"
    first = np.argsort(~allowed, axis=1, kind="stable")[:, :NEIGHBOURS]
    weight = 1 / np.maximum(np.take_along_axis(distance, first, axis=1), 1e-12)
    return (weight * tc[np.take_along_axis(row, first, axis=1)]).sum(axis=1) / weight.sum(axis=1)


def _score(
    measurement: str,
    name: str,
    *,
    predicted: NDArray[np.float64],
    reference: NDArray[np.float64],
    truth: NDArray[np.float64],
    groups: NDArray[np.integer],
    rows: NDArray[np.bool_],
    resamples: int,
) -> list[dict[str, object]]:
    """MAE, R² and the paired change of MAE on some rows, with 95 % intervals from resampling whole groups."""
    predicted, reference, truth = predicted[rows], reference[rows], truth[rows]
    error = np.abs(predicted - truth)
    change = error - np.abs(reference - truth)
    r2 = 1 - (error**2).sum() / ((truth - truth.mean()) ** 2).sum()
    _, member = np.unique(groups[rows], return_inverse=True)
    size = np.bincount(member)
    draws = generator(SEED, "flags_estimator", name).integers(len(size), size=(resamples, len(size)))

    def interval(values: NDArray[np.float64]) -> tuple[float, float]:
        means = np.bincount(member, weights=values)[draws].sum(axis=1) / size[draws].sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)

    return [
        _row(measurement, name, "mae_k", value=error.mean(), interval=interval(error), n=len(error)),
        _row(measurement, name, "r2", value=r2, n=len(error)),
        _row(measurement, name, "mae_change_k", value=change.mean(), interval=interval(change), n=len(error)),
    ]


def planted_results(table: pa.Table, sizes: Sizes) -> list[dict[str, object]]:
    """Share of planted misprints that are flagged: each kind in `sizes.planted` unflagged rows among all the others."""
    settings = from_mapping(PrepareSettings, CONFIG["prepare"], place="prepare")
    formulas, tc = table["formula"].to_pylist(), table["tc_k"].to_pylist()
    rows = [Row("table", i + 1, formulas[i], str(tc[i])) for i in range(len(table))]
    usable = [i for i, row in enumerate(table["flags"].to_pylist()) if not row]
    results = []
    for kind, damage in DAMAGE.items():
        rng = generator(SEED, "planted", kind)
        chosen = [i for i in rng.permutation(usable) if damage(table, int(i), rng) is not None][: sizes.planted]
        damaged = list(rows)
        for i in chosen:
            text, changed = damage(table, int(i), rng)
            damaged[i] = Row("table", int(i) + 1, text, str(changed))
        compounds, _ = clean(damaged, malformed_rows="reject")
        flags = flag(compounds, np.stack([to_vector(c.amounts) for c in compounds]), settings)
        found = {c.row.number - 1 for c, names in zip(compounds, flags, strict=True) if "misprint_suspect" in names}
        share = np.mean([i in found for i in chosen])
        results.append(_row("planted, then flagged", kind, "share", value=share, n=len(chosen)))
    return results


def _tc_slip(table: pa.Table, i: int, rng: np.random.Generator) -> tuple[str, float] | None:
    tc = table["tc_k"][i].as_py()
    return (table["formula"][i].as_py(), round(tc * 10, 3)) if tc * 10 <= 300 else None


def _tc_swapped(table: pa.Table, i: int, rng: np.random.Generator) -> tuple[str, float] | None:
    return table["formula"][i].as_py(), table["tc_k"][int(rng.integers(len(table)))].as_py()


def _copper_lost(table: pa.Table, i: int, rng: np.random.Generator) -> tuple[str, float] | None:
    if table["family"][i].as_py() != "cuprates":
        return None
    amounts = from_vector(tables.matrix(table["amounts"].slice(i, 1))[0])
    del amounts["Cu"]
    return format_formula(amounts), table["tc_k"][i].as_py()


def _amount_slip(table: pa.Table, i: int, rng: np.random.Generator) -> tuple[str, float] | None:
    amounts = from_vector(tables.matrix(table["amounts"].slice(i, 1))[0])
    symbol = sorted(amounts)[int(rng.integers(len(amounts)))]
    amounts[symbol] *= 10
    return format_formula(amounts), table["tc_k"][i].as_py()


DAMAGE = {
    "Tc × 10": _tc_slip,
    "Tc of another row": _tc_swapped,
    "copper left out": _copper_lost,
    "one amount × 10": _amount_slip,
}


def _row(
    measurement: str,
    name: str,
    metric: str,
    *,
    value: float,
    n: int,
    interval: tuple[float, float] = (np.nan, np.nan),
) -> dict[str, object]:
    return {
        "measurement": measurement,
        "flag": name,
        "metric": metric,
        "value": float(value),
        "low": interval[0],
        "high": interval[1],
        "n": n,
    }


if __name__ == "__main__":
    start(main)
