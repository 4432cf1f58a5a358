"""What is known already: the nearest known compound, and duplicates within a source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.nearest_compositions import CompositionIndex


@dataclass(frozen=True)
class Neighbour:
    """The nearest known compound of n queries.

    Attributes:
        distance: (n,) half L1 distance of atomic fractions.
        formula: (n,) its formula; None where there is no other compound.
        known: (n,) it lies within the known radius.
        novel: (n,) it lies beyond the novel radius.
    """

    distance: NDArray[np.float64]
    formula: NDArray[np.object_]
    known: NDArray[np.bool_]
    novel: NDArray[np.bool_]


class KnownCompounds:
    """Index of known compounds, superconducting or not: one that is listed without a Tc is no discovery either.

    Args:
        amounts: (m, 96) atoms per formula unit.
        formulas: (m,) as read.
        known_radius: half L1; within it a composition counts as known.
        novel_radius: half L1; beyond it a composition counts as novel.
        others: compare with the nearest compound of another composition; for queries that are known
            themselves.
    """

    def __init__(
        self,
        amounts: NDArray[np.floating],
        formulas: Sequence[str],
        *,
        known_radius: float,
        novel_radius: float,
        others: bool = False,
    ) -> None:
        self._index = CompositionIndex(amounts)
        self._formulas = np.array([*formulas, None], dtype=object)
        self._known_radius, self._novel_radius, self._others = known_radius, novel_radius, others

    def nearest(self, amounts: NDArray[np.floating]) -> Neighbour:
        """Nearest known compound of (n, 96) compositions."""
        query = self._index.nearest_other if self._others else self._index.nearest
        distance, row = query(amounts)
        return Neighbour(
            distance=distance,
            formula=self._formulas[row],
            known=distance <= self._known_radius + TOLERANCE,
            novel=distance > self._novel_radius + TOLERANCE,
        )

    def several(self, amounts: NDArray[np.floating], k: int) -> list[list[str]]:
        """Formulas of the k nearest known compounds of each of (n, 96) compositions, with their distances."""
        distance, row = self._index.several(amounts, k, others=self._others)
        return [
            [f"{self._formulas[r]} ({d:.3f})" for d, r in zip(*pair, strict=True) if r >= 0]
            for pair in zip(distance.tolist(), row.tolist(), strict=True)
        ]


class Duplicates:
    """Marks reduced formulas that came before, over all batches of a source in row order."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def mark(self, reduced: Sequence[str | None]) -> NDArray[np.bool_]:
        """(n,) whether an earlier row had the same reduced formula; rows without one are never duplicates."""
        duplicate = np.zeros(len(reduced), dtype=bool)
        for row, formula in enumerate(reduced):
            if formula is not None:
                duplicate[row] = formula in self._seen
                self._seen.add(formula)
        return duplicate
