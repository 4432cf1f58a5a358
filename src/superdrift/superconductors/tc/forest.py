"""Extremely randomised trees (Geurts et al. 2006) for Tc: every compound is remembered, by many different trees.

They are better at interpolation than boosted trees, and worse on unknown systems; the estimate of Tc blends both. The
trees agree by a trimmed mean: single trees that take a compound for one of another kind do not count. How far they
disagree about a compound tells most of how wrong its estimate may be. A run does not store its forest: fitting it again
to the same rows takes seconds. The one that comes with the project is a table of nodes, which estimates as the fitted
one does, bit for bit.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.settings.tc import ForestSettings
from superdrift.superconductors.tc.nodes import Nodes

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesRegressor

TRIMMED = 0.2
"""Share of the trees, those of the lowest and as many of the highest estimates of a compound, that do not count: the
lowest cross-validated error among 0, 0.1, 0.2, 0.25 (docs/methods/estimators.md). Part of what the forest is."""
_CELLS = 10_000_000
"""Pairs of row and tree that are walked at once: bounds the memory."""


class ForestEstimate(NamedTuple):
    """What the trees agree on (trimmed mean), their median and their standard deviation, each (n,) in K."""

    tc: NDArray[np.float64]
    median: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, trees: NDArray[np.float64]) -> Self:
        """From the (trees, n) estimates of each tree."""
        return cls(trimmed_mean(trees), np.median(trees, axis=0), np.sqrt(_mean((trees - _mean(trees)) ** 2)))

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The rows of all parts."""
        columns = zip([np.zeros(0)] * len(cls._fields), *parts, strict=True)
        return cls(*(np.concatenate(column) for column in columns))


class Forest:
    """A forest as a table of nodes.

    Args:
        nodes: of its trees; a leaf holds the mean Tc of its compounds in K.
    """

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes

    @classmethod
    def of(cls, fitted: "ExtraTreesRegressor") -> Self:
        """The nodes of a fitted forest."""
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        leaf = [tree.feature < 0 for tree in trees]
        parts = [
            (np.where(ends, -1, tree.feature), np.where(ends, 0, tree.threshold),
             np.where(ends, tree.value[:, 0, 0], 0.0))
            for ends, tree in zip(leaf, trees, strict=True)
        ]  # fmt: skip
        return cls(Nodes.joined(parts))

    def predict(self, x: NDArray[np.float32]) -> ForestEstimate:
        """(n, f) features → estimates of n compounds."""
        return ForestEstimate.joined(map(ForestEstimate.of, self.nodes.leaves(x)))


def trimmed_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What trees agree on: (trees, n) estimates → (n,), the mean without the `TRIMMED` lowest and highest."""
    cut = int(TRIMMED * len(values))
    return _mean(np.sort(values, axis=0)[cut : len(values) - cut])


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m, n) → (n,) means, in one order of addition, however many columns there are."""
    return values.cumsum(axis=0)[-1] / len(values)


def fit_trees(
    x: NDArray[np.float32], tc: NDArray[np.float64], settings: ForestSettings, *, seed: int, threads: int
) -> "ExtraTreesRegressor":
    """Fit scikit-learn's forest; arguments as in `fit_forest`."""
    from sklearn.ensemble import ExtraTreesRegressor  # slow to import, and needed only for fitting  # noqa: PLC0415

    return ExtraTreesRegressor(
        settings.trees, max_features=settings.feature_fraction, random_state=seed % 2**32, n_jobs=threads
    ).fit(x, tc)


def fit_forest(
    x: NDArray[np.float32], tc: NDArray[np.float64], settings: ForestSettings, *, seed: int, threads: int
) -> Callable[[NDArray[np.float32]], ForestEstimate]:
    """Fit a forest.

    Args:
        x: (n, f) features.
        tc: (n,) in K.
        settings: number of trees, and share of the features tried at each split.
        seed: of the draws; the forest is the same for any number of threads.
        threads: for fitting and predicting.

    Returns:
        What predicts: (m, f) features → estimates of m compounds.
    """
    trees = fit_trees(x, tc, settings, seed=seed, threads=threads).estimators_

    def estimate(rows: NDArray[np.float32]) -> ForestEstimate:
        return ForestEstimate.of(np.stack([tree.predict(rows) for tree in trees]))

    def predict(rows: NDArray[np.float32]) -> ForestEstimate:
        size = max(1, min(_CELLS // len(trees), -(-len(rows) // threads)))
        parts = [rows[first : first + size] for first in range(0, len(rows), size)]
        with ThreadPoolExecutor(threads) as pool:
            return ForestEstimate.joined(pool.map(estimate, parts))

    return predict
