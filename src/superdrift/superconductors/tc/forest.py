"""Extremely randomised trees (Geurts et al. 2006) for Tc: every compound is remembered, by many different trees.

They are better at interpolation than boosted trees, and worse on unknown systems; the estimate of Tc blends both. A run
does not store its forest: fitting it again to the same rows takes seconds. The one that comes with the project is a
table of nodes, which estimates as scikit-learn does, bit for bit.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.settings.tc import ForestSettings
from superdrift.superconductors.tc.nodes import Nodes

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesRegressor


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

    def predict(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, f) features → (n,) Tc in K."""
        return self.nodes.sums(x) / self.nodes.number


def fit_trees(
    x: NDArray[np.float32], tc: NDArray[np.float64], settings: ForestSettings, *, seed: int, threads: int
) -> "ExtraTreesRegressor":
    """Fit scikit-learn's forest; arguments as in `fit_forest`."""
    from sklearn.ensemble import ExtraTreesRegressor  # slow to import, and needed only for fitting  # noqa: PLC0415

    forest = ExtraTreesRegressor(
        settings.trees, max_features=settings.feature_fraction, random_state=seed % 2**32, n_jobs=threads
    ).fit(x, tc)
    forest.n_jobs = 1  # threads over trees add up in the order they finish; threads over rows do not
    return forest


def fit_forest(
    x: NDArray[np.float32], tc: NDArray[np.float64], settings: ForestSettings, *, seed: int, threads: int
) -> Callable[[NDArray[np.float32]], NDArray[np.float64]]:
    """Fit a forest.

    Args:
        x: (n, f) features.
        tc: (n,) in K.
        settings: number of trees, and share of the features tried at each split.
        seed: of the draws; the forest is the same for any number of threads.
        threads: for fitting and predicting.

    Returns:
        What predicts: (m, f) features → (m,) Tc in K.
    """
    forest = fit_trees(x, tc, settings, seed=seed, threads=threads)

    def predict(rows: NDArray[np.float32]) -> NDArray[np.float64]:
        parts = [part for part in np.array_split(rows, threads) if len(part)]
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate([np.zeros(0), *pool.map(forest.predict, parts)])

    return predict
