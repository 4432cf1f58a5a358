"""Would another statistic than the distance to the nearest known compound see more of the families taken out whole?

Measures of distance: half L1 of the fractions, as in the test; and the earth mover's distance along Pettifor's order,
in which the exchange of similar elements is a short way (ElMD; Hargreaves et al., Chem. Mater. 32, 10610 (2020)). To
the nearest known compound, or to the nearest one of the fifth nearest chemical system, since one odd neighbour makes no
family. As it is, or over the spacing of the known compounds there, since some families are denser than others. The
median of the members, or their upper quartile, since a few lie at the rim. Each with its own null of blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.families.detection import LEVELS, SETTINGS, some, tested
from benchmarks.families.named import named
from benchmarks.families.rows import Row, line
from superdrift.composition.element_sets import element_set_numbers
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.vector import atomic_fractions
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.encoding.tokens import ORDER
from superdrift.superconductors.new_families.blocks import Blocks

LOOKED_AT = 15
"""Named families, by alphabet, on which the statistics were looked at first; the others judge."""
NOVEL = SETTINGS["spacing"] - 1e-5
"""Half L1; distances are kept in single precision here."""
DECIMALS = 5
"""Of T, so that equal distances are equal in single precision too."""
FAR_SYSTEM = 5
NEAR_SYSTEM = 3
"""Rank of the chemical system whose distance is a compound's spacing."""
LEAST_SPACING = 0.1
"""Quantile of the spacings below which none counts: dense doping series would divide by nearly nothing."""
CHUNK = 1000

FIRST, OTHERS = "first 15 names", "other names"
"""Halves of the named families."""


@dataclass(frozen=True)
class Distances:
    """What is known of the n known superconductors, thinned, against the m known compounds.

    Attributes:
        to_known: (n, m) distances.
        spacing: (m,) of each known compound, to the compounds of other systems.
    """

    to_known: NDArray[np.float32]
    spacing: NDArray[np.float32]


@dataclass(frozen=True)
class Statistic:
    """T of some compounds.

    Attributes:
        measure: name of the measure of distance.
        system: rank of the nearest chemical system whose nearest compound counts; 1: the nearest compound.
        local: over the spacing of the known compound.
        quantile: of the members.
    """

    measure: str
    system: int = 1
    local: bool = False
    quantile: float = 0.5

    @property
    def name(self) -> str:
        """For the table."""
        parts = [self.measure, "nearest" if self.system == 1 else f"system {self.system}"]
        return ", ".join([*parts, *(["over spacing"] if self.local else []), f"quantile {self.quantile:g}"])


STATISTICS = [
    *(Statistic(measure, quantile=q) for measure in ("half L1", "earth mover") for q in (0.5, 0.75)),
    *(Statistic(measure, system=FAR_SYSTEM) for measure in ("half L1", "earth mover")),
    *(Statistic(measure, local=True, quantile=q) for measure in ("half L1", "earth mover") for q in (0.5, 0.75)),
]


def statistics(
    rows: NDArray[np.float32], known: NDArray[np.float32], linked: NDArray[np.int64], blocks: Blocks
) -> Iterator[Row]:
    """Shares of named families found, and of blocks, which are false alarms, by each statistic.

    Args:
        rows: (n, 96) known superconductors, thinned.
        known: (m, 96) all known compounds.
        linked: (n,) family of each by average linkage.
        blocks: of the known compounds.
    """
    systems = element_set_numbers(np.concatenate([atomic_fractions(rows), atomic_fractions(known)]))
    own, theirs = systems[: len(rows)], systems[len(rows) :]
    measures, labels = measured(rows, known, theirs), named(rows)
    half_l1 = measures["half L1"].to_known
    members = block_members(rows, own, theirs, half_l1, blocks)
    families = [Family.of(labels == name, rows, linked, half_l1) for name in np.unique(labels[labels != ""]).tolist()]
    weights = 1 / np.bincount(blocks.family)[blocks.family]
    for statistic in STATISTICS:
        found = measures[statistic.measure]
        t0 = [value(statistic, found, inside, theirs != own[inside][0], theirs) for inside in members]
        null = replace(blocks, distance=np.array(t0))
        alarms = np.array([of_block(null, i) for i in range(len(t0))])
        p = np.array([family.p_value(statistic, found, theirs, null) for family in families])
        for level in LEVELS:
            name = f"{statistic.name}, p ≤ {level}"
            yield line("statistic, blocks", name, np.average(alarms <= level, weights=weights), n=len(alarms))
            for part, half in ((FIRST, p[:LOOKED_AT]), (OTHERS, p[LOOKED_AT:])):
                tests = half[np.isfinite(half)]
                share = (tests <= level).mean() if len(tests) else np.nan
                yield line(f"statistic, {part}", name, share, n=len(tests))


