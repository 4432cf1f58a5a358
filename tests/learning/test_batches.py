"""Batches: every row once an epoch, also where batches are larger than the data."""

import numpy as np

from superdrift.learning.batches import batch_rows


def test_batches_visit_every_row_once_an_epoch():
    rows = np.concatenate([batch_rows(step, 7, 10, 1, "train", "x") for step in range(10)])
    assert (np.sort(rows.reshape(7, 10), axis=1) == np.arange(10)).all()
    assert (rows[:10] != rows[10:20]).any()


def test_batches_larger_than_the_data():
    assert (np.bincount(batch_rows(0, 30, 10, 1, "x")) == 3).all()


def test_every_stream_has_an_order_of_its_own():
    assert (batch_rows(0, 10, 10, 1, "x") != batch_rows(0, 10, 10, 1, "y")).any()
