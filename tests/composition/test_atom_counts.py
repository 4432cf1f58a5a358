"""Exact counts agree with exact decimals."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.formula import integer_counts, parse_formula
from superdrift.composition.vector import from_vector, to_vector

AMOUNT = st.one_of(
    st.integers(1, 9999).map(lambda n: n / 100),
    st.integers(1, 99999).map(lambda n: n / 10000),
    st.floats(0.0009765625, 60, width=32),
)


@given(st.lists(AMOUNT, min_size=1, max_size=6))
def test_same_as_exact_decimals(values):
    vector = np.zeros(96, dtype=np.float32)
    vector[: len(values)] = values
    exact = integer_counts(from_vector(vector))
    if max(exact.values()) < 2**60:
        counts = whole_counts(vector[None])[0]
        assert [int(c) for c in counts[counts > 0]] == list(exact.values())


def test_floats_that_truncation_gets_wrong():
    counts = whole_counts(to_vector(parse_formula("La0.57Sr0.29CuO3"))[None])[0]
    assert sorted(counts[counts > 0].tolist()) == [29, 57, 100, 300]
