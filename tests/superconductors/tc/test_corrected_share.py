"""The corrected share: the published numbers, its clipping, its interval, and where it is not defined."""

import numpy as np
import pytest

from superdrift.superconductors.tc.corrected_share import Rate, corrected_share

TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE = Rate.exact(0.9869), Rate.exact(0.1694)


@pytest.mark.parametrize(("raw", "corrected"), [(67.81, 62.22), (64.53, 58.22), (95.74, 96.39), (55.82, 47.56)])
def test_published_shares_are_reproduced(raw, corrected):
    value, low, high = corrected_share(round(raw * 1000), 100_000, TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE)
    assert 100 * value == pytest.approx(corrected, abs=0.25)
    assert low < value < high


def test_interval_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(3)
    truth, tp, fp, n, m, hits = 0.6, 0.85, 0.3, 2000, 300, 0
    for _ in range(200):
        a, b = generator.binomial(m, tp) / m, generator.binomial(m, fp) / m
        rates = [Rate(v, v - 1.96 * np.sqrt(v * (1 - v) / m), v + 1.96 * np.sqrt(v * (1 - v) / m)) for v in (a, b)]
        share = generator.binomial(n, truth * tp + (1 - truth) * fp)
        _, low, high = corrected_share(share, n, *rates)
        hits += low <= truth <= high
    assert 0.90 <= hits / 200 <= 0.99


def test_share_is_clipped():
    assert corrected_share(5, 100, TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE)[0] == 0.0
    assert corrected_share(100, 100, TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE)[:1] == (1.0,)


def test_share_is_undefined_where_the_rates_do_not_differ():
    assert corrected_share(50, 100, Rate(0.6, 0.5, 0.7), Rate(0.55, 0.45, 0.65)) == (None, None, None)
    assert corrected_share(50, 100, Rate.exact(0.3), Rate.exact(0.4)) == (None, None, None)
    assert corrected_share(0, 0, TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE) == (None, None, None)


def test_uncertain_rates_widen_the_interval():
    sure = corrected_share(600, 1000, Rate.exact(0.9), Rate.exact(0.3))
    unsure = corrected_share(600, 1000, Rate(0.9, 0.8, 0.96), Rate(0.3, 0.2, 0.42))
    assert unsure[1] < sure[1]
    assert unsure[2] > sure[2]
    assert corrected_share(600, 1000, Rate(0.9, 0.8, 0.96), Rate(0.3, 0.2, 0.42)) == unsure
