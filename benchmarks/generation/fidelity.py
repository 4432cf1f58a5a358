"""How near generated compounds are to held-out ones as a distribution, beside a random half of the training compounds.

A random half is what the best generator would write: fresh draws of the literature. Each measure is taken on equal
numbers of compounds, and the ratio of ours to the half's carries a bootstrap interval over all compounds compared.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance
from sklearn.neighbors import KNeighborsRegressor

from superdrift.charges.formal_valence import formal_valence
from superdrift.composition.element_sets import shares_element_set
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions

COMMON = 0.1
"""An element in this share of the held-out compounds is common."""
FAR = 0.02
"""Half L1; beyond it a compound counts as another one than its nearest training compound."""
DRAWS = 200
"""Of the bootstrap."""
Amounts = NDArray[np.float32]
Weights = NDArray[np.float64] | None
Values = tuple[str, NDArray[np.float64], NDArray[np.float64]]


class Reference:
    """Held-out compounds and what is compared of them.

    Args:
        train: (m, 96) training compounds.
        held_out: (h, 96) held-out compounds.
        tc_k: (m,) critical temperatures of the training compounds, K.
    """

    def __init__(self, train: Amounts, held_out: Amounts, tc_k: NDArray[np.float64]) -> None:
        self.held_out, self.train = held_out, CompositionIndex(train)
        self.common = np.flatnonzero((held_out > 0).mean(axis=0) >= COMMON)
        self.predictor = KNeighborsRegressor(5, metric="manhattan", weights="distance")
        self.predictor.fit(atomic_fractions(train), tc_k)
        self.features = self.described(held_out)
        self.distance = self.train.nearest(held_out)[0]

    def described(self, amounts: Amounts) -> dict[str, NDArray[np.float64]]:
        """What is compared as distributions: one value per compound (nan where undefined)."""
        values = {"number of elements": (amounts > 0).sum(axis=1).astype(np.float64)}
        values |= {f"amount of {SYMBOLS[i]}": amounts[:, i].astype(np.float64) for i in self.common}
        values["formal valence"] = formal_valence(amounts).valence
        values["predicted Tc / K"] = self.predictor.predict(atomic_fractions(amounts))
        return values


class Compared:
    """Everything one contender's compounds are compared by, computed once; weights then make bootstrap draws cheap."""

    def __init__(self, reference: Reference, amounts: Amounts) -> None:
        amounts = amounts[(amounts >= 0).all(axis=1) & (amounts > 0).any(axis=1)]
        self.n, self.reference = len(amounts), reference
        self.missed = missed_sets(reference.held_out, amounts)
        self.reach = CompositionIndex(amounts).nearest(reference.held_out)[0]
        self.near = reference.train.nearest(amounts)[0]
        self.features = reference.described(amounts)

    def measures(self, held: Weights = None, own: Weights = None) -> dict[str, float]:
        """All measures; smaller is better. Weights count each held-out and each own compound (bootstrap)."""
        found = {
            "held-out element sets missed": float(np.average(self.missed, weights=held)),
            "mean distance held-out → nearest generated": float(np.average(self.reach, weights=held)),
        }
        for name, values in self.features.items():
            found[f"Wasserstein: {name}"] = _wasserstein(values, self.reference.features[name], own, held)
        return found


def missed_sets(held_out: Amounts, amounts: Amounts) -> NDArray[np.bool_]:
    """(h,) mask of the held-out compounds whose set of elements none of `amounts` has."""
    return ~shares_element_set(held_out, amounts)


def fidelity(reference: Reference, amounts: Amounts) -> list[tuple[str, float, int]]:
    """Measures of one contender, and its distance to the training compounds beside that of the held-out."""
    compared = Compared(reference, amounts)
    rows = [(f"fidelity: {name}", value, compared.n) for name, value in compared.measures().items()]
    for whose, distance in (("", compared.near), (", held out", reference.distance)):
        rows.append((f"median distance to training{whose}", float(np.median(distance)), len(distance)))
        rows.append((f"at {FAR} or farther from training{whose}", float((distance >= FAR).mean()), len(distance)))
    return rows


def ratios(
    reference: Reference, amounts: Amounts, half: Amounts, stream: np.random.Generator
) -> list[tuple[str, float, int, float, float]]:
    """Each measure over that of the random half, with its 95 % bootstrap interval; below 1 is better than the half."""
    ours, null = Compared(reference, amounts), Compared(reference, half)

    def ratio(weights: Callable[[int], Weights]) -> dict[str, float]:
        held = weights(len(reference.held_out))
        mine, its = ours.measures(held, weights(ours.n)), null.measures(held, weights(null.n))
        return {name: value / its[name] if its[name] else np.nan for name, value in mine.items()}

    value = ratio(lambda _: None)
    drawn = [ratio(lambda n: stream.multinomial(n, np.full(n, 1 / n)).astype(float)) for _ in range(DRAWS)]
    rows = []
    for name, point in value.items():
        low, high = np.nanpercentile([one[name] for one in drawn], [2.5, 97.5])
        rows.append((f"ratio: {name}", point, ours.n, float(low), float(high)))
    return rows


def _wasserstein(
    values: NDArray[np.float64], others: NDArray[np.float64], weights: Weights, other_weights: Weights
) -> float:
    """Wasserstein distance of two weighted samples, undefined values left out."""
    mine, theirs = np.isfinite(values), np.isfinite(others)
    if not mine.any() or not theirs.any():
        return float("nan")
    return float(wasserstein_distance(
        values[mine], others[theirs], None if weights is None else weights[mine],
        None if other_weights is None else other_weights[theirs],
    ))  # fmt: skip
