"""The family rule and the families, one model each."""

from itertools import product

import numpy as np
import pytest

from superdrift.composition.elements import ATOMIC_NUMBER, SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, MODEL_FAMILIES, families_of, family_of, members


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("YBa2Cu3O7", "cuprates"),
        ("Ba0.6K0.4Fe2As2", "pnictides"),
        ("FeSe", "pnictides"),
        ("FeTe0.5S0.5", "pnictides"),
        ("LaFePO", "pnictides"),
        ("LaFe0.9Cu0.1AsO", "cuprates"),
        ("FeS", "others"),
        ("CuS2", "others"),
        ("MgB2", "others"),
        ("LaNiAsO", "others"),
        ("CoO2", "others"),
    ],
)
def test_family(text, family):
    assert family_of(parse_formula(text)) == family


def test_families_of_vectors_are_those_of_their_elements_row_by_row():
    symbols = ("Cu", "O", "Fe", "As", "P", "Se", "Te", "S", "Ba")
    amounts = np.zeros((2 ** len(symbols), 96), dtype=np.float32)
    amounts[:, [ATOMIC_NUMBER[s] - 1 for s in symbols]] = list(product((0.0, 0.03), repeat=len(symbols)))
    expected = [family_of([SYMBOLS[i] for i in np.flatnonzero(row)]) for row in amounts]
    assert families_of(amounts).tolist() == expected
    assert set(expected) == set(COMPOUND_FAMILIES)
    assert families_of(amounts[:0]).shape == (0,)


def test_versions_cover_the_families():
    families = ["others", "cuprates", "pnictides", "others"]
    assert members(families, "everything").all()
    assert np.sum([members(families, family) for family in COMPOUND_FAMILIES], axis=0).tolist() == [1] * 4
    assert members(families, "others").tolist() == [True, False, False, True]


def test_unknown_version_is_named():
    with pytest.raises(InputError, match=r"'cuprate'.*everything, cuprates"):
        members(["others"], "cuprate")
    assert "cuprate" not in MODEL_FAMILIES
