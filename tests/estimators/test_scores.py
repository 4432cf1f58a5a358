"""Scores by hand, and intervals that know that near-duplicates are no independent rows."""

import numpy as np
import pytest

from superdrift.estimators import scores


def test_share_widens_when_rows_come_in_groups():
    hits = np.repeat(np.arange(40) % 4 > 0, 25)
    alone = scores.share(hits, np.arange(1000))
    together = scores.share(hits, np.repeat(np.arange(40), 25))
    assert alone[0] == together[0] == 0.75
    assert together[2] - together[1] > 4 * (alone[2] - alone[1])
    assert alone[1:] == pytest.approx((0.722, 0.776), abs=0.002), "Wilson's interval for 750 of 1000"


def test_share_of_one_keeps_an_interval():
    value, low, high = scores.share(np.ones(50, dtype=bool), np.repeat(np.arange(5), 10))
    assert (value, high) == (1.0, 1.0)
    assert low < 0.7, "five groups, not fifty rows"


def test_errors_by_hand():
    truth, predicted = np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 3.0, 3.0, 4.0])
    found = scores.errors(truth, predicted, np.arange(4), np.random.default_rng(0))
    assert found["mae"][0] == pytest.approx(0.75)
    assert found["rmse"][0] == pytest.approx(np.sqrt(5 / 4))
    assert found["r2"][0] == pytest.approx(1 - 5 / 14)
    assert found["mae"][1] < 0.75 < found["mae"][2]


def test_r2_is_absent_where_it_is_not_defined():
    found = scores.errors(np.full(3, 5.0), np.array([1.0, 2.0, 3.0]), np.arange(3), np.random.default_rng(0))
    assert "r2" not in found
    assert "mae" in found
