"""Neutral in measured states, or nothing to say; without any known superconductors."""

import numpy as np
import pytest

from superdrift.charges.states_alone import neutral
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector


@pytest.mark.parametrize(
    ("formulas", "verdict"),
    [
        ("NaCl BaO Fe3O4 LaNiO3 YBa2Cu3O7 LiFePO4", True),
        ("NaCl2 NaF2 CaTiO4", False),
        ("Cu CuZn MgB2 FeS2 BaO2 KO3", None),
    ],
)
def test_verdicts_of_known_compounds(formulas, verdict):
    amounts = np.array([to_vector(parse_formula(formula)) for formula in formulas.split()])
    assert neutral(amounts).tolist() == [verdict] * len(amounts)
