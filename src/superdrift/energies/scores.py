"""How good the formation energies are: scores on the test part of the data, which no training has seen.

Intervals are at 95 % and by groups of equal element sets, which are right or wrong together.
"""

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_sets import element_set_numbers, shares_element_set
from superdrift.energies.ensemble import EnergyModel
from superdrift.energies.formation_energies import Energies
from superdrift.energies.hull import NEAR_HULL, Hull
from superdrift.statistics.bootstrap import ranking_auc, regression_errors
from superdrift.statistics.intervals import Interval95, grouped_share
from superdrift.statistics.scores import NULL, Score

NAMES = {"attention": "formation-energy", "elemnet": "elemnet"}
"""What scores call a model, by its network."""
SPLIT, UNIT = "test", "eV/atom"
_WIDTHS = {"coverage_68": 1.0, "coverage_90": 1.645}
"""Standard deviations, by the share of a normal distribution that they cover (68 %, 90 %): mathematics."""
_MAX_ELEMENTS = 7
"""Compounds of so many elements and more are one subset of the scores: few have more."""

logger = logging.getLogger("superdrift")


def measure(model: EnergyModel, train: Energies, test: Energies, generator: np.random.Generator) -> list[Score]:
    """Scores of a model and of the null, the mean of the training energies.

    Test compounds that the model does not apply to are left out; `n` says how many remain.

    Args:
        model: calibrated.
        train: what its members learned from.
        test: what nothing was chosen or calibrated on.
        generator: for the bootstrap.
    """
    predicted, deviation = model.predict(test.amounts)
    held = np.isfinite(predicted)
    logger.info("%s: %d of %d test compounds are measured", NAMES[model.network], held.sum(), len(held))
    if not held.any():
        return []
    part = Energies(test.amounts[held], test.energies[held])
    predicted, deviation = predicted[held], deviation[held]
    system = element_set_numbers(part.amounts)
    null = np.full(len(predicted), train.energies.mean())
    rows = []
    for subset, inside in _subsets(train, part):
        truth, groups, n = part.energies[inside], system[inside], int(inside.sum())
        for name, estimate in ((NAMES[model.network], predicted[inside]), (NULL, null[inside])):
            for metric, values in regression_errors(truth, estimate, groups, generator).items():
                rows.append(_score(name, metric, subset, values, n))
        for metric, width in _WIDTHS.items():
            covered = np.abs(predicted - part.energies)[inside] <= width * deviation[inside]
            rows.append(_score(NAMES[model.network], metric, subset, grouped_share(covered, groups), n))
    return rows + _hull_scores(model, train, part, predicted, generator)


def hull_distances(
    model: EnergyModel, train: Energies, test: Energies, predicted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances of the test compounds to the hull of the training compounds, eV/atom, each (n,).

    The first of DFT energies to the hull of DFT energies; the second of predicted energies to the hull of predicted
    ones, as it is for new compounds. Training compounds of the same composition are left out of both.
    """
    truth = Hull(train.amounts, train.energies).distance(test.amounts, test.energies, others=True)
    competitors = Hull(train.amounts, model.predict(train.amounts)[0])
    return truth, competitors.distance(test.amounts, predicted, others=True)


def _hull_scores(
    model: EnergyModel,
    train: Energies,
    test: Energies,
    predicted: NDArray[np.float64],
    generator: np.random.Generator,
) -> list[Score]:
    """Error of the hull distance, and how well it separates compounds near the hull from others."""
    truth, found = hull_distances(model, train, test, predicted)
    name, groups, n = NAMES[model.network], element_set_numbers(test.amounts), len(truth)
    rows = [_score(name, "hull_mae", "all", regression_errors(truth, found, groups, generator)["mae"], n)]
    hull_auc = ranking_auc(truth <= NEAR_HULL, -found, groups, generator)
    return rows if hull_auc is None else [*rows, _score(name, "hull_auc", "all", hull_auc, n)]


def _subsets(train: Energies, test: Energies) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Subsets of the test compounds that are not empty, as masks (n,)."""
    number = (test.amounts > 0).sum(axis=1)
    seen = shares_element_set(test.amounts, train.amounts)
    masks = {"all": np.ones(len(number), dtype=bool), "system in training": seen, "system not in training": ~seen}
    masks |= {f"{count} elements": number == count for count in range(2, _MAX_ELEMENTS)}
    masks[f"{_MAX_ELEMENTS} and more elements"] = number >= _MAX_ELEMENTS
    return ((subset, mask) for subset, mask in masks.items() if mask.any())


def _score(model: str, metric: str, subset: str, values: Interval95, n: int) -> Score:
    return Score(model, SPLIT, metric, subset, *values, UNIT if metric.endswith(("mae", "rmse")) else "1", n)
