"""Which groups of a run are new families: two tests, one control of false discoveries over all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from superdrift.composition.distance import TOLERANCE
from superdrift.statistics.multiple_testing import q_values
from superdrift.superconductors.new_families.blocks import Blocks
from superdrift.superconductors.new_families.footprint import Neighbours, footprint_p_value, together
from superdrift.superconductors.new_families.novelty_test import novelty_test

Row = dict[str, Any]
Controls = Mapping[tuple[str, int], Mapping[str, Neighbours]]
"""(reference, scale) → control (`footprint.CONTROLS`) → counts of its samples."""


def decide_groups(
    groups: Sequence[Row],
    versions: Sequence[str],
    blocks: Blocks,
    controls: Controls,
    *,
    fewest_families: int,
    false_discovery_rate: float,
) -> list[Row]:
    """Rows of `new_families.tables.FAMILIES`: all groups of a run with both p-values and the decision.

    The p-value of a group that was drawn through a filter is the larger of both: neither of the two explanations, an
    unseen system of a known family and the filter's footprint, may be left (intersection–union). Where its controls
    are missing it is not tested. Groups of other sources have no filter, no scale, and the first test alone.

    Args:
        groups: rows of `new_families.tables.GROUPS`, each with its source.
        versions: of each, the family of the model that drew it.
        blocks: of the known compounds.
        controls: of the references.
        fewest_families: see `novelty_test`.
        false_discovery_rate: of Benjamini and Hochberg, over all groups that are tested.
    """
    rows = []
    for group, version in zip(groups, versions, strict=True):
        size = group["n_elements"]
        novelty = novelty_test(
            group["distance"], version=version, n_elements=size, blocks=blocks, fewest_families=fewest_families
        )
        footprint = _footprint(group, controls)
        tests = [novelty.p_value] if group["scale"] is None else [novelty.p_value, footprint]
        own = group["reference_distance"]
        rows.append(
            group
            | {
                "version": version,
                "null_families": novelty.families,
                "null_fewest_elements": novelty.fewest_elements,
                "null_most_elements": novelty.most_elements,
                "p_smallest": novelty.smallest,
                "p_novel": novelty.p_value,
                "p_footprint": footprint,
                "p_value": float(np.max(tests)),
                "novelty_inherited": None if own is None else own >= group["distance_low"] - TOLERANCE,
            }
        )
    q = q_values(np.array([row["p_value"] for row in rows], dtype=np.float64))
    for row, value in zip(rows, q.tolist(), strict=True):
        row |= {"q_value": value, "new_family": value <= false_discovery_rate}
        row |= {name: None if np.isnan(row[name]) else row[name] for name in _MAY_LACK}
    return rows


_MAY_LACK = ("p_smallest", "p_novel", "p_footprint", "p_value", "q_value")
"""Columns that are null where nothing was tested."""


def pooled_controls(rows: Sequence[Row]) -> dict[tuple[str, int], dict[str, Neighbours]]:
    """Rows of `new_families.tables.CONTROLS` → the counts of each control of a reference and scale, added up."""
    found: dict[tuple[str, int], dict[str, Neighbours]] = {}
    for row in rows:
        of_reference = found.setdefault((row["reference"], row["scale"]), {})
        before = of_reference.get(row["control"], Neighbours(0, 0))
        of_reference[row["control"]] = together(
            [before, Neighbours(row["neighbour_replacements"], row["replacements"])]
        )
    return found


def _footprint(group: Row, controls: Controls) -> float:
    """p-value against the filter's footprint; nan for a group that no filter was used for."""
    if group["scale"] is None:
        return float("nan")
    counts = Neighbours(group["neighbour_replacements"], group["replacements"])
    return footprint_p_value(counts, controls.get((group["reference"], group["scale"]), {}))
