"""Digit codec: compositions as tokens and digits, exactly, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superdrift.composition.codec import (
    N_SLOTS,
    VOCABULARY,
    from_digits,
    from_tokens,
    representable,
    to_digits,
    to_tokens,
)
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.errors import InputError

COMPOUNDS = st.dictionaries(st.integers(0, 95), st.integers(1, 9999), min_size=1, max_size=N_SLOTS)


def vector(hundredths):
    amounts = np.zeros(96, dtype=np.float32)
    for column, value in hundredths.items():
        amounts[column] = np.float32(value / 100)
    return amounts


@given(st.lists(COMPOUNDS, min_size=1, max_size=5))
def test_tokens_round_trip(compounds):
    amounts = np.stack([vector(compound) for compound in compounds])
    assert representable(amounts).all()
    tokens = to_tokens(amounts)
    assert tokens.shape == (len(compounds), N_SLOTS, 4)
    assert (tokens >= 0).all()
    assert (tokens < np.array(VOCABULARY)).all()
    np.testing.assert_array_equal(from_tokens(tokens), amounts)


@given(st.lists(COMPOUNDS, min_size=1, max_size=5))
def test_digits_round_trip(compounds):
    amounts = np.stack([vector(compound) for compound in compounds])
    np.testing.assert_array_equal(from_digits(to_digits(amounts)), amounts)


@given(COMPOUNDS)
def test_elements_stand_in_order_of_atomic_number(compound):
    elements = to_tokens(vector(compound)[None])[0, :, 0]
    filled = elements[elements > 0]
    assert filled.tolist() == sorted(column + 1 for column in compound)
    assert (elements[len(filled) :] == 0).all()


def test_tokens_of_a_known_compound():
    tokens = to_tokens(to_vector(parse_formula("La1.85Sr0.15CuO4"))[None])[0]
    assert tokens[:4].tolist() == [[8, 4, 0, 0], [29, 1, 0, 0], [38, 0, 1, 5], [57, 1, 8, 5]]
    assert not tokens[4:].any()


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Cu0.57O99.99", True),
        ("Cu100O1", False),
        ("Cu0.575O1", False),
        ("LiBeBCNOFNa", True),
        ("LiBeBCNOFNaMg", False),
    ],
)
def test_representable(text, held):
    assert representable(to_vector(parse_formula(text))[None]).tolist() == [held]


def test_nothing_and_negative_amounts_are_not_representable():
    amounts = np.zeros((2, 96), dtype=np.float32)
    amounts[1, :2] = -1, 1
    assert representable(amounts).tolist() == [False, False]


def test_unrepresentable_rows_are_named_not_truncated():
    amounts = np.stack([to_vector(parse_formula(text)) for text in ("CuO", "Cu0.575O")])
    with pytest.raises(InputError, match="row 1"):
        to_tokens(amounts)


def test_no_rows():
    assert to_tokens(np.zeros((0, 96))).shape == (0, N_SLOTS, 4)


def test_an_element_in_two_slots_adds_up():
    tokens = np.zeros((1, N_SLOTS, 4), dtype=np.int64)
    tokens[0, 0] = tokens[0, 3] = (29, 1, 2, 5)
    tokens[0, 5] = (0, 9, 9, 9)  # digits of an empty slot count for nothing
    assert from_tokens(tokens)[0, 28] == np.float32(2.5)
    assert from_tokens(tokens).sum() == np.float32(2.5)
