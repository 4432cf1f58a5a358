"""What the check of metals tells apart, beside its rivals: ROC against decoys made of held-out alloys.

Decoys: one element swapped for a metal of another group; the amounts of two elements exchanged; random amounts of the
same elements; those left out that are known alloys themselves. Held out are 30 % of the compositions, at random, or of
the element sets. Known alloys are those that a run knows (measured) and the intermetallics that come with the project
(listed). Rivals: the check without the listed ones; a linear model of the same descriptors; the density of known alloys
in the space of these; the distance to the hull by the energies that come with the project:

    python -m benchmarks.metals_check [--run results/small] [--quick]
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.inputs import CONFIG, SEED, parsed, parser, start
from benchmarks.record import origin, write
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.energies.checkpoint import load_energy
from superdrift.energies.hull import Hull
from superdrift.io.tables import read
from superdrift.learning.device import choose
from superdrift.metals.decoys import KINDS, Decoys, decoys
from superdrift.metals.descriptors import descriptors
from superdrift.metals.intermetallics import listed_intermetallics
from superdrift.metals.metal_check import MetalCheck, fit_trees
from superdrift.statistics.bootstrap import ranking_auc
from superdrift.statistics.intervals import grouped_share
from superdrift.superconductors.check.shipped import ENERGIES
from superdrift.superconductors.screening.known_metals import known_alloys
from superdrift.superconductors.tables import COMPOUNDS

HELD_OUT, FEW_IF_QUICK, NEAREST, AT_ONCE = 0.3, 400, 3, 500
SPLITS = ("random", "systems")
Rows = NDArray[np.float64]
Score = Callable[[Rows], Rows]


def main() -> None:
    """Measure, print and write benchmarks/metals_check.parquet."""
    arguments = parsed(parser("metals_check", __doc__))
    known, measured = alloys(read(arguments.compounds, COMPOUNDS, ["amounts", "flags"]), quick=arguments.quick)
    results = [row for split in SPLITS for row in judged(known, measured, split)]
    for row in results:
        print("{split:<8} {check:<14} {alloys:<9} {decoys:<10} {quantity:<7} {value:>6.3f} [{low:.3f}, {high:.3f}] "
              "{n:>6}".format(**row))  # fmt: skip
    write(arguments.output, results, origin(arguments.compounds))


def alloys(compounds: Any, *, quick: bool) -> tuple[Rows, NDArray[np.bool_]]:
    """Atomic fractions (n, 96) of all known alloys, and which of them a run knows."""
    own, listed = known_alloys(compounds), listed_intermetallics()
    if quick:
        own, listed = own[:FEW_IF_QUICK], listed[:: len(listed) // FEW_IF_QUICK]
    fractions = atomic_fractions(np.concatenate([own, listed]))
    rows = distinct_compositions(fractions)
    return fractions[rows], rows < len(own)


def judged(known: Rows, measured: NDArray[np.bool_], split: str) -> Iterator[dict[str, Any]]:
    """AUC of each check per kind of decoy and pooled, and the shares that pass, of the alloys held out by a split."""
    sets, stream = element_set_numbers(known), np.random.default_rng(SEED)
    key = sets if split == "systems" else np.arange(len(known))
    held_out = (stream.random(key.max() + 1) < HELD_OUT)[key]
    wrong = decoys(known, known, stream)
    for name, score in checks(known[~held_out], measured[~held_out]).items():
        real, made = score(known[held_out]), np.full(len(wrong.kind), np.nan)
        of_held_out = held_out[wrong.parent]
        made[of_held_out] = score(wrong.fractions[of_held_out])
        own = np.full(len(known), np.nan)
        own[held_out] = real
        for which, rows in (("measured", measured), ("listed", ~measured), ("all", np.ones_like(measured))):
            names = {"split": split, "check": name, "alloys": which}
            yield from compared(own, made, wrong, sets, held_out & rows, passes=name in PASSING, names=names)


def compared(
    real: Rows, made: Rows, wrong: Decoys, sets: NDArray[np.int64], rows: NDArray[np.bool_], *, passes: bool,
    names: dict[str, str],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """One check on some alloys and their decoys, with intervals over element sets."""
    group = sets[wrong.parent]
    for kind, chosen in {
        **{kind: wrong.kind == place for place, kind in enumerate(KINDS)}, "pooled": wrong.kind >= 0
    }.items():  # fmt: skip
        mine = chosen & rows[wrong.parent]
        truth = np.repeat([True, False], [rows.sum(), mine.sum()])
        scores, groups = np.concatenate([real[rows], made[mine]]), np.concatenate([sets[rows], group[mine]])
        auc = ranking_auc(truth, scores, groups, np.random.default_rng(SEED))
        yield row(names, kind, "auc", auc, int(mine.sum()))
        if passes:
            yield row(names, kind, "passes", grouped_share(made[mine] >= 0, group[mine]), int(mine.sum()))
    if passes:
        yield row(names, "real", "passes", grouped_share(real[rows] >= 0, sets[rows]), int(rows.sum()))


def row(names: dict[str, str], kind: str, quantity: str, found: Any, n: int) -> dict[str, Any]:
    """One figure with its interval."""
    return names | dict(zip(("decoys", "quantity", "n"), (kind, quantity, n), strict=True)) | dict(
        zip(("value", "low", "high"), found, strict=True)
    )  # fmt: skip


PASSING = ("check", "own alone")
"""Checks with a limit."""


def checks(known: Rows, measured: NDArray[np.bool_]) -> dict[str, Score]:
    """The check and its rivals, fitted to known alloys (m, 96), by name."""
    threads = CONFIG["screen"]["threads"]
    return {
        "check": MetalCheck(lambda: fit_trees(known[measured], known[~measured], threads=threads)).score,
        "own alone": MetalCheck(lambda: fit_trees(known[measured], known[:0], threads=threads)).score,
        "linear": linear(known),
        "density": density(known),
        "hull": hull_distance(known),
    }


def linear(known: Rows) -> Score:
    """Logistic regression on the descriptors and their squares, fitted to the same kinds of decoys."""
    wrong = decoys(known, known, np.random.default_rng(SEED + 1)).fractions
    x, truth = _squares(np.concatenate([known, wrong])), np.repeat([True, False], [len(known), len(wrong)])
    scale = StandardScaler().fit(x)
    fitted = LogisticRegression(class_weight="balanced", max_iter=500).fit(scale.transform(x), truth)
    return lambda fractions: fitted.decision_function(scale.transform(_squares(fractions)))


def _squares(fractions: Rows) -> Rows:
    found = descriptors(fractions)
    return np.concatenate([found, found**2], axis=1)


def density(known: Rows) -> Score:
    """Minus the mean distance to the nearest known alloys in the space of the standardised descriptors."""
    scale = StandardScaler().fit(descriptors(known))
    places = scale.transform(descriptors(known))

    def score(fractions: Rows) -> Rows:
        found, mean = scale.transform(descriptors(fractions)), []
        for part in np.array_split(found, len(found) // AT_ONCE + 1):
            squares = (part**2).sum(axis=1)[:, None] + (places**2).sum(axis=1) - 2 * part @ places.T
            nearest = np.partition(np.maximum(squares, 0.0), NEAREST, axis=1)[:, :NEAREST]
            mean.append(-np.sqrt(nearest).mean(axis=1))
        return np.concatenate(mean)

    return score


def hull_distance(known: Rows) -> Score:
    """Minus the distance to the hull of the known alloys, by predicted energies; nan (no energy) counts as far."""
    model, _ = load_energy(ENERGIES, ENERGIES.with_suffix(".json"), device=choose("cpu", key="energy"))
    hull = Hull(known, model.predict(known)[0])

    def score(fractions: Rows) -> Rows:
        return np.nan_to_num(-hull.distance(fractions, model.predict(fractions)[0], others=True), nan=-100.0)

    return score


if __name__ == "__main__":
    start(main)
