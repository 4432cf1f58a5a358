"""Errors by hand, with their intervals."""

import numpy as np
import pytest

from superdrift.statistics.bootstrap import bootstrapped, regression_errors


def test_errors_by_hand():
    truth, predicted = np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 3.0, 3.0, 4.0])
    found = regression_errors(truth, predicted, np.arange(4), np.random.default_rng(0))
    assert found["mae"][0] == pytest.approx(0.75)
    assert found["rmse"][0] == pytest.approx(np.sqrt(5 / 4))
    assert found["r2"][0] == pytest.approx(1 - 5 / 14)
    assert found["mae"][1] < 0.75 < found["mae"][2]


def test_r2_is_absent_where_it_is_not_defined():
    found = regression_errors(np.full(3, 5.0), np.array([1.0, 2.0, 3.0]), np.arange(3), np.random.default_rng(0))
    assert "r2" not in found
    assert "mae" in found


def test_a_statistic_with_the_interval_of_its_groups():
    """Rows of one group come together: ten copies of each value tell no more than the value itself."""
    values, groups = np.arange(20.0), np.arange(20)
    alone = bootstrapped(values, groups, np.median, np.random.default_rng(0))
    assert alone[0] == 9.5
    assert alone[1] < 7
    assert alone[2] > 12
    copied = bootstrapped(np.repeat(values, 10), np.repeat(groups, 10), np.median, np.random.default_rng(0))
    assert copied == alone
    apart = bootstrapped(np.repeat(values, 10), np.arange(200), np.median, np.random.default_rng(0))
    assert apart[2] - apart[1] < 0.6 * (alone[2] - alone[1])
    assert bootstrapped(np.array([3.0, 3.0]), np.array([0, 0]), np.mean, np.random.default_rng(0)) == (3.0, 3.0, 3.0)
