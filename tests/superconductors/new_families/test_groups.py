"""Groups of generated compounds."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.groups import group_clusters, group_columns

FORMULAS = ["La2CuO4", "La1.9Sr0.1CuO4", "FeSe", "FeSe0.9Te0.1", "FeSe0.8Te0.2", "Nb3Sn", "YBa2Cu3O7"]
KNOWN = np.array([True, False, False, False, False, False, True])
CLUSTERS = np.array([0, 0, 1, 1, 1, -1, 2], dtype=np.int32)
TC = np.array([np.nan, 30.0, 8.0, 10.0, np.nan, 18.0, np.nan])


def test_groups():
    amounts = np.stack([to_vector(parse_formula(formula)) for formula in FORMULAS])
    groups, numbers = group_clusters(amounts, CLUSTERS, KNOWN, TC, optional_share=0.1)
    assert numbers.tolist() == [-1, 0, 1, 1, 1, -1, -1]  # no group without generated members
    assert [(g.members, g.known_members, g.new_family) for g in groups] == [(1, 1, False), (3, 0, True)]
    assert groups[1].tc_median_k == pytest.approx(9.0)
    assert groups[1].general_formula == "Fe(Te0.1-0.2)Se0.8-1"
    assert group_columns(groups, "ybco-se")["reference"] == ["ybco-se", "ybco-se"]


def test_nothing_generated():
    groups, numbers = group_clusters(
        np.zeros((0, 96)), np.zeros(0, np.int32), np.zeros(0, bool), np.zeros(0), optional_share=0.1
    )
    assert groups == []
    assert len(numbers) == 0
