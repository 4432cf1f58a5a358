"""Is a compound of metals only like the alloys and intermetallics that are known, rather than like any mixture?

Metals have no charges to balance. Boosted trees on descriptors of size, electronegativity and electron count learn to
tell known alloys from decoys made of them (`decoys`): the logarithm of the odds is the score. The known ones are dealt
into parts by element set, and each part is judged by trees that saw none of its element sets; the limit is the score
that all but a small share of the known reach that way: of those measured and of those listed, whichever is lower.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.metals.decoys import decoys
from superdrift.metals.descriptors import descriptors
from superdrift.metals.trees import Trees

COVERAGE = 0.95
"""Share of the known alloys, each judged by trees that saw none of its element set, at or above the limit. In the code,
because the check is judged by it."""

_FEWEST = 100
"""Known alloys of a kind below which it has no limit of its own."""
_PARTS = 3
"""Parts that element sets are dealt into; the score of an alloy is the mean over as many sets of trees."""
_SEED = 0
"""Seed of the parts, decoys and trees; fixed, so that verdicts depend on the known alloys alone."""
_TREES = 25
"""Trees for each part. Few and large ones judge better than eight times as many of 31 leaves, in half the time."""
_OPTIONS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 511,
    "learning_rate": 0.22,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "num_threads": 1,
    "seed": _SEED,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""LightGBM's parameters; rows are summed in one order whatever the number of threads."""


class MetalCheck:
    """The check by trees that were fitted to known alloys.

    Args:
        trees: gives the trees; called at the first question about an alloy, because to fit them takes seconds.
    """

    def __init__(self, trees: Callable[[], Trees]) -> None:
        self._make = trees

    @cached_property
    def trees(self) -> Trees:
        """The trees: log odds over the lowest accepted ones."""
        return self._make()

    def score(self, amounts: NDArray[np.floating]) -> NDArray[np.float64]:
        """How far inside (at least 0: plausible) or outside of the known the (n, 96) compounds lie: log odds, (n,).

        Elements alone are no alloys and score 0.
        """
        score = np.zeros(len(amounts))
        rows = np.flatnonzero(np.count_nonzero(amounts, axis=1) > 1)
        if len(rows):
            score[rows] = self.trees.odds(descriptors(amounts[rows]))
        return score


def fit_trees(measured: NDArray[np.floating], listed: NDArray[np.floating], *, threads: int) -> Trees:
    """Trees of each part of the known alloys, fitted to all others: their mean odds over the lowest accepted ones.

    Args:
        measured: (m, 96) atoms per formula unit of known compounds of metals only, two elements at least.
        listed: (l, 96) of others that are listed as stable.
        threads: processor cores; no result depends on them.
    """
    fractions = atomic_fractions(np.concatenate([measured, listed]))
    rows = distinct_compositions(fractions)
    known, own = fractions[rows], rows < len(measured)
    sets, stream = element_set_numbers(known), np.random.default_rng(_SEED)
    part = stream.permutation(np.arange(sets.max() + 1) % _PARTS)[sets]
    wrong = decoys(known, known, stream)
    right, made, odds = descriptors(known), descriptors(wrong.fractions), np.empty(len(known))

    def fit(held_out: int) -> Trees:
        others = part != held_out
        return Trees.fit(right[others], made[others[wrong.parent]], _OPTIONS, number=_TREES)

    with ThreadPoolExecutor(threads) as pool:
        trees = list(pool.map(fit, range(_PARTS)))
    for held_out, fitted in enumerate(trees):
        odds[part == held_out] = fitted.odds(right[part == held_out])
    kinds = [kind for kind in (own, ~own) if kind.sum() >= _FEWEST] or [np.ones_like(own)]
    return Trees.mean(trees, shift=-float(min(np.quantile(odds[kind], 1 - COVERAGE) for kind in kinds)))
