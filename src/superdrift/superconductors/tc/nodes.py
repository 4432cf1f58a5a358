"""Regression trees as a table of nodes: rows walk down all trees at once, and the table is small enough to ship.

Nodes stand in pre-order: after a node that asks come those of its left branch, then those of its right one. Where the
right branch starts follows from the leaves, so that a tree is stored as features, thresholds and values alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.io.tables import Column, Table

NODES = Table(
    "nodes",
    (
        Column("model", pa.string(), "which of the stored models the tree is of"),
        Column("tree", pa.int16(), "number of the tree in its model, from 0"),
        Column("feature", pa.int16(), "feature that the node asks for; null: a leaf", nullable=True),
        Column("threshold", pa.float32(), "rows of at most this value go left; null: a leaf", nullable=True),
        Column("value", pa.float64(), "what a leaf adds; null elsewhere", nullable=True),
    ),
)
_CELLS = 10_000_000
"""Pairs of row and tree that are walked at once: bounds the memory."""


@dataclass(frozen=True)
class Nodes:
    """Trees, one after another; arrays are (nodes,).

    Attributes:
        tree: number of the tree, from 0, rising.
        feature: that a node asks for; −1: a leaf.
        threshold: rows of at most this value go left; 0 at a leaf.
        value: of a leaf; 0 elsewhere.
    """

    tree: NDArray[np.int16]
    feature: NDArray[np.int16]
    threshold: NDArray[np.floating]
    value: NDArray[np.float64]

    @property
    def number(self) -> int:
        """How many trees there are."""
        return len(self._starts)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.flatnonzero(np.diff(self.tree, prepend=-1))

    @cached_property
    def _right(self) -> NDArray[np.int64]:
        """Where the right branch of each node starts; the node itself at a leaf.

        Counting leaves as +1 and questions as −1, a branch ends where the count first exceeds that before it by 1.
        """
        leaf = self.feature < 0
        height = np.cumsum(np.where(leaf, 1, -1))
        place = np.arange(len(leaf))
        order = np.lexsort((place, height))
        keys = height[order] * len(leaf) + order
        asks = np.flatnonzero(~leaf)
        right = place.copy()
        right[asks] = order[np.searchsorted(keys, (height[asks] + 1) * len(leaf) + asks)] + 1
        return right

    def leaves(self, x: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
        """(n, f) features → values (trees, some rows) of the leaves that they fall into, rows in their order."""
        size = max(1, _CELLS // max(1, self.number))
        for first in range(0, len(x), size):
            yield self._walk(x[first : first + size])

    def sums(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, f) features → (n,) sums over the trees, one after another: as libraries do, bit for bit."""
        return np.concatenate([np.zeros(0), *(part.cumsum(axis=0)[-1] for part in self.leaves(x))])

    def _walk(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """All rows down all trees, level by level."""
        node = np.repeat(self._starts, len(x))
        row = np.tile(np.arange(len(x)), self.number)
        walking = np.flatnonzero(self.feature[node] >= 0)
        while len(walking):
            here = node[walking]
            below = x[row[walking], self.feature[here]] <= self.threshold[here]
            node[walking] = np.where(below, here + 1, self._right[here])
            walking = walking[self.feature[node[walking]] >= 0]
        return self.value[node].reshape(self.number, len(x))

    def columns(self, model: str) -> Mapping[str, Any]:
        """The columns of `NODES`; thresholds are cut down to single precision, as features have no other."""
        single = self.threshold.astype(np.float32)
        single = np.where(single > self.threshold, np.nextafter(single, np.float32(-np.inf)), single)
        leaf = self.feature < 0
        return {
            "model": [model] * len(leaf),
            "tree": self.tree,
            "feature": pa.array(self.feature, mask=leaf),
            "threshold": pa.array(single.astype(np.float32), mask=leaf),
            "value": pa.array(self.value, mask=~leaf),
        }

    @classmethod
    def of_models(cls, table: pa.Table) -> dict[str, Self]:
        """The models of a table `NODES`, by name."""
        models = table["model"].combine_chunks().dictionary_encode()
        number = models.indices.to_numpy()
        filled = {"feature": -1, "threshold": 0.0, "value": 0.0}
        arrays = [table["tree"].to_numpy(), *(table[name].fill_null(rest).to_numpy() for name, rest in filled.items())]
        return {
            name: cls(*(array[number == i] for array in arrays)) for i, name in enumerate(models.dictionary.to_pylist())
        }

    @classmethod
    def joined(cls, trees: Sequence[tuple[Sequence[int], Sequence[float], Sequence[float]]]) -> Self:
        """From the features, thresholds and values of each tree, in pre-order."""
        feature, threshold, value = (np.concatenate([tree[i] for tree in trees]) for i in range(3))
        number = np.repeat(np.arange(len(trees), dtype=np.int16), [len(tree[0]) for tree in trees])
        return cls(number, feature.astype(np.int16), threshold, value)
