"""Extremely randomised trees (Geurts et al. 2006) for Tc: every compound is remembered, by many different trees.

They are better at interpolation than boosted trees, and worse on unknown systems; the estimate of Tc blends both. The
trees agree by a trimmed mean: single trees that take a compound for one of another kind do not count. How far they
disagree about a compound tells most of how wrong its estimate may be. A run does not store its forest: fitting it again
to the same rows takes seconds. The one that comes with the project is a table of nodes, which estimates as the fitted
one does, bit for bit.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.io.tables import Column, Table
from superdrift.superconductors.settings.tc import ForestSettings

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesRegressor

FOREST = Table(
    "forest",
    (
        Column("tree", pa.int16(), "number of the tree, from 0"),
        Column("feature", pa.int16(), "feature that the node asks for; −1: a leaf"),
        Column("threshold", pa.float32(), "rows of at most this value go to the next node, the others to `other`"),
        Column("other", pa.int32(), "node of this tree, from 0, that the others go to"),
        Column("tc_k", pa.float64(), "mean of a leaf; 0 elsewhere", "K"),
    ),
)
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


@dataclass(frozen=True)
class Forest:
    """Trees as arrays of nodes, each (nodes,); see `FOREST`."""

    tree: NDArray[np.int16]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    other: NDArray[np.int32]
    tc_k: NDArray[np.float64]

    @classmethod
    def of(cls, fitted: "ExtraTreesRegressor") -> Self:
        """The nodes of a fitted forest; thresholds are cut down to single precision, as features have no other."""
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        feature = np.concatenate([tree.feature for tree in trees])
        exact = np.concatenate([tree.threshold for tree in trees])
        single = exact.astype(np.float32)
        single = np.where(single > exact, np.nextafter(single, np.float32(-np.inf)), single)
        leaf = feature < 0
        return cls(
            tree=np.repeat(np.arange(len(trees), dtype=np.int16), [tree.node_count for tree in trees]),
            feature=np.where(leaf, -1, feature).astype(np.int16),
            threshold=np.where(leaf, 0, single).astype(np.float32),
            other=np.where(leaf, 0, np.concatenate([tree.children_right for tree in trees])).astype(np.int32),
            tc_k=np.where(leaf, np.concatenate([tree.value[:, 0, 0] for tree in trees]), 0.0),
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> Self:
        """From a table `FOREST`."""
        return cls(*(table[column.name].to_numpy() for column in FOREST.columns))

    def columns(self) -> Mapping[str, Any]:
        """The columns of `FOREST`."""
        return {column.name: getattr(self, column.name) for column in FOREST.columns}

    def predict(self, x: NDArray[np.float32]) -> ForestEstimate:
        """(n, f) features → estimates of n compounds."""
        starts = np.flatnonzero(np.diff(self.tree, prepend=-1))
        size = max(1, _CELLS // len(starts))
        return ForestEstimate.joined(self._walk(x[first : first + size], starts) for first in range(0, len(x), size))

    def _walk(self, x: NDArray[np.float32], starts: NDArray[np.int64]) -> ForestEstimate:
        """All rows down all trees, level by level."""
        node = np.repeat(starts[:, None], len(x), axis=1)
        while True:
            tree, row = np.nonzero(self.feature[node] >= 0)
            if not len(tree):
                return ForestEstimate.of(self.tc_k[node])
            here = node[tree, row]
            below = x[row, self.feature[here]] <= self.threshold[here]
            node[tree, row] = np.where(below, here + 1, starts[tree] + self.other[here])


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
