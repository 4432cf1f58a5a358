"""Scores on held-out compositions, with intervals that respect groups of near-duplicates."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superdrift.statistics.bootstrap import regression_errors
from superdrift.statistics.intervals import Interval95, grouped_share
from superdrift.statistics.scores import NULL, Score
from superdrift.superconductors.data.families import FAMILIES
from superdrift.superconductors.tc.held_out import ESTIMATOR, HeldOut
from superdrift.superconductors.tc.labelled_compositions import Known

TC_BANDS = (0.0, 10.0, 40.0, 77.0, np.inf)
"""K; bands of measured Tc that are scored apart: to 10 K, to MgB2, to liquid nitrogen, above."""
DECILES = 10
TOP = 100
WARM = 77.0
"""K; of the TOP compositions of highest estimated Tc, the share measured at or above this is their precision."""


def score(known: Known, found: HeldOut, covered: NDArray[np.bool_], generator: np.random.Generator) -> list[Score]:
    """Scores of the default, the published method and the null, on everything and on each subset.

    Args:
        known: labelled compositions.
        found: what was said of them while they were held out.
        covered: (n,) measured Tc lies in its interval.
        generator: for the bootstrap.
    """
    rows: list[Score] = []
    groups = found.split.groups
    for subset, inside in subsets(known, found):
        warm, cold = inside & known.superconducting, inside & ~known.superconducting
        measured: dict[tuple[str, str], tuple[Interval95, int]] = {}
        for method, probability in found.probability.items():
            said = probability > 0.5
            for metric, mask in (("tp", warm), ("fp", cold)):
                if mask.any():
                    measured[method, metric] = grouped_share(said[mask], groups[mask]), int(mask.sum())
        if warm.any():
            n = int(warm.sum())
            measured[ESTIMATOR, "coverage"] = grouped_share(covered[warm], groups[warm]), n
            for method, tc in found.tc.items():
                found_errors = regression_errors(known.tc[warm], tc[warm], groups[warm], generator)
                measured |= {(method, metric): (values, n) for metric, values in found_errors.items()}
        if subset == "all":
            measured |= _top(known, found)
        for (model, metric), (values, n) in measured.items():
            unit = "K" if metric in ("mae", "rmse") else "1"
            rows.append(Score(model, found.split.name, metric, subset, *values, unit, n))
    return rows


def subsets(known: Known, found: HeldOut) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Names and masks: all, families, bands of measured Tc, tenths by distance to the nearest known superconductor."""
    yield "all", np.ones(len(known.ids), dtype=bool)
    for family in FAMILIES:
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
    """Precision of the compositions of either kind with the highest estimates (probability × Tc).

    Beside each method the share of all compositions that are as warm (`null`): the precision of a blind choice.
    """
    warm = np.nan_to_num(known.tc, nan=0.0) >= WARM
    groups, measured = found.split.groups, {}
    for method, probability in found.probability.items():
        best = np.argsort(-probability * found.tc[method], kind="stable")[:TOP]
        measured[method, "top_precision"] = grouped_share(warm[best], groups[best]), len(best)
    measured[NULL, "top_precision"] = grouped_share(warm, groups), len(warm)
    return measured
