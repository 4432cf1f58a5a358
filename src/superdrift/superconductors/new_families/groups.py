"""Groups of generated compounds: by average linkage of the thinned ones, and what their members have in common."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.superconductors.new_families.doping import doping_curve
from superdrift.superconductors.new_families.footprint import (
    ATOMIC_NUMBERS,
    Neighbours,
    count_neighbours,
    replacements,
    substituted_pairs,
)
from superdrift.superconductors.new_families.general_formula import GeneralFormula, general_formula
from superdrift.superconductors.new_families.linkage import linked_groups, thinned
from superdrift.superconductors.settings.new_families import ClusterSettings

NO_GROUP = -1
"""Number of a compound that is in no group."""
QUARTILE = 0.25
"""Of the members' distances: a reference beyond it lies as far out as the group does."""


class Grouping(NamedTuple):
    """How the n compounds of a source, or of one scale of it, are grouped.

    Attributes:
        kept: (m,) rows that stand for their near-duplicates.
        group: (n,) number of the group of each row, from 0; `NO_GROUP` for those in none. A near-duplicate is in the
            group of the row that stands for it.
    """

    kept: NDArray[np.int64]
    group: NDArray[np.int64]


def group_compounds(
    amounts: NDArray[np.floating],
    *,
    spacing: float,
    cut: float,
    fewest_members: int,
    most: int,
    stream: np.random.Generator,
) -> Grouping:
    """Thin compounds, link them, and keep the groups that are large enough, numbered by their first members.

    Args:
        amounts: (n, 96) atoms per formula unit.
        spacing: half L1; of compounds within it the first stands for the others.
        cut: half L1, of the average linkage.
        fewest_members: of a group, thinned.
        most: thinned compounds; of more, so many are drawn.
        stream: draws them.
    """
    group, kept = np.full(len(amounts), NO_GROUP, dtype=np.int64), thinned(amounts, spacing)
    if len(kept) > most:
        kept = np.sort(stream.choice(kept, most, replace=False))
    if not len(kept):
        return Grouping(kept, group)
    linked = linked_groups(amounts[kept], cut)
    large = np.bincount(linked) >= fewest_members
    number = np.where(large, np.cumsum(large) - 1, NO_GROUP)[linked]
    distance, nearest = CompositionIndex(amounts[kept]).nearest(amounts)
    near = distance < spacing
    group[near] = number[nearest[near]]
    return Grouping(kept, group)


@dataclass(frozen=True)
class Group:
    """What the thinned members of a group have in common; distances in half L1, to the nearest known compound.

    Attributes:
        rows: (m,) its members among the compounds of the source, thinned.
        compounds: number of compounds, with the near-duplicates of members.
        scale: N of the low-pass filter; None where there is none.
        n_elements: median number of elements of its members.
        distance: median distance of its members.
        distance_low: lower quartile of these.
        formula: its general formula.
        pairs: elements that replace each other, within the group or in it against the reference, e.g. Ba-Cs.
        neighbour_pairs: how many of these are neighbours in atomic number.
        replaced: elements that replaced each other against the reference in the order it was filtered along; None where
            there is no filter.
        tc_k: (m,) estimated Tc of its members, K; nan where there is none.
    """

    rows: NDArray[np.int64]
    compounds: int
    scale: int | None
    n_elements: int
    distance: float
    distance_low: float
    formula: GeneralFormula
    pairs: list[str]
    neighbour_pairs: int
    replaced: Neighbours | None
    tc_k: NDArray[np.float64]


def describe_groups(
    amounts: NDArray[np.floating],
    grouping: Grouping,
    known: CompositionIndex,
    tc_k: NDArray[np.float64],
    *,
    reference: NDArray[np.floating] | None,
    scale: int | None,
    order: NDArray[np.integer],
    optional_share: float,
) -> list[Group]:
    """The groups of a grouping, in the order of their numbers.

    Args:
        amounts: (n, 96) atoms per formula unit.
        grouping: of these compounds.
        known: index of the known compounds.
        tc_k: (n,) estimated Tc, K; nan where there is none.
        reference: (96,) of the reference compound; None: there is none.
        scale: N of the low-pass filter.
        order: (96,) place of each element along which it filters.
        optional_share: see `general_formula`.
    """
    groups = []
    for number in range(int(grouping.group.max(initial=NO_GROUP)) + 1):
        rows = grouping.kept[grouping.group[grouping.kept] == number]
        members, distance = amounts[rows], known.nearest(amounts[rows])[0]
        pairs = sorted(substituted_pairs(members, reference))
        replaced = None
        if reference is not None and scale is not None:
            replaced = count_neighbours(set(replacements(members, reference)), order)
        groups.append(
            Group(
                rows=rows,
                compounds=int((grouping.group == number).sum()),
                scale=scale,
                n_elements=round(float(np.median((members > 0).sum(axis=1)))),
                distance=float(np.median(distance)),
                distance_low=float(np.quantile(distance, QUARTILE)),
                formula=general_formula(members, optional_share=optional_share),
                pairs=[f"{SYMBOLS[one]}-{SYMBOLS[other]}" for one, other in pairs],
                neighbour_pairs=count_neighbours(pairs, ATOMIC_NUMBERS).neighbours,
                replaced=replaced,
                tc_k=tc_k[rows],
            )
        )
    return groups