def measured(rows: NDArray[np.float32], known: NDArray[np.float32], systems: NDArray[np.int64]) -> dict[str, Distances]:
    """Both measures, of all rows to all known compounds, and of these to each other."""
    found = {}
    for name, coordinates in (("half L1", _fractions), ("earth mover", _flow)):
        one, other = (torch.from_numpy(coordinates(amounts)).float() for amounts in (rows, known))
        spacing = []
        for start in range(0, len(known), CHUNK):
            apart = torch.cdist(other[start : start + CHUNK], other, p=1).numpy()
            spacing.append(of_systems(apart, systems, NEAR_SYSTEM + 1)[0])
        near = np.concatenate(spacing)
        to_known = torch.cdist(one, other, p=1).numpy()
        found[name] = Distances(to_known, np.maximum(near, np.quantile(near, LEAST_SPACING)))
    return found


def _fractions(amounts: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 96) whose L1 distance is half that of the atomic fractions."""
    return atomic_fractions(amounts) / 2


def _flow(amounts: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 96) whose L1 distance is the earth mover's along Pettifor's order, as a share of its length."""
    return np.cumsum(atomic_fractions(amounts)[:, ORDER], axis=1) / amounts.shape[1]


def of_systems(
    distance: NDArray[np.float32], systems: NDArray[np.int64], rank: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Distance of (n, m) to the nearest compound of the system of some rank, the nearest system first, and which it is.

    Args:
        distance: (n, m) to known compounds.
        systems: (m,) of these.
        rank: from 1.
    """
    if rank == 1:
        nearest = distance.argmin(axis=1)
        return distance[np.arange(len(distance)), nearest], nearest
    order = np.argsort(systems, kind="stable")
    starts = np.unique(systems[order], return_index=True)[1]
    per_system = np.minimum.reduceat(distance[:, order], starts, axis=1)
    rank = min(rank, per_system.shape[1])
    return np.partition(per_system, rank - 1, axis=1)[:, rank - 1], distance.argmin(axis=1)


def value(
    statistic: Statistic, found: Distances, members: NDArray[np.bool_], kept: NDArray[np.bool_],
    systems: NDArray[np.int64],
) -> float:  # fmt: skip
    """T of some rows to the known compounds that are kept."""
    columns = np.flatnonzero(kept)
    distance, nearest = of_systems(found.to_known[np.ix_(members, kept)], systems[columns], statistic.system)
    if statistic.local:
        distance = distance / found.spacing[columns[nearest]]
    return round(float(np.quantile(distance, statistic.quantile)), DECIMALS)


@dataclass(frozen=True)
class Family:
    """A named family that is taken out with all near-duplicates.

    Attributes:
        novel: (n,) rows of it that are novel then.
        kept: (m,) known compounds that stay.
        version: that most of it belongs to.
        n_elements: their median number.
        linked: families of average linkage that it has a part in; their blocks are no null for it.
    """

    novel: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    version: str
    n_elements: int
    linked: NDArray[np.int64]

    @classmethod
    def of(
        cls, members: NDArray[np.bool_], rows: NDArray[np.float32], linked: NDArray[np.int64],
        half_l1: NDArray[np.float32],
    ) -> Self:  # fmt: skip
        """The family of some rows."""
        kept, novel = half_l1[members].min(axis=0) >= NOVEL, members.copy()
        novel[members] = half_l1[np.ix_(members, kept)].min(axis=1) >= NOVEL
        versions, counts = np.unique(families_of(rows[members]), return_counts=True)
        size = round(float(np.median((rows[members] > 0).sum(axis=1))))
        return cls(novel, kept, str(versions[counts.argmax()]), size, np.unique(linked[members]))

    def p_value(self, statistic: Statistic, found: Distances, systems: NDArray[np.int64], blocks: Blocks) -> float:
        """Of the test; nan where too few of it are novel."""
        if self.novel.sum() < SETTINGS["fewest_members"]:
            return float("nan")
        t = value(statistic, found, self.novel, self.kept, systems)
        others = some(blocks, ~np.isin(blocks.family, self.linked))
        return tested(t, self.version, self.n_elements, others).p_value


def block_members(
    rows: NDArray[np.float32], own: NDArray[np.int64], systems: NDArray[np.int64], half_l1: NDArray[np.float32],
    blocks: Blocks,
) -> list[NDArray[np.bool_]]:  # fmt: skip
    """(n,) rows of each block: of its elements, and novel without it."""
    names = np.array(["-".join(SYMBOLS[i] for i in np.flatnonzero(row)) for row in rows])
    found = []
    for name in blocks.elements.tolist():
        inside = names == name
        rest = systems != own[inside][0]
        inside[inside] = half_l1[np.ix_(inside, rest)].min(axis=1) >= NOVEL
        found.append(inside)
    return found


def of_block(blocks: Blocks, i: int) -> float:
    """p-value of one block against all others."""
    others = some(blocks, np.arange(len(blocks.distance)) != i)
    return tested(float(blocks.distance[i]), str(blocks.version[i]), int(blocks.n_elements[i]), others).p_value
