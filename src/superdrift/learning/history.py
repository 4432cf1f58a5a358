"""The table that tells how a training went: one row a validation."""

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
