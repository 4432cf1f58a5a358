"""Element sets (chemical systems): which elements a composition holds, and which rows hold the same ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.run.compiled import helper


@dataclass(frozen=True)
class ElementSets:
    """Rows of a table of compositions, grouped by element set.

    Attributes:
        masks: (s, 2) the distinct sets, one bit for each element (`element_masks`).
        starts: (s + 1,) where the rows of each set start in `rows`.
        rows: (n,) rows of the table, those of one set after another, each set's in rising order.
    """

    masks: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]


def element_set_numbers(amounts: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n, 96) amounts or fractions → (n,) number of each row's element set, from 0.

    Sets are numbered in the order of their rows of presence (False before True, hydrogen first), on any machine: folds
    are dealt by these numbers.
    """
    present = np.packbits(np.asarray(amounts) > 0, axis=1)
    return np.unique(present, axis=0, return_inverse=True)[1].ravel()


def shares_element_set(amounts: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(n,) which of (n, 96) compositions hold the same elements as any of (m, 96) others."""
    numbers = element_set_numbers(np.concatenate([others, amounts]))
    return np.isin(numbers[len(others) :], numbers[: len(others)])


def group_by_element_set(amounts: NDArray[np.floating]) -> ElementSets:
    """Rows of (n, 96) amounts or fractions, grouped by element set."""
    masks, numbers = np.unique(element_masks(amounts), axis=0, return_inverse=True)
    counts = np.bincount(numbers.ravel(), minlength=len(masks))
    starts = np.r_[0, np.cumsum(counts)].astype(np.int64)
    return ElementSets(masks, starts, np.argsort(numbers.ravel(), kind="stable"))


def element_masks(amounts: NDArray[np.floating]) -> NDArray[np.uint64]:
    """(n, 96) amounts or fractions → (n, 2) one bit for each element present."""
    padded = np.zeros((len(amounts), 128), dtype=bool)
    padded[:, :N_ELEMENTS] = np.asarray(amounts) > 0
    return np.packbits(padded, axis=1).view(np.uint64)


@helper
def mask_of_elements(elements: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The (2,) bits that `element_masks` gives a row of these elements (atomic numbers − 1); compiled."""
    mask = np.zeros(2, dtype=np.uint64)
    for element in elements:
        bit = (element % 64) // 8 * 8 + 7 - element % 8  # packbits: high bit first, bytes in order of memory
        mask[element // 64] |= np.uint64(1) << np.uint64(bit)
    return mask


@helper
def holds(mask: NDArray[np.uint64], part: NDArray[np.uint64]) -> bool:
    """Whether the elements of `part` are all among those of `mask`; compiled."""
    return part[0] & ~mask[0] == 0 and part[1] & ~mask[1] == 0
