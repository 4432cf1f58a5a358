"""Sites of a group of compounds: sets of elements whose amounts vary against each other, so that their sum does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

VARIES = 0.05
"""Atoms per formula unit; an element whose amount has a smaller standard deviation is constant: about the noise of a
continuous model's samples."""
_COMPENSATED = 0.1
"""Share of the elements' summed variances that the variance of their sum keeps at most; it keeps all of them where they
vary independently, nothing where each gain is another's loss."""
_MOST_VARYING = 8
"""Elements that are looked at, those that vary most: bounds the number of sets."""
_ELEMENTS_OF_A_SITE = (2, 3)
"""Elements that share a site: the published families have two or three."""
TAILS = (0.05, 0.95)
"""Quantiles between which the bulk of a group's members lies; of fewer than 20 members, all of them."""


def bulk(values: NDArray[np.float64], end: float) -> NDArray[np.float64]:
    """A quantile of (m, …) values over the members that is the value of one of them."""
    return np.asarray(np.quantile(values, end, axis=0, method="inverted_cdf"))


@dataclass(frozen=True)
class Site:
    """Elements that replace each other.

    Attributes:
        balance: index (atomic number − 1) of the element whose amount is what the others leave: the one that fills
            more than half of the site; where none does, the scarcest, which then replaces the others.
        others: indices of the other elements.
        total: (m,) sum of their amounts in each member, atoms per formula unit.
    """

    balance: int
    others: tuple[int, ...]
    total: NDArray[np.float64]

    @property
    def elements(self) -> tuple[int, ...]:
        """All elements of the site."""
        return (self.balance, *self.others)


def same_size(amounts: NDArray[np.floating], size: float | None = None) -> NDArray[np.float64]:
    """(m, 96) amounts, each times or over the whole number that brings it nearest to a size.

    Args:
        amounts: (m, 96) atoms per formula unit.
        size: atoms; None: the median of the members.
    """
    exact = np.asarray(amounts, dtype=np.float64)
    total = exact.sum(axis=1)
    ratio = (np.median(total) if size is None else size) / total
    factor = np.where(ratio >= 1, np.rint(ratio), 1 / np.rint(np.maximum(1 / ratio, 1)))
    return exact * factor[:, None]


def sites(unit: NDArray[np.float64], origin: NDArray[np.float64] | None = None) -> list[Site]:
    """Disjoint sites, the smallest sets first, of these those whose sum is most nearly constant.

    Amounts beyond the bulk of the members (`TAILS`) count as its ends, so that one odd member makes no site.

    Args:
        unit: (m, 96) atoms per formula unit, of one size.
        origin: (96,) amounts that deviations are taken from, such as a reference's; None: the members' means.
    """
    low, high = (bulk(unit, end) for end in TAILS)
    unit = np.clip(unit, low, high)
    deviation = unit - (unit.mean(axis=0) if origin is None else origin)
    variance = (deviation**2).mean(axis=0)
    varying = [int(i) for i in np.argsort(-variance, kind="stable")[:_MOST_VARYING] if variance[i] > VARIES**2]
    means = unit.mean(axis=0)
    found: list[Site] = []
    for size in _ELEMENTS_OF_A_SITE:
        for members in _compensated(deviation, variance, varying, size):
            if not any(set(members) & set(site.elements) for site in found):
                ordered = sorted(members, key=lambda i: (-means[i], i))
                fills = means[ordered[0]] > means[ordered[1:]].sum()
                balance, *others = ordered if fills or size == 2 else ordered[::-1]
                found.append(Site(balance, tuple(others), unit[:, list(members)].sum(axis=1)))
    return found


def _compensated(
    deviation: NDArray[np.float64], variance: NDArray[np.float64], varying: list[int], size: int
) -> Iterator[tuple[int, ...]]:
    """Sets of some varying elements whose sum hardly varies, the most constant first."""
    kept = {
        members: float((deviation[:, list(members)].sum(axis=1) ** 2).mean() / variance[list(members)].sum())
        for members in combinations(sorted(varying), size)
    }
    yield from (members for members in sorted(kept, key=lambda m: (kept[m], m)) if kept[members] <= _COMPENSATED)
