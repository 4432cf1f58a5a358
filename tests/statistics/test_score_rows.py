"""Rows of scores: means over repeats, and the columns of their table."""

import numpy as np
import pytest

from superdrift.statistics.scores import Score, averaged, columns


def test_averaged_over_repeats():
    first = [
        Score("m", "s", "mae", "all", 2.0, 1.0, 3.0, "K", 10),
        Score("m", "s", "tp", "all", 0.5, 0.4, 0.6, "1", 7),
    ]
    second = [
        Score("m", "s", "mae", "all", 5.0, 4.0, 7.0, "K", 13),
        Score("m", "t", "mae", "all", 1.0, 0.0, 9.0, "K", 1),
    ]
    found = {(row.split, row.metric): row for row in averaged([first, second])}
    assert found["s", "mae"] == Score("m", "s", "mae", "all", 3.5, 2.5, 5.0, "K", 12, 2, pytest.approx(np.sqrt(4.5)))
    assert found["s", "tp"] == first[1], "of one repeat alone there is no deviation"
    assert found["t", "mae"] == second[1]
    assert len(found) == 3


def test_columns_are_those_of_the_table():
    rows = [Score("m", "s", "mae", "all", 2.0, 1.0, 3.0, "K", 10, 5, 0.1)] * 2
    found = columns(rows)
    assert list(found) == ["model", "split", "metric", "subset", "value", "low", "high", "unit", "n", "repeats",
                           "repeat_sd"]  # fmt: skip
    assert found["repeat_sd"] == [0.1, 0.1]
