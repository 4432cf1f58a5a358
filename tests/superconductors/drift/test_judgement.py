"""Halves that share no group; one candidate per start, frozen; gains that abstention fails; areas by hand."""

import numpy as np
import pytest

from superdrift.superconductors.drift.halves import halves
from superdrift.superconductors.drift.judgement import NONE, Found, best_so_far, choose, gains, ordinary_gap


def found(rows):
    """Rows of (start, mark, value, call); a compound is its mark's amount of hydrogen."""
    amounts = np.zeros((len(rows), 96), dtype=np.float32)
    amounts[:, 0] = [mark for _, mark, _, _ in rows]
    start, _, value, call = (np.array(column) for column in zip(*rows, strict=True))
    return Found(start, amounts, value.astype(np.float64), call)


class Trees:
    """A judge that says ten times the hydrogen, and abstains from 7."""

    def estimate(self, amounts):
        return {"tc_k": 10.0 * amounts[:, 0].astype(np.float64), "applicable": amounts[:, 0] != 7}


def test_halves_keep_groups_whole_and_both_alike():
    stream = np.random.default_rng(1)
    groups = stream.integers(400, size=3000)
    families = np.array(["cuprates", "others", "pnictides"], dtype=object)[groups % 3]
    tc_k = np.where(groups % 7 == 0, np.nan, groups % 100.0)
    first = halves(groups, families, tc_k, np.random.default_rng(2))
    assert all(len(set(first[groups == group])) == 1 for group in range(400))
    for family in set(families):
        for low, high in ((0, 30), (30, 60), (60, 100)):
            rows = (families == family) & (tc_k >= low) & (tc_k < high)
            assert 0.4 < first[rows].mean() < 0.6
    assert np.array_equal(first, halves(groups, families, tc_k, np.random.default_rng(2)))


def test_the_best_that_passes_is_chosen_and_a_repeat_is_no_second_chance():
    met = found([(0, 1, 9.0, 1), (0, 1, 9.0, 2), (0, 2, 8.0, 3), (0, 3, 7.0, 4), (1, 4, 5.0, 1), (2, 9, -np.inf, 1)])
    passes = choose(met, 4, lambda rows: rows[:, 0] > 1, most=2)
    assert passes.tolist() == [2, 4, NONE, NONE]
    assert choose(met, 4, lambda rows: rows[:, 0] > 2, most=2).tolist() == [NONE, 4, NONE, NONE]


def test_gain_is_judged_and_abstention_and_failure_are_nothing():
    met = found([(0, 5, 1.0, 1), (1, 7, 1.0, 1)])
    start = np.array([20.0, 20.0, 20.0])
    assert gains(np.array([0, 1, NONE]), met, Trees(), start).tolist() == [30.0, 0.0, 0.0]


def test_area_of_the_best_against_calls_by_hand():
    met = found([(0, 1, 10.0, 2), (0, 2, 20.0, 4), (0, 1, 10.0, 5), (1, 3, 6.0, 10)])
    # Mean of the two best: 0 up to call 2, 5 up to 4, 15 up to 10.
    assert best_so_far(met, 2, 10, 2).tolist() == pytest.approx([(2 * 5 + 6 * 15) / 10, 0.0])


def test_ordinary_gap_is_a_line_that_ends_where_the_data_end():
    predicted = np.array([0.0, 50.0, 100.0])
    gap = ordinary_gap(predicted, predicted - (2 + 0.1 * predicted))
    assert gap(np.array([0.0, 100.0, 300.0])) == pytest.approx([2.0, 12.0, 12.0])
