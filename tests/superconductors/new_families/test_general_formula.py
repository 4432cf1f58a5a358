"""General formulas: those of the published families are found again from members alone."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.general_formula import general_formula

STREAM = np.random.default_rng(0)


def of(*formulas, optional_share=0.1):
    amounts = np.stack([to_vector(parse_formula(formula)) for formula in formulas])
    return general_formula(amounts, optional_share=optional_share)


def test_a_substituted_pair_and_its_range():
    drawn = zip(np.linspace(0.1, 0.4, 12), STREAM.normal(3.3, 0.02, 12), strict=True)
    found = of(*(f"Ba{2 - x:.2f}Cs{x:.2f}CuO{oxygen:.2f}" for x, oxygen in drawn))
    assert (found.text, found.ranges) == ("Ba2-xCsxCuO3.3", "x = 0.1–0.4")


@pytest.mark.parametrize(
    ("formula", "draws", "expected"),
    [
        (lambda x, y, z: f"SrCu{2 - x - y:.2f}Zn{x:.2f}Ni{y:.2f}O3", 2, "SrCu2-x-yZnxNiyO3"),
        (lambda x, y, z: f"BaFe{2 - x:.2f}Co{x:.2f}As{2 - y:.2f}Ge{y:.2f}", 2, "BaFe2-xCoxAs2-yGey"),
        (lambda x, y, z: f"Li{1 - x:.2f}Be{x:.2f}Ga2Rh", 1, "Li1-xBexGa2Rh"),
        (
            lambda x, y, z: f"Na{1 - x:.2f}Al{1 - y:.2f}Mg{x + y:.2f}Ge{1 - z:.2f}Ga{z:.2f}",
            3,
            "Na1-xAl1-yMgx+yGe1-zGaz",
        ),
    ],
)
def test_sites_of_the_published_families(formula, draws, expected):
    found = of(*(formula(*values) for values in STREAM.uniform(0.05, 0.4, (40, 3))))
    assert found.text == expected
    assert sorted(found.variables) == list("xyz"[:draws])


def test_values_of_a_letter_are_those_of_the_members():
    x = np.round(np.linspace(0.05, 0.45, 9), 2)
    found = of(*(f"Na{1 - v:.2f}Al{0.7 + v / 2:.2f}Mg{0.3 + v / 2:.2f}Ge" for v in x))
    for values in found.variables.values():
        assert len(values) == 9 and (values >= 0).all()
    pair = of(*(f"Li{1 - v:.2f}Be{v:.2f}Cu2O2" for v in x))
    np.testing.assert_allclose(pair.variables["x"], x, atol=1e-6)


def test_ranges_and_optional_elements():
    found = of(*["YBa2Cu3O6.2"] * 3, *["YBa2Cu3O6.9F0.3"] * 3)
    assert found.text == "Ba2YCu3O6.2-6.9(F0.3)"
    assert found.variables == {}


def test_rare_elements_are_left_out():
    formulas = [*["La2CuO4"] * 19, "La1.9Pr0.1CuO4"]
    assert of(*formulas).text == "La2CuO4"
    assert of(*formulas, optional_share=0.05).text == "La2(Pr0.1)CuO4"


def test_constants_have_the_digits_that_they_need():
    assert of(*["YBa2Cu3O6.93"] * 5).text == "Ba2YCu3O6.93"
    assert of("YBa2Cu2.95O6.88", "YBa2Cu3.04O6.95", "YBa2Cu3.01O6.91").text == "Ba2YCu3O6.9"


@pytest.mark.filterwarnings("error")
def test_one_member():
    assert of("La1.85Sr0.15CuO4").text == "Sr0.15La1.85CuO4"
