"""The fitted estimators: labelled compositions (Parquet), trees and choices (JSON); nothing is pickled."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.io import tables
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.data.records import pressure_and_record
from superdrift.superconductors.settings.tc import ForestSettings
from superdrift.superconductors.tables import NEIGHBOURS
from superdrift.superconductors.tc.boosting import Trees
from superdrift.superconductors.tc.conformal import Interval
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.forest import Forest, ForestEstimate, fit_forest, fit_trees
from superdrift.superconductors.tc.held_out import blended, difficulty, middle
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbours import Choice, Neighbours
from superdrift.superconductors.tc.nodes import Nodes
from superdrift.superconductors.tc.novelty import KnownChemistry
from superdrift.superconductors.tc.tree_text import BoostedNodes

VERSION = 4
"""Layout of the stored description; a file of another layout is refused."""
BOOSTED, FOREST = ("tc", "superconducting"), "forest"
"""Names of the models of trees, in the description and among the nodes that ship."""


@dataclass(frozen=True)
class Estimator:
    """Superconducting probability and Tc of any composition.

    Attributes:
        neighbours: the published method, and the distance to what is known.
        tc: boosted trees of Tc.
        forest: settings of the forest of Tc, which is fitted when it is first asked.
        weight: of the forest beside the boosted trees.
        superconducting: trees of the probability of superconductivity.
        interval: calibrated interval of Tc.
        radius: largest novelty at which an estimate is applicable.
        seed: of the forest.
        threads: of the forest; estimates are the same for any number.
        stored: the forest, where it is stored and not fitted.
    """

    neighbours: Neighbours
    tc: Trees
    forest: ForestSettings
    weight: float
    superconducting: Trees
    interval: Interval
    radius: float
    seed: int
    threads: int
    stored: Forest | None = None

    @cached_property
    def _chemistry(self) -> KnownChemistry:
        known = self.neighbours.known
        return KnownChemistry(known.amounts[known.superconducting])

    @cached_property
    def _forest(self) -> Callable[[NDArray[np.float32]], ForestEstimate]:
        if self.stored is not None:
            return self.stored.predict
        return fit_forest(*self._forest_rows(), self.forest, seed=self.seed, threads=self.threads)

    def _forest_rows(self) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Features and Tc of the known superconductors."""
        known, rows = self.neighbours.known, self.neighbours.known.superconducting
        return features(known.amounts[rows]), known.tc[rows]

    def models(self) -> dict[str, Nodes]:
        """All trees as they ship: those of `BOOSTED`, and the forest, fitted for it."""
        fitted = fit_trees(*self._forest_rows(), self.forest, seed=self.seed, threads=self.threads)
        return {name: getattr(self, name).nodes.nodes for name in BOOSTED} | {FOREST: Forest.of(fitted).nodes}

    def _tc(
        self, x: NDArray[np.float32], neighbours: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n, f) features and the neighbours' Tc (n,) → Tc and the deviation of the forest's trees, (n,) in K."""
        forest = self._forest(x)
        blend = blended(self.tc.predict(x, threads=self.threads), forest.tc, self.weight)
        return middle(blend, forest.median, neighbours), forest.spread

    def estimate(self, amounts: NDArray[np.floating]) -> dict[str, NDArray[Any]]:
        """Estimates for (n, 96) amounts, all rows positive somewhere and negative nowhere.

        Returns:
            (n,) columns of `ESTIMATED`, those of the formation energy apart.
        """
        x, vote = features(amounts), self.neighbours.predict(amounts)
        tc, spread = self._tc(x, vote.tc)
        pressure, record = pressure_and_record(amounts)
        low, high = self.interval.bounds(difficulty(tc, vote.distance, spread, families_of(amounts)))
        return {
            "superconducting_probability": self.superconducting.predict(x, threads=self.threads),
            "tc_k": tc,
            "tc_low_k": low,
            "tc_high_k": high,
            "extrapolated": high > record,
            "needs_pressure": pressure,
            "applicable": self.applicable(amounts),
            "superconducting_probability_knn": vote.probability,
            "tc_knn_k": vote.tc,
        }

    def applicable(self, amounts: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n,) whether estimates of (n, 96) amounts mean something: measured, or not too novel."""
        limit = self.radius + TOLERANCE
        return self.neighbours.measured(amounts) | (self._chemistry.novelty(amounts, limit=limit) <= limit)

    def describe(self) -> dict[str, Any]:
        """Everything but the training compositions, as JSON can hold it."""
        return {
            "version": VERSION,
            "classifier": asdict(self.neighbours.classifier),
            "regressor": asdict(self.neighbours.regressor),
            "tc": self.tc.text,
            "forest": asdict(self.forest) | {"seed": self.seed, "weight": self.weight},
            "superconducting": self.superconducting.text,
            "interval": self.interval.describe(),
            "applicability_radius": self.radius,
        }

    @classmethod
    def load(cls, neighbours: Path, description: Path, *, threads: int) -> Self:
        """From the table of training compositions and the description.

        Raises:
            InputError: when either file is missing, damaged or of another version.
        """
        try:
            described = json.loads(Path(description).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{description} cannot be read ({error}); run the rule `fit` again") from error
        known = Known.of(tables.read(neighbours, NEIGHBOURS))
        return cls.from_description(known, described, place=description, threads=threads)

    @staticmethod
    def without_text(described: Mapping[str, Any]) -> dict[str, Any]:
        """What `describe` gave, with the objective of each model of boosted trees in place of its text."""
        return dict(described) | {name: Trees.from_text(described[name]).nodes.objective for name in BOOSTED}

    @classmethod
    def from_description(
        cls, known: Known, described: Mapping[str, Any], *, place: Path, threads: int,
        stored: Mapping[str, Nodes] | None = None,
    ) -> Self:  # fmt: skip
        """From training compositions and what `describe` gave.

        Args:
            known: the training compositions.
            described: what `describe` gave, or with the stored trees what `without_text` made of it.
            place: where it stands, for messages.
            threads: of the forest.
            stored: the trees of all models, where they are stored as nodes.

        Raises:
            InputError: when the description is damaged or of another version.
        """
        version = described.get("version") if isinstance(described, Mapping) else None
        if version != VERSION:
            raise InputError(f"{place} has layout {version}, not {VERSION}; delete it and run the rule `fit` again")
        try:
            return cls._described(known, described, threads=threads, stored=stored)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{place} is damaged ({type(error).__name__}: {error}); delete it and run the rule `fit` again"
            ) from error

    @classmethod
    def _described(
        cls, known: Known, described: Mapping[str, Any], *, threads: int, stored: Mapping[str, Nodes] | None
    ) -> Self:
        choices = (Choice(**described[name]) for name in ("classifier", "regressor"))
        interval, forest = described["interval"], dict(described["forest"])
        seed, weight = forest.pop("seed"), forest.pop("weight")
        boosted = {
            name: Trees.from_text(described[name])
            if stored is None
            else Trees(BoostedNodes(stored[name], described[name]))
            for name in BOOSTED
        }
        return cls(
            neighbours=Neighbours(known, *choices),
            tc=boosted["tc"],
            forest=ForestSettings(**forest),
            weight=weight,
            superconducting=boosted["superconducting"],
            interval=Interval(interval["expected_error"], interval["tails"]),
            radius=described["applicability_radius"],
            seed=seed,
            threads=threads,
            stored=None if stored is None else Forest(stored[FOREST]),
        )
