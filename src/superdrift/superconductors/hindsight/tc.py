"""Tc in hindsight: estimates from what was known at a cut-off, against what was measured afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.vector import atomic_fractions
from superdrift.run import seeds
from superdrift.statistics.bootstrap import bootstrapped, regression_errors
from superdrift.statistics.intervals import Interval95, grouped_share
from superdrift.statistics.scores import NULL, Score
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.hindsight.later import Later
from superdrift.superconductors.settings.tc import ForestSettings
from superdrift.superconductors.tc.estimator import Estimator
from superdrift.superconductors.tc.forest import fit_trees
from superdrift.superconductors.tc.held_out import ESTIMATOR, PUBLISHED
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.nested_cross_validation import family_means

EXTRA_TREES = "extra_trees"
"""Name of the plainest rival: extremely randomised trees on atomic fractions alone."""
HIGH_QUANTILE = 0.9
"""A later Tc is high above this quantile of its family's Tc known at the cut-off. Part of what `recall_high` and
`precision_high` mean."""
DISTANCE_BANDS = (0.0, 0.05, 0.1, 0.2, np.inf)
"""Half L1 to the nearest compound known at the cut-off; bands that are scored separately. Beyond the last but one a
compound is taken for new chemistry: at least a fifth of its atoms have no counterpart in any known compound."""
UNITS = {"mae": "K", "rmse": "K", "width_median": "K", "mae_more": "K"}
"""Units of the scores that are no shares."""
Measured = dict[tuple[str, str], tuple[Interval95, int]]


@dataclass(frozen=True)
class Foreseen:
    """What was estimated of the later compounds from what was known at the cut-off.

    Attributes:
        tc: (n,) in K, by method.
        low: (n,) lower end of the default's interval, K.
        high: (n,) upper end, K.
        applicable: (n,) the default says that its estimate means something.
        threshold: (n,) K; above it a Tc is high for the compound's family.
    """

    tc: Mapping[str, NDArray[np.float64]]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    applicable: NDArray[np.bool_]
    threshold: NDArray[np.float64]


def tc_in_hindsight(
    estimator: Estimator, known: Known, later: Later, *, forest: ForestSettings, seed: int, cutoff: int
) -> list[Score]:
    """Scores of the default, the published method, extra trees on fractions and the family mean on later compounds.

    Args:
        estimator: fitted to `known`.
        known: what was known at the cut-off.
        later: superconductors first reported after it.
        forest: of the rival.
        seed: of the run.
        cutoff: the last year that was known; the split is named by it.
    """
    if len(later.tc) == 0:
        return []
    foreseen = foresee(estimator, known, later, forest=forest, seed=seed)
    systems = element_set_numbers(atomic_fractions(later.amounts))
    split, rows = f"until_{cutoff}", list[Score]()
    for subset, inside in subsets(later, foreseen):
        if not inside.any():
            continue
        generator = seeds.generator(seed, "hindsight", "tc", split, subset)
        for (model, metric), (values, n) in _scores(later, foreseen, inside, systems, generator).items():
            rows.append(Score(model, split, metric, subset, *values, UNITS.get(metric, "1"), n))
    return rows


def foresee(estimator: Estimator, known: Known, later: Later, *, forest: ForestSettings, seed: int) -> Foreseen:
    """Estimates of the later compounds by all methods; arguments as in `tc_in_hindsight`."""
    found, rows = estimator.estimate(later.amounts), known.superconducting
    rival = fit_trees(
        known.fractions[rows].astype(np.float32), known.tc[rows], forest,
        seed=seeds.derive(seed, "hindsight", EXTRA_TREES), threads=1,
    )  # fmt: skip
    return Foreseen(
        tc={
            ESTIMATOR: found["tc_k"],
            PUBLISHED: found["tc_knn_k"],
            EXTRA_TREES: rival.predict(atomic_fractions(later.amounts).astype(np.float32)),
            NULL: family_means(known, np.ones(len(known.ids), dtype=bool), later.families),
        },
        low=found["tc_low_k"],
        high=found["tc_high_k"],
        applicable=found["applicable"],
        threshold=high_tc(known, later.families),
    )


def high_tc(known: Known, families: NDArray[np.str_]) -> NDArray[np.float64]:
    """(n,) Tc in K above which a compound of each family is high among those known; all for a family without any."""
    limits = np.full(len(families), np.quantile(known.tc[known.superconducting], HIGH_QUANTILE))
    for family in COMPOUND_FAMILIES:
        own = known.superconducting & (known.families == family)
        if own.any():
            limits[families == family] = np.quantile(known.tc[own], HIGH_QUANTILE)
    return limits


def subsets(later: Later, foreseen: Foreseen) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Names and masks of the later compounds that are scored together.

    What superconducts under pressure only is a subset of its own and in no other. Iron superconductors are one too,
    `pnictides`, and `without_iron` is everything else; bands of distance and of applicability are of `without_iron`.
    """
    usual = ~later.apart
    iron = later.families == "pnictides"
    rest = usual & ~iron
    yield "all", usual
    yield "without_iron", rest
    for family in COMPOUND_FAMILIES:
        yield family, usual & (later.families == family)
    for low, high in pairwise(DISTANCE_BANDS):
        name = f"distance_{low:g}_{high:g}".replace("_inf", "_up")
        yield name, rest & (later.distance >= low) & (later.distance < high)
    yield "applicable", rest & foreseen.applicable
    yield "not_applicable", rest & ~foreseen.applicable
    yield "high_pressure", later.apart


def _scores(
    later: Later,
    foreseen: Foreseen,
    rows: NDArray[np.bool_],
    systems: NDArray[np.int64],
    generator: np.random.Generator,
) -> Measured:
    """Scores of all methods on some of the later compounds; intervals over chemical systems."""
    truth, groups, n = later.tc[rows], systems[rows], int(rows.sum())
    low, high = foreseen.low[rows], foreseen.high[rows]
    found: Measured = {
        (ESTIMATOR, "coverage"): (grouped_share((truth >= low) & (truth <= high), groups), n),
        (ESTIMATOR, "width_median"): (bootstrapped(high - low, groups, np.median, generator), n),
        (ESTIMATOR, "flagged"): (grouped_share(~foreseen.applicable[rows], groups), n),
    }
    own = np.abs(foreseen.tc[ESTIMATOR][rows] - truth)
    is_high = truth > foreseen.threshold[rows]
    for model, tc in foreseen.tc.items():
        estimated = tc[rows]
        errors = regression_errors(truth, estimated, groups, generator)
        found |= {(model, metric): (values, n) for metric, values in errors.items()}
        if model != ESTIMATOR:
            more = np.abs(estimated - truth) - own
            found[model, "mae_more"] = bootstrapped(more, groups, np.mean, generator), n
        called_high = estimated > foreseen.threshold[rows]
        for metric, among, hits in (("recall_high", is_high, called_high), ("precision_high", called_high, is_high)):
            if among.any():
                found[model, metric] = grouped_share(hits[among], groups[among]), int(among.sum())
    return found
