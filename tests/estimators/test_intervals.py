"""Conformal intervals: coverage on exchangeable data, and growth with the distance."""

import numpy as np
import pytest

from superdrift.errors import InputError
from superdrift.estimators.intervals import Interval, Predicted


def sample(n, seed):
    generator = np.random.default_rng(seed)
    distance, spread = generator.random(n) * 0.3, generator.random(n) * 5
    tc = 20 + 60 * generator.random(n)
    noise = (1 + spread + 0.5 * np.sqrt(distance) * tc) * (generator.gamma(2.0, size=n) - 2)
    return Predicted(tc, spread, distance), tc + noise


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_coverage_holds_on_fresh_data_with_skewed_errors(coverage):
    calibration, test = sample(4000, 1), sample(4000, 2)
    low, high = Interval.calibrate(calibration, calibration, coverage=coverage).bounds(test[0])
    inside = ((test[1] >= low) & (test[1] <= high)).mean()
    assert inside == pytest.approx(coverage, abs=0.025) or ((low == 0).any() and inside >= coverage - 0.025)
    tails = (test[1] < low).mean(), (test[1] > high).mean()
    assert max(tails) < (1 - coverage) / 2 + 0.02


def test_interval_widens_with_distance_and_never_goes_below_zero():
    interval = Interval.calibrate(sample(2000, 1), sample(2000, 1), coverage=0.9)
    steps = np.linspace(0, 0.5, 6)
    low, high = interval.bounds(Predicted(np.full(6, 50.0), np.full(6, 2.0), steps))
    assert (np.diff(high - low) > 0).all()
    assert (low >= 0).all()
    assert (low <= 50).all()
    assert (high >= 50).all()


def test_perfect_predictions_and_few_rows_do_not_break():
    perfect = Predicted(np.full(3, 9.0), np.zeros(3), np.zeros(3))
    low, high = Interval.calibrate((perfect, np.full(3, 9.0)), (perfect, np.full(3, 9.0)), coverage=0.9).bounds(perfect)
    assert np.isfinite(low).all()
    assert (low <= high).all()


def test_nothing_to_calibrate_on_is_an_error():
    nothing = Predicted(np.zeros(0), np.zeros(0), np.zeros(0))
    with pytest.raises(InputError, match="no held-out superconductor"):
        Interval.calibrate((nothing, np.zeros(0)), (nothing, np.zeros(0)), coverage=0.9)
