"""Boosted trees as LightGBM writes them: a few rows are estimated from the text itself, many by LightGBM.

LightGBM imports pandas, scipy and scikit-learn, which takes longer than to estimate a handful of compounds. What both
ways give is the same, bit for bit.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import lightgbm as lgb

FEW_ROWS = 50
"""Rows up to which the text is walked: tens of milliseconds, against a second or more to import LightGBM."""

_LINKS = {"regression": float, "binary sigmoid:1": lambda x: 1 / (1 + math.exp(-x)), "poisson": math.exp}
"""What an objective makes of the sum of the trees, by its name in the text."""
_ZERO = float(np.float32(1e-35))
"""LightGBM takes values no larger than this for 0. Fixed by its code."""
_CATEGORICAL, _MISSING = 1, 12
"""Bits of LightGBM's type of a decision. Fixed by its format."""


@dataclass(frozen=True)
class _Tree:
    """Nodes of a tree; a child below 0 is the leaf of number −child − 1."""

    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]

    def leaf(self, row: list[float]) -> float:
        """Value of the leaf that a row falls into."""
        node = 0 if self.feature else -1
        while node >= 0:
            node = self.left[node] if row[self.feature[node]] <= self.threshold[node] else self.right[node]
        return self.value[~node]


class TreeText:
    """Boosted trees of one target.

    Args:
        text: as LightGBM writes it.

    Raises:
        ValueError: when it is not that.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        head, *parts = text.split("\nend of trees", maxsplit=1)[0].split("\nTree=")
        objective = _entries(head).get("objective", "")
        if objective not in _LINKS or not parts or "\nend of trees" not in text:
            raise ValueError(f"no whole LightGBM model of a known objective (found '{objective}')")
        self._link = _LINKS[objective]
        self._trees = [_tree(_entries(part)) for part in parts]

    @cached_property
    def booster(self) -> "lgb.Booster":
        """The same trees in LightGBM."""
        import lightgbm  # slow to import, and needed only for many rows  # noqa: PLC0415

        return lightgbm.Booster(model_str=self.text)

    def predict(self, x: NDArray[np.floating], *, threads: int) -> NDArray[np.float64]:
        """(n, f) features → (n,) estimates."""
        if len(x) == 0:
            return np.zeros(0)
        if len(x) > FEW_ROWS or not np.isfinite(x).all():
            return np.asarray(self.booster.predict(x, num_threads=threads), dtype=np.float64)
        exact = np.asarray(x, dtype=np.float64)
        rows = np.where(np.abs(exact) <= _ZERO, 0.0, exact).tolist()
        return np.array([self._link(_sum([tree.leaf(row) for tree in self._trees])) for row in rows])


def _sum(values: list[float]) -> float:
    """One after another: Python's own sum keeps more digits than LightGBM."""
    total = 0.0
    for value in values:
        total += value
    return total


def _entries(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _tree(entries: dict[str, str]) -> _Tree:
    """A tree from its part of the text, which starts with its number."""
    kinds = [int(word) for word in entries.get("decision_type", "").split()]
    if any(kind & _CATEGORICAL for kind in kinds) or entries.get("is_linear", "0") != "0":
        raise ValueError("trees with categories or linear leaves are not among those that are fitted here")
    if any(kind & _MISSING == 4 for kind in kinds):  # zero counts as missing
        raise ValueError("trees that take zero for missing are not among those that are fitted here")
    whole, real = (
        {name: [kind(word) for word in entries[name].split()] for name in names}
        for kind, names in (
            (int, ("split_feature", "left_child", "right_child")), (float, ("threshold", "leaf_value")),
        )
    )  # fmt: skip
    if len(real["leaf_value"]) != len(whole["split_feature"]) + 1:
        raise ValueError("a tree is cut off")
    return _Tree(
        whole["split_feature"], real["threshold"], whole["left_child"], whole["right_child"], real["leaf_value"]
    )
