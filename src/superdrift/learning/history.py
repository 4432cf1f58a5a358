"""The table that tells how a training went: one row a validation."""

import pyarrow as pa

from superdrift.io.tables import Column, Table

HISTORY = Table(
    "history",
    (
        Column("step", pa.int64(), "optimiser steps done"),
        Column("train_loss", pa.float64(), "mean training loss since the last row"),
        Column("validation_loss", pa.float64(), "loss of the averaged weights on the fixed validation grid"),
        Column("learning_rate", pa.float64(), "learning rate at this step"),
        Column("best", pa.bool_(), "lowest validation loss so far: these weights were kept"),
        Column("seconds", pa.float64(), "time spent in training so far", "s"),
    ),
)
