"""The library of templates: known structures by the stoichiometry they have without elements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from superdrift.composition.elements import ATOMIC_NUMBER, N_ELEMENTS
from superdrift.composition.formula import integer_counts, parse_formula
from superdrift.run.errors import InputError
from superdrift.structures.symmetry import primitive_atoms

COLUMNS = (
    "id", "source", "material_id", "reduced_formula", "prototype", "space_group", "lattice", "species", "coordinates",
    "occupancies", "split", "duplicate_of",
)  # fmt: skip
"""Columns of `tables.STRUCTURES` that a library needs."""


@dataclass(frozen=True)
class Slots:
    """A composition as places for elements: how many atoms each has in a formula unit, and which element is there.

    Attributes:
        counts: atoms of each element, the fewest first.
        elements: their places in the table of elements, from 0, in the same order.
    """

    counts: tuple[int, ...]
    elements: tuple[int, ...]


def slots_of(formula: str) -> Slots:
    """The slots of a formula.

    Raises:
        InputError: for a formula that cannot be read, or with an element beyond the table.
    """
    counts = integer_counts(parse_formula(formula))
    beyond = [symbol for symbol in counts if ATOMIC_NUMBER[symbol] > N_ELEMENTS]
    if beyond:
        raise InputError(f"{formula} holds {beyond[0]}; elements up to number {N_ELEMENTS} are known")
    pairs = sorted((count, ATOMIC_NUMBER[symbol] - 1) for symbol, count in counts.items())
    return Slots(tuple(count for count, _ in pairs), tuple(element for _, element in pairs))


@dataclass(frozen=True)
class Shelf:
    """Templates of one stoichiometry.

    Attributes:
        elements: (m, k) element in each slot.
        prototypes: (m,) number of each template's prototype in `names`.
        names: prototypes.
        rows: (m,) places in the library's table.
    """

    elements: NDArray[np.int64]
    prototypes: NDArray[np.int64]
    names: tuple[str, ...]
    rows: NDArray[np.int64]

    def of_size(self, atoms: int) -> "Shelf":
        """Those whose primitive cell has so many atoms."""
        kept = np.array([primitive_atoms(name) == atoms for name in self.names], dtype=bool)[self.prototypes]
        used, numbers = np.unique(self.prototypes[kept], return_inverse=True)
        names = tuple(self.names[number] for number in used)
        return Shelf(self.elements[kept], numbers.astype(np.int64), names, self.rows[kept])


class Library:
    """Ordered known structures, each once, by their stoichiometry.

    Args:
        structures: table with `COLUMNS`.
        parts: values of `split` that are used.
        most_sites: larger primitive cells are left out.
        without: formulas that are left out, too.
    """

    def __init__(
        self, structures: pa.Table, *, parts: Collection[str], most_sites: int, without: Collection[str] = ()
    ) -> None:
        used = pc.is_in(structures["split"], pa.array(sorted(parts), pa.string()))
        for wanted in (
            pc.is_null(structures["duplicate_of"]),
            pc.is_null(structures["occupancies"]),
            pa.array([primitive_atoms(name) <= most_sites for name in structures["prototype"].to_pylist()], pa.bool_()),
            pc.invert(pc.is_in(structures["reduced_formula"], pa.array(sorted(without), pa.string()))),
        ):
            used = pc.and_(used, wanted)
        self.structures = structures.filter(used).combine_chunks()
        self._shelves = _shelves(
            self.structures["reduced_formula"].to_pylist(), self.structures["prototype"].to_pylist()
        )

    def __len__(self) -> int:
        return self.structures.num_rows

    def shelf(self, counts: tuple[int, ...]) -> Shelf | None:
        """Templates of a stoichiometry; None where there are none."""
        return self._shelves.get(counts)

    def row(self, number: int) -> dict[str, Any]:
        """One row of the library's table."""
        return self.structures.slice(int(number), 1).to_pylist()[0]


def _shelves(formulas: Iterable[str], prototypes: list[str]) -> Mapping[tuple[int, ...], Shelf]:
    filled: dict[tuple[int, ...], list[tuple[int, tuple[int, ...]]]] = {}
    for row, formula in enumerate(formulas):
        try:
            slots = slots_of(formula)
        except InputError:  # an element beyond the table: nothing is like it
            continue
        filled.setdefault(slots.counts, []).append((row, slots.elements))
    shelves = {}
    for counts, entries in filled.items():
        names, numbers = np.unique([prototypes[row] for row, _ in entries], return_inverse=True)
        shelves[counts] = Shelf(
            np.array([elements for _, elements in entries]),
            numbers.astype(np.int64),
            tuple(str(name) for name in names),
            np.array([row for row, _ in entries]),
        )
    return shelves
