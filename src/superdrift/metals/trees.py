"""Boosted trees as arrays: fitted by LightGBM, evaluated without it, for few rows and for many alike."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.run.compiled import kernel, prange

_COLUMNS = {"feature": "split_feature", "threshold": "threshold", "left": "left_child", "right": "right_child"}
"""Arrays of nodes by the names that LightGBM writes them under."""


@dataclass(frozen=True)
class Trees:
    """Nodes and leaves of t trees, one after another.

    Attributes:
        feature: (nodes,) column that a node asks about.
        threshold: (nodes,) up to which a row goes left.
        left: (nodes,) next node of its tree; below 0 the leaf of number −left − 1.
        right: (nodes,) the same for rows that go right.
        value: (leaves,) log odds that a leaf adds.
        first_node: (t,) where the nodes of each tree start.
        first_leaf: (t,) where its leaves start.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    first_node: NDArray[np.int64]
    first_leaf: NDArray[np.int64]

    @classmethod
    def fit(
        cls, right: NDArray[np.float64], wrong: NDArray[np.float64], options: dict[str, Any], *, number: int
    ) -> Self:
        """Trees that tell the rows of `right` (n, f) from those of `wrong` (m, f); both weigh the same in total.

        Args:
            right: descriptors of known compounds.
            wrong: descriptors of decoys.
            options: LightGBM's parameters.
            number: of trees.
        """
        import lightgbm as lgb  # slow to import, and needed only for fitting  # noqa: PLC0415

        truth = np.repeat([1.0, 0.0], [len(right), len(wrong)])
        weight = np.where(truth > 0, len(wrong) / max(len(right), 1), 1.0)
        rows = lgb.Dataset(np.concatenate([right, wrong]), label=truth, weight=weight)
        return cls.from_text(lgb.train(options, rows, num_boost_round=number).model_to_string())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the model as LightGBM writes it, without categories and missing values."""
        parts = [
            dict(line.split("=", 1) for line in part.splitlines() if "=" in line)
            for part in text.split("\nend of trees", maxsplit=1)[0].split("\nTree=")[1:]
        ]
        parts = [part for part in parts if part.get("split_feature")]  # a tree without a node adds nothing
        nodes = {
            name: np.concatenate([np.fromstring(part[key], sep=" ") for part in parts] or [np.zeros(0)])
            for name, key in _COLUMNS.items()
        }
        values = [np.fromstring(part["leaf_value"], sep=" ") for part in parts]
        sizes = np.array([len(value) for value in values], dtype=np.int64)
        first_leaf = np.cumsum(sizes) - sizes
        return cls(
            nodes["feature"].astype(np.int32), nodes["threshold"], nodes["left"].astype(np.int32),
            nodes["right"].astype(np.int32), np.concatenate([*values, np.zeros(0)]),
            first_leaf - np.arange(len(sizes)), first_leaf,
        )  # fmt: skip

    def odds(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the trees (n,), log odds, for (n, f) descriptors."""
        return _odds(
            found, self.feature, self.threshold, self.left, self.right, self.value, self.first_node, self.first_leaf
        )


@kernel
def _odds(
    rows: NDArray[np.float64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    value: NDArray[np.float64],
    first_node: NDArray[np.int64],
    first_leaf: NDArray[np.int64],
) -> NDArray[np.float64]:
    odds = np.zeros(len(rows))
    for row in prange(len(rows)):
        total = 0.0
        for tree in range(len(first_node)):
            node = 0
            while node >= 0:
                place = first_node[tree] + node
                node = left[place] if rows[row, feature[place]] <= threshold[place] else right[place]
            total += value[first_leaf[tree] - node - 1]
        odds[row] = total
    return odds
