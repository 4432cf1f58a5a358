"""What samples around a reference come to: groups, the test of new families, the published criterion, rediscoveries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN

from benchmarks.families.detection import tested
from benchmarks.inputs import CONFIG, SEED
from benchmarks.withheld.cases import NEAR, Case
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.run.seeds import derive, generator
from superdrift.statistics.multiple_testing import q_values
from superdrift.superconductors.data.families import EVERYTHING, families_of
from superdrift.superconductors.new_families.blocks import Blocks
from superdrift.superconductors.new_families.embedding import embed
from superdrift.superconductors.new_families.groups import NO_GROUP, group_compounds

SETTINGS = CONFIG["cluster"]
HIT = 0.05
"""Half L1, within which a sample is a hit on a withheld compound."""
EPS, MIN_SAMPLES = 3.0, 2
"""Of DBSCAN on the map, as published."""
ON_MAP = 1500
"""Known compounds on each map, of the families of the samples."""


@dataclass(frozen=True)
class Group:
    """A group of the samples around one reference.

    Attributes:
        case: number of the case.
        reference: number of the reference in it.
        amounts: (k, 96) of its members, thinned.
        p_value: of the test of new families.
    """

    case: int
    reference: int
    amounts: NDArray[np.float32]
    p_value: float


def groups(
    case: int, reference: int, amounts: NDArray[np.float32], index: CompositionIndex, blocks: Blocks
) -> list[Group]:
    """Groups of the samples around one reference, tested as drawn by a model of everything."""
    grouping = group_compounds(
        amounts, spacing=SETTINGS["spacing"], cut=SETTINGS["cut"], fewest_members=SETTINGS["fewest_members"],
        most=SETTINGS["generated"], stream=generator(SEED, "benchmark", "withheld", case, reference),
    )  # fmt: skip
    found = []
    for number in range(int(grouping.group.max(initial=NO_GROUP)) + 1):
        members = amounts[grouping.kept[grouping.group[grouping.kept] == number]]
        distance = float(np.median(index.nearest(members)[0]))
        size = round(float(np.median((members > 0).sum(axis=1))))
        p_value = tested(distance, EVERYTHING, size, blocks).p_value
        found.append(Group(case, reference, members, p_value))
    return found


def rejected(found: Sequence[Group]) -> NDArray[np.bool_]:
    """(g,) groups that the test calls new families, over all of them together (Benjamini–Hochberg)."""
    q = q_values(np.array([group.p_value for group in found], dtype=np.float64))
    return q <= SETTINGS["false_discovery_rate"]


def others(case: Case) -> NDArray[np.float32]:
    """Withheld compounds of a case beside its references and what lies near one."""
    if not len(case.members):
        return case.members
    return case.members[CompositionIndex(case.references).nearest(case.members)[0] >= NEAR]


def hits(amounts: NDArray[np.float32], wanted: NDArray[np.float32], radius: float) -> int:
    """How many of some compounds lie within a radius of a sample."""
    if not len(amounts) or not len(wanted):
        return 0
    return int((CompositionIndex(amounts).nearest(wanted)[0] <= radius).sum())


def isolated_on_map(amounts: NDArray[np.float32], known: NDArray[np.float32], case: int) -> list[NDArray[np.float32]]:
    """Clusters of DBSCAN on a t-SNE map in which no known compound lies: the published sign of a new family.

    Args:
        amounts: (n, 96) samples of one case.
        known: (m, 96) known superconductors.
        case: its number, which names the draws.
    """
    if len(amounts) < MIN_SAMPLES:
        return []
    alike = np.flatnonzero(np.isin(families_of(known), np.unique(families_of(amounts))))
    stream = generator(SEED, "benchmark", "withheld", "map", case)
    old = known[stream.permutation(alike)[:ON_MAP]]
    plane = embed(
        np.concatenate([old, amounts]), perplexity=SETTINGS["perplexity"],
        seed=derive(SEED, "benchmark", "withheld", "map", case), threads=1,
    )  # fmt: skip
    label = DBSCAN(eps=EPS, min_samples=MIN_SAMPLES).fit_predict(plane)
    own = label[len(old) :]
    return [amounts[own == number] for number in np.setdiff1d(own, [-1, *label[: len(old)]])]
