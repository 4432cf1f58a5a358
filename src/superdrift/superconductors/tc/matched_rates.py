"""True- and false-positive rates at the distances from the known at which a set of compounds lies.

A classifier's rates fall with the distance from what it was fitted to, and differ between families. Rates measured on
all held-out compounds belong to their distances, not to those of generated compounds: so held-out compounds, near ones
(random split) and far ones (grouped split), are weighted until they lie as the compounds in question do.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from superdrift.io import tables
from superdrift.statistics.intervals import TAILS
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tables import HELD_OUT
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.corrected_share import Rate

DISTANCE_EDGES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""Half L1; between them lie the bins of distance to the nearest labelled compound, from known (0.005) and novel (0.02)
to hardly like anything known. Part of the method."""
PRIOR_COMPOUNDS = 20.0
"""Compounds of all families by which the rate of a family in a bin is held to the rate of that bin, and that to the
rate of all bins: a weak prior, part of the method."""
SPLITS = ("random", "grouped")
"""Splits whose held-out compounds are counted: near ones and far ones."""
METHODS = {"estimator": "superconducting_probability", "knn": "superconducting_probability_knn"}
"""Columns of the probabilities, by method."""
_BINS = len(DISTANCE_EDGES) + 1
_CELLS = _BINS * len(COMPOUND_FAMILIES)
_RESAMPLES = 500
"""Resamples of the bootstrap: 12 beyond each end of a 95 % interval."""
_SEED = 0
"""Seed of the resampling: fixed, so that equal inputs give equal intervals."""


@dataclass(frozen=True)
class MatchedRates:
    """Held-out classifications, counted by group, label and cell (a family at a distance).

    Attributes:
        rows: (groups, 2, cells) held-out compounds; first the non-superconductors.
        hits: by method, how many of them were classified superconducting.
    """

    rows: NDArray[np.float64]
    hits: dict[str, NDArray[np.float64]]

    @classmethod
    def read(cls, held_out: Path) -> Self:
        """From held_out.parquet."""
        names = ["split", "group", "family", "superconducting", "distance", *METHODS.values()]
        data = tables.read(held_out, HELD_OUT, names).to_pandas()
        data = data[data["split"].isin(SPLITS)]
        group = np.unique(data["group"].to_numpy(), return_inverse=True)[1]
        cell = cells(data["distance"].to_numpy(), data["family"].to_numpy())
        label = data["superconducting"].to_numpy().astype(np.int64)
        place = (group * 2 + label) * _CELLS + cell
        shape = (group.max(initial=-1) + 1, 2, _CELLS)

        def counted(weight: NDArray[np.bool_] | None) -> NDArray[np.float64]:
            return np.bincount(place, weights=weight, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)

        classified = {method: classified_superconducting(data[column].to_numpy()) for method, column in METHODS.items()}
        return cls(counted(None), {method: counted(hits) for method, hits in classified.items()})

    def rates(self, distance: NDArray[np.float64], family: NDArray[np.str_], method: str) -> tuple[Rate, Rate] | None:
        """True- and false-positive rate at the places of some compounds, with intervals of a bootstrap over groups.

        Args:
            distance: (n,) to the nearest known compound, half L1.
            family: (n,) family of each.
            method: estimator or knn.

        Returns:
            None where there are no compounds, or no held-out compound of either kind.
        """
        if len(distance) == 0 or not self.rows.any(axis=(0, 2)).all():
            return None
        share = np.bincount(cells(distance, family), minlength=_CELLS) / len(distance)
        draws = np.random.default_rng(_SEED).multinomial(
            len(self.rows), np.full(len(self.rows), 1 / len(self.rows)), size=_RESAMPLES
        )
        weights = np.concatenate([np.ones((1, len(self.rows))), draws])
        n, hits = (np.tensordot(weights, part, axes=1) for part in (self.rows, self.hits[method]))
        found = np.einsum("rlc,c->rl", _shrunk(hits, n), share)  # first the rows as they are, then the resamples
        ends = np.quantile(found[1:], TAILS, axis=0)
        false, true = (
            Rate(float(found[0, k]), float(min(ends[0, k], found[0, k])), float(max(ends[1, k], found[0, k])))
            for k in (0, 1)
        )
        return true, false


def cells(distance: NDArray[np.float64], family: NDArray[np.str_]) -> NDArray[np.int64]:
    """Cell of each compound: (n,) distances and families → (n,) numbers."""
    known = np.array(COMPOUND_FAMILIES)
    number = np.searchsorted(known, family, sorter=np.argsort(known))
    return np.argsort(known)[number] * _BINS + np.searchsorted(DISTANCE_EDGES, distance, side="right")


def _shrunk(hits: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates of the cells (…, cells), those of few compounds held to their bin's, and that to the rate of all."""
    by_family = (*hits.shape[:-1], len(COMPOUND_FAMILIES), _BINS)
    hits, n = hits.reshape(by_family), n.reshape(by_family)
    whole = hits.sum(axis=(-2, -1), keepdims=True) / np.maximum(n.sum(axis=(-2, -1), keepdims=True), 1.0)
    of_bin = (hits.sum(axis=-2, keepdims=True) + PRIOR_COMPOUNDS * whole) / (
        n.sum(axis=-2, keepdims=True) + PRIOR_COMPOUNDS
    )
    return ((hits + PRIOR_COMPOUNDS * of_bin) / (n + PRIOR_COMPOUNDS)).reshape(*by_family[:-2], _CELLS)
