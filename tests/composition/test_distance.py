"""Half the L1 distance of atomic fractions, row by row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_compositions import all_distances, some_amounts

from superdrift.composition.distance import half_l1


def rows(*compositions):
    """Amounts of compositions given as {column: amount}."""
    amounts = np.zeros((len(compositions), 96))
    for row, composition in zip(amounts, compositions, strict=True):
        for column, amount in composition.items():
            row[column] = amount
    return amounts


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_distance_is_the_diagonal_of_all_distances(seed):
    one, other = some_amounts(seed, 20), some_amounts(seed + 1, 20)
    np.testing.assert_array_equal(half_l1(one, other), np.diag(all_distances(one, other)))
    np.testing.assert_allclose(half_l1(one, 3 * one), 0, atol=1e-15)


def test_distances_by_hand():
    found = half_l1(rows({7: 1, 28: 1}, {7: 1, 28: 3}, {7: 2}), rows({7: 2, 28: 2}, {7: 1, 28: 1}, {28: 1}))
    assert found.tolist() == [0.0, 0.25, 1.0]


def test_an_empty_row_is_at_distance_1():
    assert half_l1(rows({}, {7: 1}, {7: 1}), rows({7: 2}, {}, {7: 2})).tolist() == [1.0, 1.0, 0.0]
