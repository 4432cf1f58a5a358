"""Errors by hand, with their intervals."""

import numpy as np
import pytest

from superdrift.statistics.bootstrap import regression_errors


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
