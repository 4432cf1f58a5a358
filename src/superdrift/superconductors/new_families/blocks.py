"""Blocks: chemical systems of known families, each taken out of the known compounds while its family stays.

How far the compounds of a block lie from what remains says how far an unseen chemical system of a known family lies
from the known compounds: the null distribution of the test of new families.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.new_families.linkage import linked_groups, thinned


@dataclass(frozen=True)
class Blocks:
    """The b blocks that known compounds make.

    Attributes:
        elements: (b,) symbols, joined by hyphens.
        version: (b,) cuprates, pnictides or others.
        n_elements: (b,) number of elements.
        family: (b,) number of the known family, by average linkage, that most of its compounds belong to.
        members: (b,) compounds that are novel without the block.
        distance: (b,) T0, the median of their distances to the nearest remaining known compound, half L1.
    """

    elements: NDArray[np.str_]
    version: NDArray[np.str_]
    n_elements: NDArray[np.int64]
    family: NDArray[np.int64]
    members: NDArray[np.int64]
    distance: NDArray[np.float64]

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """The blocks that a table (`new_families.tables.BLOCKS`) holds."""
        texts = (np.array(table[name].to_pylist(), dtype=np.str_) for name in ("elements", "version"))
        return cls(*texts, *(table[name].to_numpy() for name in ("n_elements", "family", "members", "distance")))


def known_blocks(
    superconductors: NDArray[np.floating],
    known: NDArray[np.floating],
    *,
    spacing: float,
    cut: float,
    fewest_members: int,
) -> Blocks:
    """Blocks of the known superconductors.

    Superconductors are thinned, and linked to families. A block is a chemical system: all known compounds of exactly
    its elements. Only those of its superconductors count that are novel once it is gone, as only novel ones of the
    generated compounds are grouped. It is no block where that leaves none, or where its family does not stay: a family
    is `fewest_members` compounds or more, as a group of generated ones is.

    Args:
        superconductors: (n, 96) atoms per formula unit, those whose blocks are taken out.
        known: (m, 96) all known compounds, superconducting or not, these among them.
        spacing: half L1, within which compounds are near-duplicates, and beyond which they are novel.
        cut: half L1, of the average linkage.
        fewest_members: compounds, thinned, that the family has beside the block.
    """
    rows = superconductors[thinned(superconductors, spacing)]
    families, systems = linked_groups(rows, cut), element_set_numbers(rows)
    distance = distance_without_system(rows, known)
    novel = distance >= spacing - TOLERANCE
    found = []
    for system in np.unique(systems[novel]):
        inside = (systems == system) & novel
        family = np.bincount(families[inside]).argmax()
        if ((families == family) & (systems != system)).sum() >= fewest_members:
            found.append((np.flatnonzero(inside)[0], family, inside.sum(), np.median(distance[inside])))
    first, family, members, median = (np.array(column) for column in zip(*found, strict=True)) if found else ([],) * 4
    chosen = rows[np.asarray(first, dtype=np.int64)]
    return Blocks(
        elements=np.array(["-".join(SYMBOLS[i] for i in np.flatnonzero(row)) for row in chosen], dtype=np.str_),
        version=families_of(chosen),
        n_elements=(chosen > 0).sum(axis=1),
        family=np.asarray(family, dtype=np.int64),
        members=np.asarray(members, dtype=np.int64),
        distance=np.asarray(median, dtype=np.float64),
    )


def distance_without_system(rows: NDArray[np.floating], known: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) distance of (n, 96) compounds to the nearest of (m, 96) known ones of other sets of elements.

    Half the L1 distance of fractions is one minus their overlap, to which only the elements of the system contribute.
    """
    own, others = atomic_fractions(rows), atomic_fractions(known)
    others = others[distinct_compositions(others)]
    systems = element_set_numbers(np.concatenate([own, others]))
    of_rows, of_others = systems[: len(own)], systems[len(own) :]
    nearest = np.ones(len(own))
    for system in np.unique(of_rows):
        mine, rest = np.flatnonzero(of_rows == system), of_others != system
        overlap = np.zeros((len(mine), len(others)))
        for element in np.flatnonzero(own[mine[0]]):
            overlap += np.minimum(own[mine, element][:, None], others[:, element])
        nearest[mine] = 1 - overlap.max(axis=1, where=rest, initial=0.0)
    return nearest
