"""Energy above the hull of known structures, from their formation energies; structures may be left out of it.

The hull of compositions is that of `energies.hull`. A structure that is left out leaves its polymorphs in: at a
composition the hull is the lowest of the polymorphs that stay and of the mixtures of other compositions.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pymatgen.core import Structure

from superdrift.composition.vector import to_vector
from superdrift.energies.formation_energies import Energies
from superdrift.energies.hull import Hull
from superdrift.run.errors import InputError
from superdrift.structures.matching import STRICT, displacement
from superdrift.structures.rows import structure_of

STABLE = 0.0
"""eV/atom; no higher above the hull is stable. The field's definition."""
METASTABLE = 0.1
"""eV/atom; no higher above the hull is metastable. The field's definition, with which published shares compare."""
COLUMNS = ("material_id", "reduced_formula", "formation_energy_ev", "lattice", "species", "coordinates", "occupancies")
"""Columns of the known structures that are read."""
_TERM = re.compile(r"([A-Z][a-z]?)([0-9.]*)")


@dataclass(frozen=True)
class Known:
    """Known structures with formation energies.

    Attributes:
        names: of each in its source.
        formulas: reduced formula of each.
        energies: (n,) formation energies, eV/atom.
        structure: gives the structure of a row.
    """

    names: list[str]
    formulas: list[str]
    energies: NDArray[np.float64]
    structure: Callable[[int], Structure]


def known_of(table: pa.Table) -> Known:
    """Those rows of a table of known structures that have a formation energy, in their order."""
    rows = table.filter(table["formation_energy_ev"].is_valid())
    return Known(
        names=rows["material_id"].to_pylist(),
        formulas=rows["reduced_formula"].to_pylist(),
        energies=rows["formation_energy_ev"].to_numpy().astype(np.float64),
        structure=lambda row: structure_of(rows.slice(row, 1).to_pylist()[0]),
    )


class KnownHull:
    """The hull of known structures and of the elements.

    Args:
        known: the structures.
        phases: more competitors, by composition alone.
    """

    def __init__(self, known: Known, phases: Sequence[Energies] = ()) -> None:
        self._known, self._of_formula = known, {}
        for row, formula in enumerate(known.formulas):
            self._of_formula.setdefault(formula, []).append(row)
        amounts = [np.stack([_amounts(formula) for formula in known.formulas])] if known.formulas else []
        tables = [*amounts, *(phase.amounts for phase in phases)]
        if not tables:
            raise InputError(
                "no known structure has a formation energy, and so there is no hull: add a source that gives them to "
                "crystals.sources (mp-20-val), or a table to crystals.stability.phases"
            )
        energies = [known.energies] if known.formulas else []
        self._hull = Hull(np.concatenate(tables), np.concatenate([*energies, *(phase.energies for phase in phases)]))

    def same(self, formula: str, structure: Structure, *, name: str | None = None) -> list[int]:
        """Rows of known structures that are this one: of its formula, and of its name or matching it (`STRICT`)."""
        rows = self._of_formula.get(formula, [])
        return [
            row
            for row in rows
            if self._known.names[row] == name or displacement(self._known.structure(row), structure, STRICT) is not None
        ]

    def above(self, formula: str, energy: float, left_out: Collection[int] = ()) -> float:
        """Energy above the hull in eV/atom; negative: below every mixture of what is known.

        Args:
            formula: reduced.
            energy: formation energy, eV/atom.
            left_out: rows of known structures of this formula that are not in the hull. Where there is any, competitors
                known by composition alone are left out at this composition, too: they may be the same structure.
        """
        amounts = _amounts(formula)[None]
        lowest = float(self._hull.lowest(amounts, others=bool(left_out))[0])
        if left_out:
            stay = [row for row in self._of_formula.get(formula, []) if row not in left_out]
            lowest = min([lowest, *self._known.energies[stay]])
        return energy - lowest

    def competitors(self, formula: str) -> int:
        """Known compounds of other compositions whose elements are all among the formula's."""
        return int(self._hull.competitors(_amounts(formula)[None])[0])


@cache
def _amounts(formula: str) -> NDArray[np.float32]:
    """Atoms of a formula as the tables write it: no brackets, and element symbols in their own case, S1N1 as SN."""
    return to_vector({symbol: Decimal(number or 1) for symbol, number in _TERM.findall(formula)})
