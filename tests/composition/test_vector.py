"""Exact amounts ↔ vectors of R^96."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import (
    atomic_fractions,
    distinct_compositions,
    from_vector,
    round_amounts,
    shortest_decimal,
    to_vector,
)
from superdrift.run.errors import InputError

AMOUNTS = st.integers(1, 999_999).flatmap(lambda n: st.integers(0, 5).map(lambda p: Decimal(n).scaleb(-p)))
COMPOUNDS = st.dictionaries(st.sampled_from(SYMBOLS[:96]), AMOUNTS, min_size=1, max_size=10)


@given(COMPOUNDS)
def test_amounts_to_vector_to_amounts_is_the_identity(compound):
    assert from_vector(to_vector(compound)) == compound


def test_index_is_atomic_number_minus_one():
    vector = to_vector(parse_formula("H2O"))
    assert vector.dtype == np.float32
    assert vector[0] == 2
    assert vector[7] == 1
    assert vector.sum() == 3


@pytest.mark.parametrize("text", ["Bk1", "Og2Cu1"])
def test_elements_beyond_curium_are_named(text):
    with pytest.raises(InputError, match="beyond Z = 96"):
        to_vector(parse_formula(text))


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("amount", ["0.123456789", "12345678.9", "1e-60", "1e60"])
def test_amounts_beyond_single_precision_are_named(amount):
    with pytest.raises(InputError, match="single precision"):
        to_vector({"Cu": Decimal(amount)})


@given(st.floats(width=32, min_value=2.0**-20, max_value=2.0**20))
def test_shortest_decimal_reads_back(value):
    exact = np.float32(value)
    assert np.float32(str(shortest_decimal(exact))) == exact


def test_round_amounts():
    drawn = np.zeros((1, 96))
    drawn[0, :6] = 0.074, 0.0751, 1.005001, -0.03, -0.2, -0.004
    rounded = round_amounts(drawn, noise_floor=0.08)[0, :6]
    assert rounded.tolist() == pytest.approx([0, 0.08, 1.01, 0, -0.2, 0])
    assert not np.signbit(rounded[[0, 3, 5]]).any()
    assert round_amounts(drawn, noise_floor=0.0)[0, 0] == np.float32(0.07)


def test_atomic_fractions():
    fractions = atomic_fractions(to_vector(parse_formula("YBa2Cu3O7"))[None])
    assert fractions.sum() == pytest.approx(1)
    assert fractions[0, 28] == pytest.approx(3 / 13)


def test_distinct_compositions_are_the_first_of_each_composition():
    amounts = np.zeros((5, 96), dtype=np.float32)
    amounts[0, [7, 28]] = 1.85, 0.15
    amounts[1, [7, 28]] = 1, 1
    amounts[2] = amounts[0] * np.float32(3)
    amounts[3, [7, 28]] = 1.85, 0.16
    amounts[4] = amounts[1] * 7
    assert distinct_compositions(atomic_fractions(amounts)).tolist() == [0, 1, 3]
