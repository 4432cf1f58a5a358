"""Held-out data that is really held out: groups of chemical systems and near-duplicates, then folds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.run.errors import InputError
from superdrift.statistics.folds import balanced_folds
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbour_search import distance_blocks

FEWEST_FOLDS = 3
"""One fold to test on, one to choose on, one to learn from."""


@dataclass(frozen=True)
class Split:
    """Which compositions are held out together.

    Attributes:
        name: random (compositions), systems (chemical systems) or grouped (these with their near-duplicates).
        folds: (n,) fold in which each composition is held out, from 0.
        groups: (n,) groups of near-duplicates, the unit of resampling for intervals (of all splits).
    """

    name: str
    folds: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many folds there are."""
        return int(self.folds.max()) + 1


def make_splits(
    known: Known, groups: NDArray[np.int64], *, folds: int, generator: np.random.Generator
) -> tuple[Split, Split, Split]:
    """The random split, that by chemical systems and the grouped one, balanced by family and label.

    Args:
        known: labelled compositions.
        groups: (n,) of `chemical_groups`.
        folds: how many; fewer where there are fewer groups of a kind.
        generator: orders what is dealt to the folds.

    Raises:
        InputError: when either label has too few groups to hold some out.
    """
    systems = np.unique(known.fractions > 0, axis=0, return_inverse=True)[1].ravel()
    labels = known.superconducting.astype(np.str_)
    strata = np.stack([labels, np.char.add(known.families, labels)], axis=1)
    found = []
    for name, units in (("random", np.arange(len(groups))), ("systems", systems), ("grouped", groups)):
        number = min(folds, *(len(np.unique(units[known.superconducting == label])) for label in (True, False)))
        assigned = balanced_folds(units, strata, max(number, 1), generator)
        _check_labels(known, assigned, name)
        found.append(Split(name, assigned, groups))
    return found[0], found[1], found[2]


def chemical_groups(fractions: NDArray[np.float64], *, radius: float, largest: int) -> NDArray[np.int64]:
    """Groups that share no chemical system, near-duplicates merged, nearest first, while a group stays small.

    Compositions of one element set are one group from the start. Then pairs within `radius` merge their
    groups in order of distance, unless the result were larger than `largest`: plain single linkage would
    chain most cuprates into one group. What near-duplicates remain apart is counted by `residual_share`.

    Args:
        fractions: (n, 96) atomic fractions.
        radius: half L1.
        largest: most compositions in a merged group.

    Returns:
        (n,) group numbers from 0.
    """
    systems = np.unique(fractions > 0, axis=0, return_inverse=True)[1].ravel()
    size = np.bincount(systems).tolist()
    parent = list(range(len(size)))
    for one, other in _links(fractions, systems, radius):
        a, b = _root(parent, one), _root(parent, other)
        if a != b and size[a] + size[b] <= largest:
            parent[b] = a
            size[a] += size[b]
    roots = np.array([_root(parent, system) for system in range(len(parent))])
    return np.unique(roots[systems], return_inverse=True)[1].ravel()


def residual_share(distance_to_training: NDArray[np.float64], radius: float) -> float:
    """Share of the held-out compositions that have a training composition within `radius` (half L1)."""
    return float((distance_to_training <= radius + TOLERANCE).mean())


def _links(fractions: NDArray[np.float64], systems: NDArray[np.int64], radius: float) -> list[list[int]]:
    """Pairs of different chemical systems that come within `radius` anywhere, nearest first."""
    found = []
    for start, distance in distance_blocks(fractions, fractions, "manhattan"):
        row, column = np.nonzero(distance <= radius + TOLERANCE)
        pair = np.sort(np.stack([systems[start + row], systems[column]]), axis=0)
        near = np.rint(distance[row, column] / TOLERANCE)
        found.append(np.concatenate([near[None], pair])[:, pair[0] < pair[1]])
    near, one, other = np.concatenate(found, axis=1)
    order = np.lexsort((other, one, near))
    pairs = np.stack([one, other], axis=1)[order].astype(np.int64)
    return pairs[np.sort(np.unique(pairs, axis=0, return_index=True)[1])].tolist()


def _root(parent: list[int], item: int) -> int:
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def _check_labels(known: Known, folds: NDArray[np.int64], name: str) -> None:
    for label, what in ((False, "measured non-superconductors"), (True, "superconductors")):
        rows = known.superconducting == label
        if len(np.unique(folds[rows])) < FEWEST_FOLDS:
            raise InputError(
                f"{rows.sum()} {what} fill only {len(np.unique(folds[rows]))} folds of the {name} split, "
                f"and a nested choice needs {FEWEST_FOLDS}; "
                f"add {what} of other chemical systems to prepare.sources"
            )
