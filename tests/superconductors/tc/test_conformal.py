"""Conformal intervals: coverage on fresh data in each family, near and far, and growth with the distance."""

import json

import numpy as np
import pytest

from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tc.conformal import FAR, MIN_RESIDUALS, Difficulty, Interval, Residuals


def sample(n, seed, shares=(0.5, 0.2, 0.3)):
    """Estimates whose errors grow with the distance and the spread; skewed up in cuprates, down in others."""
    generator = np.random.default_rng(seed)
    family = generator.choice(3, size=n, p=shares)
    distance, spread = generator.random(n) * 0.3, generator.random(n) * 5
    tc = 40 + 60 * generator.random(n)
    skew = np.array([1.0, 0.5, -1.0])[family]
    error = (1 + spread + 0.2 * np.sqrt(distance) * tc) * skew * (generator.gamma(2.0, size=n) - 1.5)
    return Residuals(Difficulty(tc, distance, spread, family), tc + error, generator.integers(5, size=n))


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_coverage_holds_on_fresh_data_in_each_family(coverage):
    calibration, test = sample(12_000, 1), sample(20_000, 2)
    low, high = Interval.calibrate(calibration, coverage=coverage).bounds(test.difficulty)
    below, above = test.measured < low, test.measured > high
    for family in range(3):
        mine = test.difficulty.family == family
        assert 1 - (below | above)[mine].mean() == pytest.approx(coverage, abs=0.04), COMPOUND_FAMILIES[family]
        assert max(below[mine].mean(), above[mine].mean()) < (1 - coverage) / 2 + 0.03, "each tail by itself"


def by_band(n, seed, near_error, far_error):
    """Errors of a size that distance alone tells apart, in one step."""
    generator = np.random.default_rng(seed)
    near = generator.random(n) < 0.5
    distance = np.where(near, 0.02, 0.2)
    error = generator.normal(size=n) * np.where(near, near_error, far_error)
    zero = np.zeros(n)
    return Residuals(Difficulty(zero + 50, distance, zero, zero.astype(int)), 50 + error, generator.integers(5, size=n))


@pytest.mark.parametrize("errors", [(1.0, 1.0), (1.0, 8.0)])
def test_near_and_far_compounds_are_covered_alike(errors):
    test = by_band(8000, 2, *errors)
    low, high = Interval.calibrate(by_band(4000, 1, *errors), coverage=0.9).bounds(test.difficulty)
    inside = (test.measured >= low) & (test.measured <= high)
    for far in (False, True):
        assert inside[(test.difficulty.distance >= FAR) == far].mean() == pytest.approx(0.9, abs=0.025)


def test_no_interval_narrows_with_distance_whatever_the_data_say():
    """Far compounds with the smaller errors get the intervals of near ones, and are covered more often."""
    test = by_band(4000, 2, 8.0, 1.0)
    low, high = Interval.calibrate(by_band(4000, 1, 8.0, 1.0), coverage=0.9).bounds(test.difficulty)
    far = test.difficulty.distance >= FAR
    assert (high - low)[far].min() >= (high - low)[~far].max() - 1e-9
    assert ((test.measured >= low) & (test.measured <= high))[far].mean() > 0.98


def test_a_family_of_few_residuals_takes_the_tails_of_all():
    few = sample(1000, 3, shares=(0.97, 0.0, 0.03))
    assert 0 < (few.difficulty.family == 2).sum() < MIN_RESIDUALS < (few.difficulty.family == 0).sum()
    tails = Interval.calibrate(few, coverage=0.9).tails
    assert tails["others"] == tails["pnictides"] != tails["cuprates"]