def group_scales(
    amounts: NDArray[np.floating],
    scales: NDArray[np.int64],
    known: CompositionIndex,
    tc_k: NDArray[np.float64],
    *,
    reference: NDArray[np.floating] | None,
    settings: ClusterSettings,
    streams: Callable[[int], np.random.Generator],
    order: NDArray[np.integer] = ATOMIC_NUMBERS,
) -> tuple[list[Group], Grouping]:
    """Groups of each scale by itself, and how all compounds are grouped.

    Args:
        amounts: (n, 96) atoms per formula unit.
        scales: (n,) N of the low-pass filter; 0 where there is none.
        known: index of the known compounds.
        tc_k: (n,) estimated Tc, K; nan where there is none.
        reference: (96,) of the reference compound; None: there is none.
        settings: thinning, cut, sizes.
        streams: scale → draws where there are too many compounds.
        order: (96,) place of each element along which the low-pass filters.
    """
    groups: list[Group] = []
    kept, number = [np.zeros(0, dtype=np.int64)], np.full(len(amounts), NO_GROUP, dtype=np.int64)
    for scale in np.unique(scales).tolist():
        rows = np.flatnonzero(scales == scale)
        grouping = group_compounds(
            amounts[rows], spacing=settings.spacing, cut=settings.cut, fewest_members=settings.fewest_members,
            most=settings.generated, stream=streams(scale),
        )  # fmt: skip
        found = describe_groups(
            amounts[rows], grouping, known, tc_k[rows], reference=reference, scale=scale or None,
            order=order, optional_share=settings.optional_share,
        )  # fmt: skip
        number[rows] = np.where(grouping.group == NO_GROUP, NO_GROUP, grouping.group + len(groups))
        groups += [replace(group, rows=rows[group.rows]) for group in found]
        kept.append(rows[grouping.kept])
    return groups, Grouping(np.sort(np.concatenate(kept)), number)


def group_columns(groups: list[Group], reference: str | None, reference_distance: float | None) -> dict[str, list[Any]]:
    """Columns of `new_families.tables.GROUPS`.

    Args:
        groups: of one source, over all its scales.
        reference: slug of the reference; None: there is none.
        reference_distance: half L1, of the reference from the nearest known compound.
    """
    tc = [group.tc_k[np.isfinite(group.tc_k)] for group in groups]
    curves = [
        doping_curve(group.formula.variables["x"], group.tc_k) if "x" in group.formula.variables else None
        for group in groups
    ]
    return {
        "group": list(range(len(groups))),
        "members": [len(group.rows) for group in groups],
        "compounds": [group.compounds for group in groups],
        "n_elements": [group.n_elements for group in groups],
        "distance": [group.distance for group in groups],
        "distance_low": [group.distance_low for group in groups],
        "general_formula": [group.formula.text for group in groups],
        "variables": [group.formula.ranges for group in groups],
        "pairs": [group.pairs for group in groups],
        "neighbour_pairs": [group.neighbour_pairs for group in groups],
        "replacements": [None if group.replaced is None else group.replaced.pairs for group in groups],
        "neighbour_replacements": [None if group.replaced is None else group.replaced.neighbours for group in groups],
        "tc_median_k": [float(np.median(values)) if len(values) else None for values in tc],
        "dome": [None if curve is None else curve.dome for curve in curves],
        "dome_bic": [None if curve is None else curve.bic_difference for curve in curves],
        "dome_x": [curve.x if curve is not None and curve.dome else None for curve in curves],
        "dome_tc_k": [curve.tc_k if curve is not None and curve.dome else None for curve in curves],
        "reference": [reference] * len(groups),
        "scale": [group.scale for group in groups],
        "reference_distance": [reference_distance] * len(groups),
    }
