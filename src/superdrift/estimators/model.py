"""The fitted estimators: labelled compositions (Parquet) and a description (JSON); nothing is pickled."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from superdrift import tables
from superdrift.composition.distance import TOLERANCE
from superdrift.composition.vector import atomic_fractions
from superdrift.errors import InputError
from superdrift.estimators.distances import distance_blocks, pack, smallest, unpack
from superdrift.estimators.intervals import Interval, Predicted
from superdrift.estimators.known import Known
from superdrift.estimators.neighbours import Choice, Neighbourhood, negatives_per_superconductor

VERSION = 1
"""Of the description's layout."""


@dataclass(frozen=True)
class Estimator:
    """Superconducting probability and Tc of any composition.

    Attributes:
        known: the training compositions.
        classifier: choice for the vote.
        regressor: choice for Tc.
        interval: calibrated interval of Tc.
        radius: largest distance (half L1) to a known superconductor at which an estimate is applicable.
    """

    known: Known
    classifier: Choice
    regressor: Choice
    interval: Interval
    radius: float

    def estimate(self, amounts: NDArray[np.floating]) -> dict[str, NDArray[Any]]:
        """Estimates for (n, 96) amounts, all rows positive somewhere and negative nowhere.

        Returns:
            (n,) columns of `tables.ESTIMATED`: superconducting_probability, tc_k, tc_low_k, tc_high_k,
            applicable.
        """
        queries = atomic_fractions(amounts)
        voters, warm, distance = self._neighbours(queries)
        ratio = negatives_per_superconductor(self.known.superconducting)
        probability = Neighbourhood.of(voters, self.classifier).probability(
            self.known, negatives_per_superconductor=ratio
        )
        tc, spread = Neighbourhood.of(warm, self.regressor).tc(self.known)
        low, high = self.interval.bounds(Predicted(tc, spread, distance))
        return {
            "superconducting_probability": probability,
            "tc_k": tc,
            "tc_low_k": low,
            "tc_high_k": high,
            "applicable": distance <= self.radius + TOLERANCE,
        }

    def _neighbours(
        self, queries: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Keys of the voters and of the superconductors; distance to the nearest superconductor (half L1)."""
        fractions, warm = self.known.fractions, np.flatnonzero(self.known.superconducting)
        everyone = np.arange(len(fractions))
        found: dict[str, list[NDArray[np.int64]]] = {"voters": [], "warm": [], "nearest": []}
        for metric in sorted({self.classifier.metric, self.regressor.metric, "manhattan"}):
            for _, distance in distance_blocks(queries, fractions, metric):
                keys = pack(distance, everyone)
                if metric == self.classifier.metric:
                    found["voters"].append(smallest(keys, self.classifier.k))
                if metric == self.regressor.metric:
                    found["warm"].append(smallest(keys[:, warm], self.regressor.k))
                if metric == "manhattan":
                    found["nearest"].append(keys[:, warm].min(axis=1))
        if len(queries) == 0:
            nothing = np.zeros((0, 1), dtype=np.int64)
            return nothing, nothing, np.zeros(0)
        return (
            np.concatenate(found["voters"]),
            np.concatenate(found["warm"]),
            unpack(np.concatenate(found["nearest"]))[0],
        )

    def describe(self) -> dict[str, Any]:
        """Everything but the training compositions, as JSON can hold it."""
        return {
            "version": VERSION,
            "classifier": asdict(self.classifier),
            "regressor": asdict(self.regressor),
            "interval": asdict(self.interval),
            "applicability_radius": self.radius,
        }

    @classmethod
    def load(cls, neighbours: Path, description: Path) -> Self:
        """Refit from the table of training compositions and the description.

        Raises:
            InputError: when either file is missing, damaged or of another version.
        """
        try:
            described = json.loads(Path(description).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{description} cannot be read ({error}); run the rule `fit` again") from error
        return cls.from_description(Known.of(tables.read(neighbours, tables.NEIGHBOURS)), described, place=description)

    @classmethod
    def from_description(cls, known: Known, described: Mapping[str, Any], *, place: Path) -> Self:
        """From training compositions and what `describe` gave."""
        if described.get("version") != VERSION:
            raise InputError(
                f"{place} has layout {described.get('version')}, not {VERSION}; delete it and run the rule `fit` again"
            )
        interval = described["interval"]
        return cls(
            known=known,
            classifier=Choice(**described["classifier"]),
            regressor=Choice(**described["regressor"]),
            interval=Interval(tuple(interval["coefficients"]), interval["lower"], interval["upper"]),
            radius=described["applicability_radius"],
        )
