"""Site balance."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.site_balance import site_balanced
from superdrift.composition.vector import to_vector


@pytest.mark.parametrize(
    ("formula", "balanced"),
    [
        ("La1.85Sr0.15CuO4", True),
        ("La1.85Sr0.15CuO3.97", True),  # anions do not count
        ("La1.85Sr0.14CuO4", False),
        ("Ba0.6K0.4Fe2As2", True),
        ("LaFeAsO0.9F0.1", True),
        ("SF6", False),  # no cation at all
        ("La1.333Sr0.667CuO4", True),
    ],
)
def test_site_balance(formula, balanced):
    assert site_balanced(to_vector(parse_formula(formula))[None])[0] == balanced


def test_noise_is_balanced_by_chance_in_one_of_a_hundred():
    stream = np.random.default_rng(0)
    amounts = np.zeros((20000, 96))
    amounts[:, [28, 37, 56]] = np.round(stream.uniform(0.5, 2.5, (20000, 3)), 2)
    assert site_balanced(amounts).mean() == pytest.approx(0.01, abs=0.003)
