"""The history of a training: one row a validation, and which row the weights that were kept are those of."""

from collections.abc import Sequence

import pyarrow as pa

from superdrift.io.tables import Column, Table

HISTORY = Table(
    "history",
    (
        Column("step", pa.int64(), "optimiser steps done"),
        Column("train_loss", pa.float64(), "mean loss of the training batches since the last row"),
        Column(
            "validation_loss",
            pa.float64(),
            "loss on held-out rows, with the same noise each time",
        ),
        Column("learning_rate", pa.float64(), "learning rate of this step"),
        Column("best", pa.bool_(), "smallest error on held-out rows so far: these weights were kept"),
        Column("seconds", pa.float64(), "time spent in training so far", "s"),
    ),
)


def kept_row(best: Sequence[bool]) -> int:
    """Row of the weights that were kept: the last one that the column `best` marks.

    Raises:
        ValueError: when it marks none.
    """
    return max(row for row, marked in enumerate(best) if marked)
