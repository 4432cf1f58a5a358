"""The check of metals: multiples of a formula, batches, elements; it depends on the known alloys alone."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.metals.intermetallics import listed_intermetallics
from superdrift.metals.metal_check import MetalCheck, fit_trees

ALLOYS = ("Nb3Sn", "NbTi", "Nb3Ge", "Nb0.75Zr0.25", "Pb0.6Bi0.4", "Mo0.7Re0.3", "LaRu2", "AuIn2")
"""Alloys known beside the listed ones."""


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


@pytest.fixture(scope="module")
def check():
    return MetalCheck(lambda: fit_trees(vectors(*ALLOYS), listed_intermetallics(), threads=2))


def test_multiples_are_one_compound(check):
    for one, other in (("Nb3Sn", "Nb0.75Sn0.25"), ("NaW", "Na50W50"), ("CeCoIn5", "Ce2Co2In10")):
        first, second = check.score(vectors(one, other))
        assert first == second


def test_a_batch_is_judged_as_one_by_one(check):
    rows = vectors("Nb3Sn", "NaW", "MgCu2", "K2Mo", "Nb")
    assert check.score(rows).tolist() == [check.score(row[None])[0] for row in rows]
    assert check.score(rows[:0]).shape == (0,)


def test_an_element_alone_is_no_alloy(check):
    assert check.score(vectors("Nb", "W7")).tolist() == [0.0, 0.0]


def test_threads_change_nothing(check):
    again = fit_trees(vectors(*ALLOYS), listed_intermetallics(), threads=1)
    rows = vectors("Nb3Sn", "NaW", "Ti0.3Zr0.7")
    assert MetalCheck(lambda: again).score(rows).tolist() == check.score(rows).tolist()


def test_nothing_is_fitted_before_an_alloy_is_judged():
    def fit():
        raise AssertionError("fitted")

    assert MetalCheck(fit).score(vectors("Nb", "W")).tolist() == [0.0, 0.0]