@pytest.mark.parametrize("others", [(80.0, 0.0), (50.0, 2.0), (2.0, 5.0)])
@pytest.mark.parametrize("family", range(3))
def test_interval_only_widens_with_distance_and_never_goes_below_zero(others, family):
    interval = Interval.calibrate(sample(2000, 1), coverage=0.9)
    tc, spread = others
    steps = np.linspace(0, 0.5, 101)
    same = np.ones_like(steps)
    low, high = interval.bounds(Difficulty(tc * same, steps, spread * same, np.full(101, family)))
    assert (np.diff(high - low) >= 0).all()
    assert (low >= 0).all()
    assert ((low <= tc) & (tc <= high)).all()
    if spread < 5:
        assert (high - low)[-1] > 1.2 * (high - low)[0]


def test_errors_that_are_all_twice_as_large_make_the_interval_twice_as_wide():
    one = sample(3000, 1)
    doubled = Residuals(one.difficulty, one.difficulty.tc + 2 * (one.measured - one.difficulty.tc), one.fold)
    test = sample(500, 3).difficulty
    width = [
        np.subtract(*Interval.calibrate(residuals, coverage=0.9).bounds(test)[::-1]).mean()
        for residuals in (one, doubled)
    ]
    assert width[1] == pytest.approx(2 * width[0], rel=0.1)


def test_joined_holds_the_rows_of_all():
    one, other, third = sample(5, 1), sample(7, 2), sample(3, 6)
    every = Residuals.joined([one, other, third])
    np.testing.assert_array_equal(every.measured, np.r_[one.measured, other.measured, third.measured])
    np.testing.assert_array_equal(every.fold, np.r_[one.fold, other.fold, third.fold])
    columns = [part.difficulty.columns() for part in (one, other, third)]
    np.testing.assert_array_equal(every.difficulty.columns(), np.concatenate(columns))


def test_description_gives_the_same_interval_back():
    interval, test = Interval.calibrate(sample(500, 1), coverage=0.9), sample(50, 2).difficulty
    described = json.loads(json.dumps(interval.describe()))
    back = Interval(described["expected_error"], described["tails"])
    np.testing.assert_array_equal(np.stack(back.bounds(test)), np.stack(interval.bounds(test)))


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_few_rows_do_not_break(n):
    few = sample(n, 4)
    low, high = Interval.calibrate(few, coverage=0.9).bounds(few.difficulty)
    assert ((few.measured >= low - 1e-6) & (few.measured <= high + 1e-6)).all() or n >= 20
    assert np.isfinite(high).all()
    assert (low <= high).all()


def test_perfect_estimates_do_not_break():
    rows, fold = np.full(6, 9.0), np.arange(6) % 3
    perfect = Residuals(Difficulty(rows, rows * 0, rows * 0, np.zeros(6, dtype=np.int64)), rows, fold)
    low, high = Interval.calibrate(perfect, coverage=0.9).bounds(perfect.difficulty)
    np.testing.assert_allclose([low, high], 9.0)


def test_one_fold_alone_is_enough():
    alone = sample(100, 5)
    alone = Residuals(alone.difficulty, alone.measured, np.zeros(100, dtype=np.int64))
    assert np.isfinite(Interval.calibrate(alone, coverage=0.9).bounds(alone.difficulty)[1]).all()


def test_no_rows_give_no_bounds():
    interval, none = Interval.calibrate(sample(100, 1), coverage=0.9), np.zeros(100, dtype=bool)
    assert [len(end) for end in interval.bounds(sample(100, 2).difficulty[none])] == [0, 0]


def test_nothing_to_calibrate_on_is_an_error():
    with pytest.raises(InputError, match="no held-out superconductor"):
        Interval.calibrate(sample(0, 1), coverage=0.9)


@pytest.mark.parametrize("damage", [{"others": [[-1.0, 1.0]]}, {"others": [[-1.0, 1.0]] * 3}, {"cuprates": "none"}])
def test_damaged_tails_are_refused(damage):
    described = Interval.calibrate(sample(500, 1), coverage=0.9).describe()
    with pytest.raises(ValueError, match=r"."):
        Interval(described["expected_error"], described["tails"] | damage)
