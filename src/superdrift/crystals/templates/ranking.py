"""Which templates fit a composition: how unlike the replaced elements are, how many compounds vote for a prototype."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.substitution import mined_distance, property_distance
from superdrift.crystals.templates.library import Shelf, Slots

DISTANCES = {"data_mined": mined_distance, "properties": property_distance}
"""How unlike elements are, by the setting `crystals.template.similarity`."""


@dataclass(frozen=True)
class Ranked:
    """A template in its place.

    Attributes:
        row: its place in the library's table.
        score: of its prototype.
        replaced: element of the template → element that takes its place, numbers from 0.
    """

    row: int
    score: float
    replaced: dict[int, int]


def rank(slots: Slots, shelf: Shelf, distance: NDArray[np.float64], *, softness: float) -> list[Ranked]:
    """Templates of a composition: the nearest of each prototype, prototypes by their score; then the next nearest.

    The cost c of a template is the sum over slots of the distance between the element there and the one that takes its
    place, in the cheapest order of equally many elements. A prototype scores ln Σ exp(−c/s) · s over its templates,
    with s the softness, which tends to −min c as s → 0.

    Args:
        slots: the composition.
        shelf: the templates of its stoichiometry.
        distance: (96, 96) of elements.
        softness: s, in units of the distance.

    Returns:
        All templates of the shelf: first one for each prototype, best first, then the second of each, and so on.
    """
    costs, orders = _cheapest(slots, shelf.elements, distance)
    scores = _scores(costs, shelf.prototypes, len(shelf.names), softness)
    nearest = np.lexsort((shelf.rows, costs, shelf.prototypes))
    turn = np.empty(len(costs), dtype=np.int64)
    starts = np.searchsorted(shelf.prototypes[nearest], np.arange(len(shelf.names)))
    turn[nearest] = np.arange(len(costs)) - starts[shelf.prototypes[nearest]]
    order = np.lexsort((shelf.prototypes, -scores[shelf.prototypes], turn))
    wanted = np.array(slots.elements)[orders]
    return [
        Ranked(
            int(shelf.rows[i]),
            float(scores[shelf.prototypes[i]]),
            dict(zip(map(int, shelf.elements[i]), map(int, wanted[i]), strict=True)),
        )
        for i in order
    ]


def _cheapest(
    slots: Slots, elements: NDArray[np.int64], distance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cost (m,) of each template, and the order (m, k) of the composition's elements that has it."""
    wanted = np.array(slots.elements)
    costs, orders = np.full(len(elements), np.inf), np.zeros(elements.shape, dtype=np.int64)
    for order in _orders(slots.counts):
        cost = distance[elements, wanted[order][None, :]].sum(axis=1)
        better = cost < costs
        costs[better], orders[better] = cost[better], order
    return costs, orders


def _orders(counts: tuple[int, ...]) -> Iterator[NDArray[np.int64]]:
    """Every order of slots that exchanges only those of equally many atoms."""
    groups = [[slot for slot, other in enumerate(counts) if other == count] for count in sorted(set(counts))]
    for chosen in product(*(permutations(group) for group in groups)):
        yield np.array([slot for group in chosen for slot in group])


def _scores(costs: NDArray[np.float64], prototypes: NDArray[np.int64], n: int, softness: float) -> NDArray[np.float64]:
    """(n,) score of each prototype."""
    best = np.full(n, np.inf)
    np.minimum.at(best, prototypes, costs)
    if softness == 0:
        return -best
    votes = np.bincount(prototypes, weights=np.exp(-(costs - best[prototypes]) / softness), minlength=n)
    return -best + softness * np.log(votes)
