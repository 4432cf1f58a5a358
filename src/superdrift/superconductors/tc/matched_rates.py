"""True- and false-positive rates at the distances from the known at which a set of compounds lies.

A classifier's rates fall with the distance from what it was fitted to, and differ between families. Rates measured on
all held-out compounds belong to their distances, not to those of generated compounds: so held-out compounds, near ones
(random split) and far ones (grouped split), are weighted until they lie as the compounds in question do.

False positives are counted among measured negatives. The rate among compounds without a label, taken for negatives as
published, is to be had beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from superdrift.io import tables
from superdrift.statistics.intervals import TAILS
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tables import HELD_OUT
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.corrected_share import Rate
from superdrift.superconductors.tc.labelled_compositions import FEWEST_NEGATIVES

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
NEGATIVE, SUPERCONDUCTOR, UNLABELLED = range(3)
"""Numbers of the labels."""
_BINS = len(DISTANCE_EDGES) + 1
_CELLS = _BINS * len(COMPOUND_FAMILIES)
_LEAST_RATE = 1e-3
"""Keeps the parameters of a beta distribution above 0 where none of the compounds, or every one, is a hit."""
_RESAMPLES = 500
"""Resamples of the bootstrap: 12 beyond each end of a 95 % interval."""
_SEED = 0
"""Seed of the resampling: fixed, so that equal inputs give equal intervals."""


@dataclass(frozen=True)
class MatchedRates:
    """Held-out classifications, counted by group, label and cell (a family at a distance).

    Attributes:
        rows: (groups, 3, cells) held-out compounds: measured negatives, superconductors, unlabelled ones.
        hits: by method, how many of them were classified superconducting.
    """

    rows: NDArray[np.float64]
    hits: dict[str, NDArray[np.float64]]

    @classmethod
    def read(cls, held_out: Path) -> Self:
        """From held_out.parquet."""
        names = ["split", "group", "family", "superconducting", "distance", *METHODS.values()]
        found = tables.read(held_out, HELD_OUT, names)
        found = found.filter(pc.is_in(found["split"], pa.array(SPLITS)))
        group = np.unique(found["group"].to_numpy(), return_inverse=True)[1]
        cell = cells(found["distance"].to_numpy(), np.array(found["family"].to_pylist(), dtype=np.str_))
        kinds = {False: NEGATIVE, True: SUPERCONDUCTOR, None: UNLABELLED}
        label = np.array([kinds[kind] for kind in found["superconducting"].to_pylist()], dtype=np.int64)
        place = (group * len(kinds) + label) * _CELLS + cell
        shape = (group.max(initial=-1) + 1, len(kinds), _CELLS)

        def counted(weight: NDArray[np.bool_] | None) -> NDArray[np.float64]:
            return np.bincount(place, weights=weight, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)

        classified = {
            method: classified_superconducting(found[column].to_numpy()) for method, column in METHODS.items()
        }
        return cls(counted(None), {method: counted(hits) for method, hits in classified.items()})

    def rate(self, distance: NDArray[np.float64], family: NDArray[np.str_], method: str, label: int) -> Rate | None:
        """Share of held-out compounds of a label that is classified superconducting, at the places of some compounds.

        The interval is that of a bootstrap over groups. Where few compounds of a cell were held out, it also says that
        the rate which the cell is held to need not be its own: each resample draws that rate from the beta distribution
        of the prior's compounds.

        Args:
            distance: (n,) to the nearest known compound, half L1.
            family: (n,) family of each.
            method: estimator or knn.
            label: SUPERCONDUCTOR for the true-positive rate, NEGATIVE for the false-positive rate, UNLABELLED for what
                that would be, were all unlabelled compounds negatives.

        Returns:
            None where there are no compounds, or too few held-out ones of this label.
        """
        rows, hits = self.rows[:, label], self.hits[method][:, label]
        there = rows.sum() / len(SPLITS)  # each compound is held out once in each split
        if len(distance) == 0 or there == 0 or (label == NEGATIVE and there < FEWEST_NEGATIVES):
            return None
        share = np.bincount(cells(distance, family), minlength=_CELLS) / len(distance)
        generator, number = np.random.default_rng(_SEED), len(rows)
        draws = generator.multinomial(number, np.full(number, 1 / number), size=_RESAMPLES)
        weights = np.concatenate([np.ones((1, number)), draws])  # first the rows as they are, then the resamples
        found = _shrunk(weights @ hits, weights @ rows, lambda rate: _uncertain(rate, generator)) @ share
        value, (low, high) = float(found[0]), np.quantile(found[1:], TAILS).tolist()
        return Rate(value, min(low, value), max(high, value))


def cells(distance: NDArray[np.float64], family: NDArray[np.str_]) -> NDArray[np.int64]:
    """Cell of each compound: (n,) distances and families → (n,) numbers."""
    known = np.array(COMPOUND_FAMILIES)
    number = np.searchsorted(known, family, sorter=np.argsort(known))
    return np.argsort(known)[number] * _BINS + np.searchsorted(DISTANCE_EDGES, distance, side="right")


def _uncertain(rate: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Rates that cells are held to, (1 + resamples, …): the first as they are, the others drawn around themselves."""
    inside = np.clip(rate[1:], _LEAST_RATE, 1 - _LEAST_RATE)
    return np.concatenate([rate[:1], generator.beta(PRIOR_COMPOUNDS * inside, PRIOR_COMPOUNDS * (1 - inside))])


def _shrunk(
    hits: NDArray[np.float64], n: NDArray[np.float64], prior: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Rates of the cells (…, cells), those of few compounds held to their bin's, and that to the rate of all.

    Args:
        hits: (…, cells) compounds classified superconducting.
        n: (…, cells) compounds.
        prior: makes of the rate of more compounds what the rate of fewer is held to.
    """
    by_family = (*hits.shape[:-1], len(COMPOUND_FAMILIES), _BINS)
    hits, n = hits.reshape(by_family), n.reshape(by_family)
    whole = hits.sum(axis=(-2, -1), keepdims=True) / np.maximum(n.sum(axis=(-2, -1), keepdims=True), 1.0)
    every_bin = np.broadcast_to(whole, (*hits.shape[:-2], 1, _BINS))
    of_bin = (hits.sum(axis=-2, keepdims=True) + PRIOR_COMPOUNDS * prior(every_bin)) / (
        n.sum(axis=-2, keepdims=True) + PRIOR_COMPOUNDS
    )
    every_cell = prior(np.broadcast_to(of_bin, hits.shape))
    return ((hits + PRIOR_COMPOUNDS * every_cell) / (n + PRIOR_COMPOUNDS)).reshape(*by_family[:-2], _CELLS)
