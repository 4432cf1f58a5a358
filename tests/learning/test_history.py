"""The history of a training: columns that the loop records, with meanings that hold for every training."""

from dataclasses import fields

import pytest

from superdrift.learning.history import HISTORY, kept_row
from superdrift.learning.training import History


def test_the_loop_fills_every_column():
    assert [column.name for column in HISTORY.columns] == [field.name for field in fields(History)]


def test_no_meaning_is_that_of_one_kind_of_training():
    """Weights are averaged in some trainings only; what is best is the smallest error, not always the loss."""
    meanings = {column.name: column.meaning for column in HISTORY.columns}
    assert not any(word in " ".join(meanings.values()) for word in ("averaged", "lowest validation loss", "grid"))
    assert "smallest error" in meanings["best"]


def test_of_equal_errors_the_weights_of_the_later_validation_were_kept():
    assert kept_row([True, False, True, False]) == 2
    with pytest.raises(ValueError, match="empty"):
        kept_row([False])
