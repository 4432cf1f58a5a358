"""Element sets: their numbers, their order, and rows grouped by them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_compositions import some_amounts

from superdrift.composition.element_sets import (
    element_masks,
    element_set_numbers,
    group_by_element_set,
    holds,
    mask_of_elements,
    shares_element_set,
)

SEEDS = st.integers(0, 10_000)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_sets_are_numbered_in_the_order_of_their_rows_of_presence(seed):
    amounts = some_amounts(seed, 40)
    present = amounts > 0
    expected = sorted(set(map(tuple, present.tolist())))
    assert element_set_numbers(amounts).tolist() == [expected.index(tuple(row)) for row in present.tolist()]


def test_amounts_do_not_count():
    amounts = np.zeros((4, 96))
    amounts[0, [1, 2]], amounts[1, [1, 2]], amounts[2, [1, 3]], amounts[3, 1] = 1, [3, 1], 1, 1
    found = element_set_numbers(amounts)
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 3


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_rows_are_grouped_by_set(seed):
    amounts = some_amounts(seed, 40)
    numbers, sets = element_set_numbers(amounts), group_by_element_set(amounts)
    assert sorted(sets.rows.tolist()) == list(range(40))
    assert len(sets.masks) == len(sets.starts) - 1 == numbers.max() + 1
    for mask, start, end in zip(sets.masks, sets.starts[:-1], sets.starts[1:], strict=True):
        rows = sets.rows[start:end]
        assert len(set(numbers[rows].tolist())) == 1 and (np.diff(rows) > 0).all()
        assert (element_masks(amounts[rows]) == mask).all()


def test_no_rows():
    sets = group_by_element_set(np.zeros((0, 96)))
    assert (sets.starts.tolist(), len(sets.rows), sets.masks.shape) == ([0], 0, (0, 2))
    assert element_set_numbers(np.zeros((0, 96))).shape == (0,)


@given(st.sets(st.integers(0, 95)), st.sets(st.integers(0, 95)))
@settings(deadline=None)
def test_masks_are_sets(one, other):
    amounts = np.zeros((2, 96))
    amounts[0, sorted(one)], amounts[1, sorted(other)] = 1, 1
    masks = element_masks(amounts)
    np.testing.assert_array_equal(masks[0], mask_of_elements(np.array(sorted(one), dtype=np.int64)))
    assert holds(masks[0], masks[1]) == (other <= one)
    assert holds(masks[0], masks[0])


def test_which_rows_share_the_elements_of_others():
    amounts = np.zeros((3, 96))
    amounts[0, [7, 28]], amounts[1, 7], amounts[2, [7, 28, 55]] = 1, 1, 1
    assert shares_element_set(5 * amounts, amounts[:1]).tolist() == [True, False, False]
    assert shares_element_set(amounts, amounts[:0]).tolist() == [False] * 3
