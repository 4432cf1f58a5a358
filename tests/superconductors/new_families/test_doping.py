"""Doping curves: a dome is claimed where a parabola beats a line and has its maximum inside."""

import numpy as np
import pytest

from superdrift.superconductors.new_families.doping import doping_curve

X = np.linspace(0.05, 0.3, 13)
NOISE = np.random.default_rng(2).normal(0, 1.0, 13)


def test_a_dome():
    curve = doping_curve(X, 38 * (1 - 82.6 * (X - 0.16) ** 2) + NOISE)
    assert curve.dome and curve.bic_difference > 6
    assert curve.x == pytest.approx(0.16, abs=0.01) and curve.tc_k == pytest.approx(38, abs=2)


def test_a_line_with_noise_is_no_dome():
    claimed = 0
    stream = np.random.default_rng(3)
    for _ in range(200):
        curve = doping_curve(X, 20 + 50 * X + stream.normal(0, 2, 13))
        claimed += curve.dome
    assert claimed <= 10


def test_a_valley_and_a_maximum_outside_are_no_domes():
    assert not doping_curve(X, 20 + 900 * (X - 0.16) ** 2 + NOISE / 10).dome
    rising = doping_curve(X, 30 - 300 * (X - 0.5) ** 2 + NOISE / 10)
    assert not rising.dome and rising.bic_difference > 0
    assert np.isnan(rising.x) and np.isnan(rising.tc_k)


def test_repeated_x_is_no_evidence():
    """Five hundred estimates at three values of x are three points."""
    x = np.repeat([0.1, 0.2, 0.3], 500)
    assert doping_curve(x, 30 - 500 * (x - 0.2) ** 2) is None
    many = doping_curve(np.repeat(X, 50), np.repeat(20 + 50 * X + NOISE, 50))
    assert many.points == 13 and many.bic_difference == pytest.approx(
        doping_curve(X, 20 + 50 * X + NOISE).bic_difference
    )


def test_members_without_an_estimate_do_not_count():
    tc = np.where(np.arange(13) < 8, np.nan, 30.0)
    assert doping_curve(X, tc) is None
