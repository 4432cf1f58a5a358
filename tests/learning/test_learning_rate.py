"""The learning rate: a linear rise, then constant or down a cosine to 0."""

import pytest

from superdrift.learning.learning_rate import learning_rate
from superdrift.run.errors import InputError

PLAN = {"steps": 60, "highest": 3e-3, "warmup": 5, "decay": "cosine"}


def test_it_rises_and_falls():
    rates = [learning_rate(step, **PLAN) for step in range(60)]
    assert rates[0] == pytest.approx(3e-3 / 5)
    assert max(rates) < 3e-3
    assert rates[-1] < 1e-5
    assert rates[30] == pytest.approx(3e-3 / 2)


def test_it_may_stay_constant():
    assert {learning_rate(step, **PLAN | {"decay": "constant", "warmup": 0}) for step in range(60)} == {3e-3}


def test_another_decay_is_told():
    with pytest.raises(InputError, match="'linear' is none of cosine, constant"):
        learning_rate(0, **PLAN | {"decay": "linear"})
