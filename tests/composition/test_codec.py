"""Digit codec: compositions as tokens and digits, exactly, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Element

from superdrift.composition.codec import (
    CLASSES,
    N_SLOTS,
    ORDER,
    VOCABULARY,
    from_digits,
    from_tokens,
    representable,
    to_digits,
    to_tokens,
)
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.errors import InputError
from superdrift.screening.sites import NOT_CATIONS

COMPOUNDS = st.dictionaries(st.integers(0, 95), st.integers(1, 2499), min_size=1, max_size=N_SLOTS)


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
def test_slots_stand_in_order_and_sums_rise_within_a_class(compound):
    tokens = to_tokens(vector(compound)[None])[0]
    filled = tokens[tokens[:, 0] > 0]
    assert (tokens[len(filled) :] == 0).all()
    assert {int(ORDER[t - 1]) for t in filled[:, 0]} == set(compound)
    assert (np.diff(filled[:, 0]) > 0).all()
    sums, kind = filled[:, 1:] @ [100, 10, 1], np.array(CLASSES)[filled[:, 0]]
    for one in (1, 2):
        assert (np.diff(sums[kind == one], prepend=0) > 0).all()


def test_slots_follow_pettifor_with_the_anions_last():
    order = [SYMBOLS[index] for index in ORDER]
    assert sorted(order) == sorted(SYMBOLS[:96])
    cations = [symbol for symbol in order if symbol not in NOT_CATIONS]
    assert order == cations + [symbol for symbol in order if symbol in NOT_CATIONS]
    for part in (cations, order[len(cations) :]):
        assert part == sorted(part, key=lambda symbol: Element(symbol).mendeleev_no)


def test_tokens_of_a_known_compound():
    tokens = to_tokens(to_vector(parse_formula("La1.85Sr0.15CuO4"))[None])[0]
    elements = [SYMBOLS[ORDER[token - 1]] for token in tokens[:4, 0]]
    assert elements == ["Sr", "La", "Cu", "O"]
    assert tokens[:4, 1:].tolist() == [[0, 1, 5], [2, 0, 0], [3, 0, 0], [4, 0, 0]]
    assert not tokens[4:].any()


def test_tokens_that_are_no_composition_are_refused_later():
    tokens = to_tokens(to_vector(parse_formula("La1.85Sr0.15CuO4"))[None]).repeat(2, axis=0)
    tokens[0, 1, 1] = 0  # lanthanum's sum falls to 0.00
    tokens[1, [0, 1], 0] = tokens[1, [1, 0], 0]  # elements out of order
    assert (from_tokens(tokens).min(axis=1) < -100).all()


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Cu0.57O99.99", True),
        ("Cu199.99O1", True),
        ("Cu200O1", False),
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


def test_digits_of_an_empty_slot_count_for_nothing():
    tokens = to_tokens(to_vector(parse_formula("CaO"))[None])
    tokens[0, 5] = (0, 9, 9, 9)
    assert from_tokens(tokens)[0, [19, 7]].tolist() == [1.0, 1.0]
