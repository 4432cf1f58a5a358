"""Intervals that know that near-duplicates are no independent rows."""

import numpy as np
import pytest

from superdrift.statistics.intervals import grouped_share


def test_share_widens_when_rows_come_in_groups():
    hits = np.repeat(np.arange(40) % 4 > 0, 25)
    alone = grouped_share(hits, np.arange(1000))
    together = grouped_share(hits, np.repeat(np.arange(40), 25))
    assert alone[0] == together[0] == 0.75
    assert together[2] - together[1] > 4 * (alone[2] - alone[1])
    assert alone[1:] == pytest.approx((0.722, 0.776), abs=0.002), "Wilson's interval for 750 of 1000"


def test_share_of_one_keeps_an_interval():
    value, low, high = grouped_share(np.ones(50, dtype=bool), np.repeat(np.arange(5), 10))
    assert (value, high) == (1.0, 1.0)
    assert low < 0.7, "five groups, not fifty rows"
