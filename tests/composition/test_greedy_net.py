"""The definition of a greedy net."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_compositions import all_distances, some_amounts

from superdrift.composition.greedy_net import greedy_net


@given(st.integers(0, 10_000), st.sampled_from([0.005, 0.02, 0.05, 0.2]))
@settings(max_examples=25, deadline=None)
def test_greedy_net_is_its_definition(seed, radius):
    amounts = some_amounts(seed, 40)
    distance = all_distances(amounts, amounts)
    kept = []
    for row in range(40):
        if all(distance[row, earlier] >= radius - 1e-9 for earlier in kept):
            kept.append(row)
    assert np.flatnonzero(greedy_net(amounts, radius)).tolist() == kept


def test_a_pair_at_exactly_the_radius_is_kept():
    amounts = np.zeros((2, 96))
    amounts[:, 0], amounts[:, 1] = (50, 48), (50, 52)  # half L1: 0.02
    assert greedy_net(amounts, 0.02).all()
    assert not greedy_net(amounts, 0.0201).all()


def test_net_of_no_row_and_of_one():
    one = np.eye(96)[[7]]
    assert greedy_net(one, 0.02).tolist() == [True]
    assert greedy_net(one[:0], 0.02).shape == (0,)
