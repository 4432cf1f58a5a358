"""Alloys that nobody has made, from known ones: what the check of metals learns to tell from them, and is judged by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.elements import N_ELEMENTS, SYMBOLS

KINDS = ("swapped", "exchanged", "random")
"""One element replaced by a metal of another group; the amounts of two elements exchanged; random amounts."""
CLEAR = 0.02
"""Half L1; what lies nearer than this to a known alloy of the same elements is no decoy: it is not novel either
(`screen.novel_radius`)."""
_PAIRS_AT_ONCE = 50_000
"""Pairs of decoy and known alloy in one array: bounds the memory."""

_MOST_ATOMS = 9
"""Most atoms of an element in random amounts that are whole numbers."""
_GRID = 100
"""Parts of a formula that random amounts are otherwise made of: hundredths, as samples are."""


@dataclass(frozen=True)
class Decoys:
    """Decoys of known alloys.

    Attributes:
        fractions: (n, 96) atomic fractions.
        kind: (n,) places in `KINDS`.
        parent: (n,) row of the alloy that each was made of.
    """

    fractions: NDArray[np.float64]
    kind: NDArray[np.int64]
    parent: NDArray[np.int64]


def decoys(alloys: NDArray[np.float64], known: NDArray[np.float64], stream: np.random.Generator) -> Decoys:
    """A decoy of each kind of each alloy, those left out that are known alloys themselves.

    Args:
        alloys: (n, 96) atomic fractions, two elements or more in a row.
        known: (m, 96) of all known alloys.
        stream: random numbers.
    """
    made = [maker(alloys, stream) for maker in (_swapped, _exchanged, _random)]
    fractions, kind = np.concatenate(made), np.repeat(np.arange(len(made)), len(alloys))
    parent = np.tile(np.arange(len(alloys)), len(made))
    clear = ~_known(fractions, known)
    return Decoys(fractions[clear], kind[clear], parent[clear])


def _swapped(alloys: NDArray[np.float64], stream: np.random.Generator) -> NDArray[np.float64]:
    """One element of each alloy replaced by another metal of the alloys, of another group of the periodic table."""
    groups, rows = _groups(), np.arange(len(alloys))
    old = _any(alloys > 0, stream)
    new = _any((alloys > 0).any(axis=0) & (alloys == 0) & (groups != groups[old][:, None]), stream)
    made = alloys.copy()
    made[rows, old], made[rows, new] = 0.0, alloys[rows, old]
    return made


def _exchanged(alloys: NDArray[np.float64], stream: np.random.Generator) -> NDArray[np.float64]:
    """The amounts of two elements exchanged; alloys of equal amounts stay as they are, and are no decoys."""
    rows, one = np.arange(len(alloys)), _any(alloys > 0, stream)
    own = alloys[rows, one]
    differs = (alloys > 0) & (np.abs(alloys - own[:, None]) > TOLERANCE)
    other = np.where(differs.any(axis=1), _any(differs, stream), one)
    made = alloys.copy()
    made[rows, one], made[rows, other] = alloys[rows, other], own
    return made


def _random(alloys: NDArray[np.float64], stream: np.random.Generator) -> NDArray[np.float64]:
    """The same elements in random amounts: of every other alloy small whole numbers, else any hundredths.

    Whole numbers, so that nothing is learned from how many digits an amount has.
    """
    present = alloys > 0
    whole = stream.integers(1, _MOST_ATOMS + 1, alloys.shape)
    any_share = stream.exponential(size=alloys.shape) * present
    hundredths = np.maximum(np.rint(_GRID * any_share / any_share.sum(axis=1, keepdims=True)), 1.0)
    made = np.where(stream.random((len(alloys), 1)) < 1 / 2, whole, hundredths) * present
    return made / made.sum(axis=1, keepdims=True)


def _known(fractions: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether a known alloy of the same elements lies nearer than `CLEAR`."""
    own, theirs = np.split(element_set_numbers(np.concatenate([fractions, known])), [len(fractions)])
    order = np.argsort(theirs, kind="stable")
    first, last = (np.searchsorted(theirs[order], own, side=side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(own)), last - first)
    other = order[np.arange(len(row)) - np.repeat(np.cumsum(last - first) - last, last - first)]
    found = np.zeros(len(own), dtype=bool)
    for start in range(0, len(row), _PAIRS_AT_ONCE):
        pair = slice(start, start + _PAIRS_AT_ONCE)
        distance = np.abs(fractions[row[pair]] - known[other[pair]]).sum(axis=1) / 2
        found[row[pair][distance < CLEAR - TOLERANCE]] = True
    return found


def _any(allowed: NDArray[np.bool_], stream: np.random.Generator) -> NDArray[np.int64]:
    """(n,) a random one of the allowed columns of each row of (n, 96)."""
    return np.where(allowed, stream.random(allowed.shape), -1.0).argmax(axis=1)


def _groups() -> NDArray[np.int64]:
    """(96,) groups of the periodic table; f elements belong to group 3."""
    from pymatgen.core import Element  # slow to import, and needed only where decoys are  # noqa: PLC0415

    return np.array([Element(symbol).group for symbol in SYMBOLS[:N_ELEMENTS]])
