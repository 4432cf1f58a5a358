"""Is what replaces what in a group more than the low-pass filter's footprint?

ILVR holds the low frequencies of a composition along the elements in an order, by atomic number. What it leaves free
moves amounts between neighbours in that order, whatever the network has learned. So elements that replaced each other
and are neighbours speak for a family only where they are neighbours more often than the filter alone makes them: more
often than among samples drawn with the elements in a permuted order, neighbours in that order counted, and among
samples of an untrained network.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from superdrift.composition.elements import N_ELEMENTS
from superdrift.superconductors.new_families.substitution_sites import VARIES, same_size, sites

ATOMIC_NUMBERS = np.arange(N_ELEMENTS)
"""Place of each element, hydrogen to curium, in the order that ILVR filters along."""
CONTROLS = ("permuted order", "untrained")
"""What a group is compared with; both have to be beaten."""

Pair = tuple[int, int]
"""Indices (atomic number − 1) of two elements that replace each other, the smaller first."""


class Neighbours(NamedTuple):
    """Pairs of elements that replace each other: how many are neighbours in an order, of how many."""

    neighbours: int
    pairs: int


def substituted_pairs(amounts: NDArray[np.floating], reference: NDArray[np.floating] | None = None) -> set[Pair]:
    """Pairs that vary against each other within a group, or in it against a reference.

    On a site of three, each element pairs with the one that balances the two others.

    Args:
        amounts: (m, 96) atoms per formula unit of the members.
        reference: (96,) of the compound they were drawn from; None: there is none.
    """
    unit = same_size(amounts)
    found = sites(unit)
    if reference is not None:
        size = float(np.median(unit.sum(axis=1)))
        found += sites(unit, same_size(reference[None], size)[0])
    pairs = {(site.balance, other) for site in found for other in site.others}
    return {(min(pair), max(pair)) for pair in pairs}


def replacements(amounts: NDArray[np.floating], reference: NDArray[np.floating]) -> list[Pair]:
    """The element that lost most against a reference and the one that gained most, of each compound that has both.

    Unlike `substituted_pairs` it needs no group, only compounds, so that samples of any network have them.

    Args:
        amounts: (m, 96) atoms per formula unit.
        reference: (96,) of the compound they were drawn from.
    """
    there = amounts[amounts.sum(axis=1) > 0]
    if not len(there):
        return []
    change = same_size(there, float(reference.sum())) - reference
    lost, gained = change.argmin(axis=1), change.argmax(axis=1)
    row = np.arange(len(there))
    real = (-change[row, lost] > VARIES) & (change[row, gained] > VARIES)
    return [(min(pair), max(pair)) for pair in zip(lost[real].tolist(), gained[real].tolist(), strict=True)]


def count_neighbours(pairs: Iterable[Pair], order: NDArray[np.integer]) -> Neighbours:
    """How many of some pairs are next to each other.

    Args:
        pairs: of element indices.
        order: (96,) place of each element; `ATOMIC_NUMBERS`, or a permutation that samples were filtered along.
    """
    apart = [abs(int(order[one]) - int(order[other])) for one, other in pairs]
    return Neighbours(sum(distance == 1 for distance in apart), len(apart))


def together(groups: Iterable[Neighbours]) -> Neighbours:
    """The counts of several groups added up."""
    found = list(groups)
    return Neighbours(sum(group.neighbours for group in found), sum(group.pairs for group in found))


def footprint_p_value(group: Neighbours, controls: Mapping[str, Neighbours]) -> float:
    """Chance of so many neighbours if the filter alone made the pairs: the larger of Fisher's exact tests, one-sided.

    Both controls have to be beaten, so the larger p-value is that of the intersection–union test (Berger,
    Technometrics 24, 295 (1982)). Pairs count once a group, however many members show them, since those are no
    independent draws. Those of a control count once a sample: how often the filter makes neighbours is asked, and among
    distinct pairs rare ones, which are no neighbours, would weigh as much as common ones, the more so the more samples
    there are. If a group were drawn like its control, rare pairs would make its share smaller, not larger. A group
    without pairs has nothing that could speak against the filter: 1.

    Args:
        group: counts of the group's distinct replacements, in the order it was filtered along.
        controls: counts of those of single control samples of the same reference and scale, each in the order that
            they were filtered along; by the names in `CONTROLS`.

    Returns:
        the p-value; nan where a control is missing, or has no pair.
    """
    if any(name not in controls or controls[name].pairs == 0 for name in CONTROLS):
        return float("nan")
    return max(_fisher(group, controls[name]) for name in CONTROLS)


def _fisher(group: Neighbours, control: Neighbours) -> float:
    """One-sided p-value that pairs of the group are neighbours more often than those of a control."""
    table = [[found.neighbours, found.pairs - found.neighbours] for found in (group, control)]
    return float(fisher_exact(table, alternative="greater").pvalue)
