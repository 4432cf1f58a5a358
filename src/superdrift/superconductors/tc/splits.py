"""Splits into folds: by compositions (random), by chemical systems, by these with their near-duplicates (grouped)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.element_sets import element_set_numbers
from superdrift.run.errors import InputError
from superdrift.statistics.folds import balanced_folds
from superdrift.superconductors.tc.labelled_compositions import Known

MIN_FOLDS = 3
"""One fold to test on, one to choose on, one to learn from: what a nested choice needs."""


@dataclass(frozen=True)
class Split:
    """Which compositions are held out together.

    Attributes:
        name: random (compositions), systems (chemical systems) or grouped (these with their near-duplicates).
        folds: (n,) fold in which each composition is held out, from 0.
        groups: (n,) chemical groups (`held_out_groups`), the unit of resampling for intervals (of all splits).
    """

    name: str
    folds: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many folds there are."""
        return int(self.folds.max()) + 1


def make_splits(
    known: Known, chemical_groups: NDArray[np.int64], *, folds: int, generator: np.random.Generator
) -> tuple[Split, Split, Split]:
    """The random split, that by chemical systems and the grouped one, balanced by family and label.

    Args:
        known: labelled compositions.
        chemical_groups: (n,) of `held_out_groups.chemical_groups`.
        folds: how many; fewer where there are fewer groups of a kind.
        generator: orders what is dealt to the folds.

    Raises:
        InputError: when superconductors, or negatives of both kinds, have too few groups to hold some out.
    """
    systems = element_set_numbers(known.fractions)
    strata = np.stack([known.labels, np.char.add(known.families, known.labels)], axis=1)
    found = []
    units_by_split = {"random": np.arange(len(known.ids)), "systems": systems, "grouped": chemical_groups}
    for name, units in units_by_split.items():
        number = min(folds, *(len(np.unique(units[known.superconducting == label])) for label in (True, False)))
        assigned = balanced_folds(units, strata, max(number, 1), generator)
        _check_labels(known, assigned, name)
        found.append(Split(name, assigned, chemical_groups))
    return found[0], found[1], found[2]


def _check_labels(known: Known, folds: NDArray[np.int64], name: str) -> None:
    for label, what in ((False, "non-superconductors, measured or unlabelled,"), (True, "superconductors")):
        rows = known.superconducting == label
        if len(np.unique(folds[rows])) < MIN_FOLDS:
            raise InputError(
                f"{rows.sum()} {what} fill only {len(np.unique(folds[rows]))} folds of the {name} split, "
                f"and a nested choice needs {MIN_FOLDS}; "
                f"add such compounds of other chemical systems to prepare.sources"
            )
