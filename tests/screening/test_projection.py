"""Projection on a rule."""

import numpy as np
import pytest

from superdrift.errors import InputError
from superdrift.screening.projection import project_amounts


def test_none_moves_nothing():
    amounts = np.random.default_rng(0).random((5, 96), dtype=np.float32)
    projected, moved = project_amounts(amounts, rule="none")
    np.testing.assert_array_equal(projected, amounts)
    assert moved.tolist() == [0] * 5


def test_unknown_rule_is_named():
    with pytest.raises(
        InputError, match=r"unknown projection rule 'neutral' \(config: project.rule\); choose one of none"
    ):
        project_amounts(np.zeros((1, 96), dtype=np.float32), rule="neutral")
