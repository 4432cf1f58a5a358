"""General formulas."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.general_formula import general_formula, same_size


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def test_ranges_constants_and_optional_elements():
    amounts = vectors(
        "YBa1.2Sr0.8Cu3O6Se0.2As0.3",
        "YBa1.5Sr0.5Cu3O6.1Se0.5As0.1",
        "YBa1.4Sr0.6Cu3O6Se0.4",
        "YBa1.4Sr0.6Cu3O6Se0.4",
    )
    assert general_formula(amounts, optional_share=0.1) == "Ba1.2-1.5Sr0.5-0.8YCu3(As0.1-0.3)Se0.2-0.5O6-6.1"


def test_rare_elements_are_left_out():
    amounts = vectors(*["La2CuO4"] * 19, "La1.9Pr0.1CuO4")
    assert general_formula(amounts, optional_share=0.1) == "La1.9-2CuO4"
    assert general_formula(amounts, optional_share=0.05) == "La1.9-2(Pr0.1)CuO4"


def test_multiples_are_brought_to_one_size():
    unit = same_size(vectors("La2CuO4", "La4Cu2O8", "LaCu0.5O2", "La2CuO4"))
    np.testing.assert_allclose(unit, np.repeat(vectors("La2CuO4"), 4, axis=0))


@pytest.mark.filterwarnings("error")
def test_one_member():
    assert general_formula(vectors("La1.85Sr0.15CuO4"), optional_share=0.1) == "Sr0.15La1.85CuO4"
