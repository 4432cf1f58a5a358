"""Groups: the generated compounds of one cluster, what they have in common, and whether the family is new."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superdrift.superconductors.new_families.general_formula import general_formula


@dataclass(frozen=True)
class Group:
    """The generated compounds in one cluster.

    Attributes:
        members: number of generated compounds.
        known_members: number of known compounds in the same cluster.
        general_formula: elements with the range of their amounts.
        tc_median_k: median estimated critical temperature, K; None where none was estimated.
    """

    members: int
    known_members: int
    general_formula: str
    tc_median_k: float | None

    @property
    def new_family(self) -> bool:
        """Published criterion: no known compound lies in the cluster."""
        return self.known_members == 0


def group_clusters(
    amounts: NDArray[np.floating],
    clusters: NDArray[np.int32],
    known: NDArray[np.bool_],
    tc_k: NDArray[np.float64],
    *,
    optional_share: float,
) -> tuple[list[Group], NDArray[np.int32]]:
    """Groups of a map's clusters, in the order of the clusters.

    Args:
        amounts: (n, 96) atoms per formula unit.
        clusters: (n,) cluster numbers, −1 for none.
        known: (n,) true for known compounds, false for generated ones.
        tc_k: (n,) estimated critical temperatures, nan where there is none, K.
        optional_share: see `general_formula`.

    Returns:
        the groups, and the group of each row: −1 for known compounds and for those in no cluster.
    """
    groups: list[Group] = []
    numbers = np.full(len(clusters), -1, dtype=np.int32)
    for cluster in np.unique(clusters[clusters >= 0]):
        inside = clusters == cluster
        members = inside & ~known
        if not members.any():
            continue
        numbers[members] = len(groups)
        tc = tc_k[members][np.isfinite(tc_k[members])]
        groups.append(
            Group(
                members=int(members.sum()),
                known_members=int((inside & known).sum()),
                general_formula=general_formula(amounts[members], optional_share=optional_share),
                tc_median_k=float(np.median(tc)) if len(tc) else None,
            )
        )
    return groups, numbers


def group_columns(groups: list[Group], reference: str | None) -> dict[str, list[Any]]:
    """Columns of `tables.GROUPS`; no chance is computed yet, so p_value is null."""
    return {
        "group": list(range(len(groups))),
        "members": [group.members for group in groups],
        "known_members": [group.known_members for group in groups],
        "p_value": [None] * len(groups),
        "new_family": [group.new_family for group in groups],
        "general_formula": [group.general_formula for group in groups],
        "tc_median_k": [group.tc_median_k for group in groups],
        "reference": [reference] * len(groups),
    }
