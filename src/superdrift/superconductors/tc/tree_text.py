"""Boosted trees as LightGBM writes them: a few rows walk down the nodes of the text, many are left to LightGBM.

LightGBM imports pandas, scipy and scikit-learn, which takes longer than to estimate a handful of compounds. What both
ways give is the same, bit for bit.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.tc.nodes import Nodes

if TYPE_CHECKING:
    import lightgbm as lgb

FEW_ROWS = 500
"""Rows up to which nodes are walked: a second at most, about as long as to import LightGBM."""

_LINKS = {"regression": float, "binary sigmoid:1": lambda x: 1 / (1 + math.exp(-x)), "poisson": math.exp}
"""What an objective makes of the sum of the trees, by its name in the text."""
_ZERO = float(np.float32(1e-35))
"""LightGBM takes values no larger than this for 0. Fixed by its code."""
_CATEGORICAL, _MISSING = 1, 12
"""Bits of LightGBM's type of a decision. Fixed by its format."""


class BoostedNodes:
    """Boosted trees as nodes.

    Args:
        nodes: of the trees.
        objective: LightGBM's, as it stands in the text, which says what becomes of the sum of the trees.

    Raises:
        ValueError: for an objective that is not among those that are fitted here.
    """

    def __init__(self, nodes: Nodes, objective: str) -> None:
        if objective not in _LINKS:
            raise ValueError(f"no model of a known objective (found '{objective}')")
        self.nodes, self.objective = nodes, objective

    def predict(self, x: NDArray[np.floating], *, threads: int = 1) -> NDArray[np.float64]:
        """(n, f) features, all finite → (n,) estimates."""
        sums = self.nodes.sums(np.where(np.abs(x) <= _ZERO, 0, x))
        return np.array([_LINKS[self.objective](total) for total in sums.tolist()])


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
        self.stored = BoostedNodes(Nodes.joined([_tree(_entries(part)) for part in parts]), objective)

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
        return self.stored.predict(x)


def _entries(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _tree(entries: Mapping[str, str]) -> tuple[list[int], list[float], list[float]]:
    """A tree from its part of the text, which starts with its number: features, thresholds, values in pre-order."""
    kinds = [int(word) for word in entries.get("decision_type", "").split()]
    if any(kind & _CATEGORICAL for kind in kinds) or entries.get("is_linear", "0") != "0":
        raise ValueError("trees with categories or linear leaves are not among those that are fitted here")
    if any(kind & _MISSING == 4 for kind in kinds):  # zero counts as missing
        raise ValueError("trees that take zero for missing are not among those that are fitted here")
    feature, left, right = (
        [int(word) for word in entries[name].split()] for name in ("split_feature", "left_child", "right_child")
    )
    threshold, value = ([float(word) for word in entries[name].split()] for name in ("threshold", "leaf_value"))
    if len(value) != len(feature) + 1:
        raise ValueError("a tree is cut off")
    nodes, waiting = [], [0 if feature else -1]
    while waiting:  # children below 0 are the leaves of number −child − 1
        node = waiting.pop()
        if node >= 0:
            nodes.append((feature[node], threshold[node], 0.0))
            waiting += [right[node], left[node]]
        else:
            nodes.append((-1, 0.0, value[~node]))
    features, thresholds, values = zip(*nodes, strict=True)
    return list(features), list(thresholds), list(values)
