"""Digit codec: compositions as tokens and digits, exactly, and back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Element

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.site_balance import NOT_CATIONS
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.encoding.digits import amounts_of, to_digits
from superdrift.superconductors.encoding.tokens import (
    ABSENT,
    CHARGES,
    CLASSES,
    N_SLOTS,
    ORDER,
    REDOX_TOKENS,
    VOCABULARY,
    from_tokens,
    on_grid,
    representable,
    to_tokens,
)

COMPOUNDS = st.dictionaries(st.integers(0, 95), st.integers(1, 2499), min_size=1, max_size=N_SLOTS)


def vector(hundredths):
    amounts = np.zeros(96, dtype=np.float32)
    for column, value in hundredths.items():
        amounts[column] = np.float32(value / 100)
    return amounts


@given(st.lists(COMPOUNDS, min_size=1, max_size=5))
def test_tokens_round_trip(compounds):
    amounts = np.stack([vector(compound) for compound in compounds])
    assert representable(amounts).all() and on_grid(amounts).all()
    tokens = to_tokens(amounts)
    assert tokens.shape == (len(compounds), N_SLOTS, 4)
    assert ((tokens == ABSENT).all(axis=2) == (tokens == ABSENT).any(axis=2)).all()
    assert (tokens < np.array(VOCABULARY)).all()
    np.testing.assert_array_equal(from_tokens(tokens), amounts)


@given(st.lists(COMPOUNDS, min_size=1, max_size=5))
def test_digits_round_trip(compounds):
    amounts = np.stack([vector(compound) for compound in compounds])
    returned = amounts_of(torch.from_numpy(to_digits(amounts)), dtype=torch.float64).float()
    np.testing.assert_array_equal(returned.numpy(), amounts)


@given(COMPOUNDS)
def test_slots_stand_in_order_and_sums_rise_within_a_class(compound):
    tokens = to_tokens(vector(compound)[None])[0]
    filled = tokens[tokens[:, 0] != ABSENT]
    assert (tokens[len(filled) :] == ABSENT).all()
    assert {int(ORDER[t]) for t in filled[:, 0]} == set(compound)
    assert (np.diff(filled[:, 0]) > 0).all()
    sums, kind = filled[:, 1:] @ [100, 10, 1], np.array(CLASSES)[filled[:, 0]]
    for one in (0, 1):
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
    elements = [SYMBOLS[ORDER[token]] for token in tokens[:4, 0]]
    assert elements == ["Sr", "La", "Cu", "O"]
    assert tokens[:4, 1:].tolist() == [[0, 1, 5], [2, 0, 0], [3, 0, 0], [4, 0, 0]]
    assert (tokens[4:] == ABSENT).all()


def test_tokens_that_are_no_composition_are_refused_later():
    tokens = to_tokens(to_vector(parse_formula("La1.85Sr0.15CuO4"))[None]).repeat(2, axis=0)
    tokens[0, 1, 1] = 0  # lanthanum's sum falls to 0.00
    tokens[1, [0, 1], 0] = tokens[1, [1, 0], 0]  # elements out of order
    assert (from_tokens(tokens).min(axis=1) < -100).all()


def test_sums_are_rounded_so_that_sites_still_add_up():
    amounts = np.stack(
        [to_vector(parse_formula(text)) for text in ("La1.875Sr0.125CuO4", "Y0.333Gd0.333Dy0.334Ba2Cu3O7")]
    )
    assert representable(amounts).all() and not on_grid(amounts).any()
    written = from_tokens(to_tokens(amounts))
    assert on_grid(written).all() and np.abs(written - amounts).max() <= 0.01
    cations = written.astype(np.float64)
    cations[:, 7] = 0
    np.testing.assert_allclose(cations.sum(axis=1), [3, 6], atol=1e-5)


@given(st.lists(st.dictionaries(st.integers(0, 95), st.floats(0.02, 20), min_size=1, max_size=N_SLOTS), min_size=1))
def test_any_amount_moves_by_less_than_a_hundredth(compounds):
    amounts = np.zeros((len(compounds), 96))
    for row, compound in zip(amounts, compounds, strict=True):
        row[list(compound)] = list(compound.values())
    held = representable(amounts)
    assert held.all()
    assert np.abs(from_tokens(to_tokens(amounts)) - amounts).max() < 0.0101


@pytest.mark.parametrize(
    ("text", "held", "exactly"),
    [
        ("Cu0.57O99.99", True, True),
        ("Cu199.99O1", True, True),
        ("Cu200O1", False, False),
        ("Cu0.575O1", True, False),
        ("Cu0.004O1", False, False),
        ("LiBeBCNOFNa", True, True),
        ("LiBeBCNOFNaMg", False, False),
    ],
)
def test_representable(text, held, exactly):
    amounts = to_vector(parse_formula(text))[None]
    assert representable(amounts).tolist() == [held] and on_grid(amounts).tolist() == [exactly]


def test_nothing_and_negative_amounts_are_not_representable():
    amounts = np.zeros((2, 96), dtype=np.float32)
    amounts[1, :2] = -1, 1
    assert representable(amounts).tolist() == [False, False]


def test_unrepresentable_rows_are_named_not_truncated():
    amounts = np.stack([to_vector(parse_formula(text)) for text in ("CuO", "Cu0.004O")])
    with pytest.raises(InputError, match="row 1"):
        to_tokens(amounts)


def test_charges_stand_beside_their_tokens():
    own = {SYMBOLS[column]: (CHARGES[token], REDOX_TOKENS[token]) for token, column in enumerate(ORDER)}
    assert own["O"] == (-2, False) and own["Ba"] == (2, False) and own["La"] == (3, False)
    assert own["Cu"] == (0, True) and own["He"] == (0, False)


def test_no_rows():
    assert to_tokens(np.zeros((0, 96))).shape == (0, N_SLOTS, 4)
