"""Scores on held-out compositions, with intervals that respect groups of near-duplicates."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superdrift.statistics.bootstrap import regression_errors
from superdrift.statistics.intervals import Interval95, grouped_share
from superdrift.statistics.scores import NULL, Score
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.held_out import ESTIMATOR, HeldOut
from superdrift.superconductors.tc.labelled_compositions import FEWEST_NEGATIVES, Known

TC_BANDS = (0.0, 10.0, 40.0, 77.0, np.inf)
"""K; bands of measured Tc that are scored separately: to 10 K, to MgB2, to liquid nitrogen, above. Fixed, like the
numbers below: they are part of what the quantities' names mean."""
DECILES = 10
"""Parts of equal size, by distance to the nearest known superconductor, that are scored separately."""
TOP_COMPOSITIONS = 100
"""Compositions of highest estimated Tc whose precision is measured."""
HIGH_TC_K = 77.0
"""K; measured Tc from which one of these counts as a hit: liquid nitrogen."""


def score(known: Known, found: HeldOut, covered: NDArray[np.bool_], generator: np.random.Generator) -> list[Score]:
    """Scores of the default, the published method and the null, on everything and on each subset.

    The false-positive rate is that of measured negatives; what it would be, were all unlabelled compositions negatives
    (as published), stands beside it as `fp_unlabelled`.

    Args:
        known: labelled compositions.
        found: their held-out estimates.
        covered: (n,) measured Tc lies in its interval.
        generator: for the bootstrap.
    """
    rows: list[Score] = []
    groups = found.split.groups
    for subset, inside in subsets(known, found):
        superconducting = inside & known.superconducting
        rates = {"tp": superconducting, "fp": inside & known.negative, "fp_unlabelled": inside & known.unlabelled}
        measured: dict[tuple[str, str], tuple[Interval95, int]] = {}
        for method, probability in found.probability.items():
            hits = classified_superconducting(probability)
            for metric, mask in rates.items():
                if mask.sum() >= (FEWEST_NEGATIVES if metric == "fp" else 1):
                    measured[method, metric] = grouped_share(hits[mask], groups[mask]), int(mask.sum())
        if superconducting.any():
            truth, own_groups = known.tc[superconducting], groups[superconducting]
            n = len(truth)
            measured[ESTIMATOR, "coverage"] = grouped_share(covered[superconducting], own_groups), n
            for method, tc in found.tc.items():
                errors = regression_errors(truth, tc[superconducting], own_groups, generator)
                measured |= {(method, metric): (values, n) for metric, values in errors.items()}
        if subset == "all":
            measured |= _top(known, found)
        for (model, metric), (values, n) in measured.items():
            unit = "K" if metric in ("mae", "rmse") else "1"
            rows.append(Score(model, found.split.name, metric, subset, *values, unit, n))
    return rows


def subsets(known: Known, found: HeldOut) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Names and masks: all, families, bands of measured Tc, tenths by distance to the nearest known superconductor."""
    yield "all", np.ones(len(known.ids), dtype=bool)
    for family in COMPOUND_FAMILIES:
        yield family, known.families == family
    tc = np.nan_to_num(known.tc, nan=-1.0)
    for low, high in pairwise(TC_BANDS):
        yield f"tc_{low:.0f}_{high:.0f}".replace("_inf", "_up"), (tc >= low) & (tc < high)
    distance = found.vote.distance
    edges = np.quantile(distance[known.superconducting], np.linspace(0, 1, DECILES + 1)[1:-1])
    decile = np.searchsorted(edges, distance, side="left")
    for number in range(DECILES):
        yield f"distance_{number + 1}", decile == number


def _top(known: Known, found: HeldOut) -> dict[tuple[str, str], tuple[Interval95, int]]:
    """Precision of the measured compositions of either kind with the highest estimates (probability × Tc).

    Beside each method the share of all of them with so high a Tc (`null`): the precision of a blind choice.
    """
    rows = np.flatnonzero(~known.unlabelled)
    high_tc = np.nan_to_num(known.tc[rows], nan=0.0) >= HIGH_TC_K
    groups, measured = found.split.groups[rows], {}
    for method, probability in found.probability.items():
        best = np.argsort(-(probability * found.tc[method])[rows], kind="stable")[:TOP_COMPOSITIONS]
        measured[method, "top_precision"] = grouped_share(high_tc[best], groups[best]), len(best)
    measured[NULL, "top_precision"] = grouped_share(high_tc, groups), len(high_tc)
    return measured
