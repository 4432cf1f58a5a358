"""Benjamini and Hochberg's adjusted p-values."""

import numpy as np

from superdrift.statistics.multiple_testing import q_values


def test_by_hand():
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.5])
    np.testing.assert_allclose(q_values(p), [0.04, np.nan, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])


def test_nothing_tested():
    assert np.isnan(q_values(np.full(3, np.nan))).all()
    assert len(q_values(np.zeros(0))) == 0


def test_the_share_of_false_discoveries():
    """Of twenty groups five are real: the mean share of false ones among those found is below the rate."""
    stream, false = np.random.default_rng(0), []
    for _ in range(500):
        p = stream.random(20)
        p[:5] = stream.random(5) * 1e-3
        found = q_values(p) <= 0.1
        false.append(found[5:].sum() / max(found.sum(), 1))
    assert np.mean(false) <= 0.1
