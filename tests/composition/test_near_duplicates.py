"""Pairs within a radius and the groups they link, against brute force."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_compositions import all_distances, some_amounts

from superdrift.composition.near_duplicates import near_duplicate_groups, near_pairs

RADII = st.sampled_from([0.005, 0.02, 0.05, 0.2])


@given(st.integers(0, 10_000), RADII)
@settings(max_examples=25, deadline=None)
def test_groups_are_single_linkage(seed, radius):
    amounts = some_amounts(seed, 40)
    groups = near_duplicate_groups(amounts, radius)
    linked = all_distances(amounts, amounts) <= radius + 1e-9
    reach = linked.copy()
    for _ in range(6):  # 2^6 steps reach everything among 40
        reach = reach @ reach
    np.testing.assert_array_equal(groups[:, None] == groups[None], reach)


@given(st.integers(0, 10_000), RADII)
@settings(max_examples=25, deadline=None)
def test_pairs_are_those_within_the_radius_each_once(seed, radius):
    amounts = some_amounts(seed, 40)
    expected = np.triu(all_distances(amounts, amounts) <= radius + 1e-9, k=1)
    found = np.sort(near_pairs(amounts, radius), axis=1)
    assert sorted(map(tuple, found.tolist())) == list(zip(*map(np.ndarray.tolist, np.nonzero(expected)), strict=True))


def test_a_pair_at_exactly_the_radius_is_one_group():
    amounts = np.zeros((2, 96))
    amounts[:, 0], amounts[:, 1] = (50, 48), (50, 52)  # half L1: 0.02
    assert len(set(near_duplicate_groups(amounts, 0.02))) == 1
    assert len(set(near_duplicate_groups(amounts, 0.0199))) == 2


def test_groups_of_no_row_and_of_one():
    one = np.eye(96)[[7]]
    assert near_duplicate_groups(one, 0.02).tolist() == [0]
    assert near_duplicate_groups(one[:0], 0.02).shape == (0,)
