"""Boosted trees as a table of nodes: fitted by LightGBM, evaluated without it, for few rows and for many alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.io.tables import Column, Table
from superdrift.run.compiled import kernel, prange

TREES = Table(
    "trees",
    (
        Column("tree", pa.int32(), "number of the tree, from 0"),
        Column("feature", pa.int16(), "descriptor that the node asks for; −1: a leaf"),
        Column("threshold", pa.float64(), "rows of at most this value go left; 0 for a leaf"),
        Column("left", pa.int32(), "row of this table that they go to; 0 for a leaf"),
        Column("right", pa.int32(), "row of this table that the others go to; 0 for a leaf"),
        Column("value", pa.float64(), "log odds that a leaf adds; 0 elsewhere"),
    ),
)


@dataclass(frozen=True)
class Trees:
    """Trees whose values add up, as arrays of nodes, each (nodes,); see `TREES`. A tree starts with its root."""

    tree: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]

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
        """From a model as LightGBM writes it, without categories and missing values."""
        parts = text.split("\nend of trees", maxsplit=1)[0].split("\nTree=")[1:]
        return cls._joined([
            cls._one(dict(line.split("=", 1) for line in part.splitlines() if "=" in line)) for part in parts
        ])  # fmt: skip

    @classmethod
    def mean(cls, parts: Sequence[Self], *, shift: float) -> Self:
        """Trees that give the mean of several, plus a shift: a tree of one leaf."""
        leaf = np.zeros(1)
        ends = cls(leaf.astype(np.int32), leaf.astype(np.int16) - 1, leaf, leaf.astype(np.int32),
                   leaf.astype(np.int32), leaf + shift * len(parts))  # fmt: skip
        joined = cls._joined([*parts, ends])
        return cls(*(getattr(joined, name) for name in TREES.schema.names[:-1]), joined.value / len(parts))

    @classmethod
    def from_table(cls, table: pa.Table) -> Self:
        """From a table `TREES`."""
        return cls(*(table[name].to_numpy() for name in TREES.schema.names))

    def columns(self) -> Mapping[str, Any]:
        """The columns of `TREES`."""
        return {name: getattr(self, name) for name in TREES.schema.names}

    def odds(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the trees (n,), log odds, for (n, f) descriptors."""
        roots = np.flatnonzero(np.diff(self.tree, prepend=-1))
        return _odds(found, roots, self.feature, self.threshold, self.left, self.right, self.value)

    @classmethod
    def _one(cls, entries: Mapping[str, str]) -> Self:
        """A tree from its part of the text: its nodes, then its leaves."""
        feature, threshold, left, right, value = (
            np.array([kind(word) for word in entries.get(name, "").split()])
            for name, kind in (
                ("split_feature", int), ("threshold", float), ("left_child", int), ("right_child", int),
                ("leaf_value", float),
            )
        )  # fmt: skip
        if not len(feature):  # a single leaf, whose children the text may still name
            left = right = feature
        nodes, leaves = len(feature), len(value)
        below = [np.where(child < 0, nodes - child - 1, child).astype(np.int32) for child in (left, right)]
        return cls(
            np.zeros(nodes + leaves, dtype=np.int32),
            np.r_[feature, np.full(leaves, -1)].astype(np.int16),
            np.r_[threshold[:nodes], np.zeros(leaves)],
            *(np.r_[child, np.zeros(leaves, dtype=np.int32)].astype(np.int32) for child in below),
            np.r_[np.zeros(nodes), value],
        )

    @classmethod
    def _joined(cls, parts: Sequence[Self]) -> Self:
        """The trees of several one after another."""
        start, number, moved = 0, 0, []
        for part in parts:
            inner = part.feature >= 0
            moved.append([
                part.tree + number, part.feature, part.threshold, np.where(inner, part.left + start, 0),
                np.where(inner, part.right + start, 0), part.value,
            ])  # fmt: skip
            start, number = start + len(part.tree), number + int(part.tree[-1]) + 1
        types = [field.type.to_pandas_dtype() for field in TREES.schema]
        columns = zip(*moved, strict=True)
        return cls(*(np.concatenate(column).astype(kind) for column, kind in zip(columns, types, strict=True)))


@kernel
def _odds(
    rows: NDArray[np.float64],
    roots: NDArray[np.int64],
    feature: NDArray[np.int16],
    threshold: NDArray[np.float64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    value: NDArray[np.float64],
) -> NDArray[np.float64]:
    odds = np.zeros(len(rows))
    for row in prange(len(rows)):
        total = 0.0
        for root in roots:
            node = np.int64(root)
            while feature[node] >= 0:
                node = np.int64(left[node] if rows[row, feature[node]] <= threshold[node] else right[node])
            total += value[node]
        odds[row] = total
    return odds
