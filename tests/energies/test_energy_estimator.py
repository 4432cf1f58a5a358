"""Columns of formation energies: elements at 0 by definition, known compounds against the others, who competes."""

from types import SimpleNamespace

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.energies.ensemble import EnergyModel
from superdrift.energies.estimator import EnergyEstimator
from superdrift.energies.hull import Hull


def vectors(*formulas):
    return np.array([to_vector(parse_formula(formula)) for formula in formulas], dtype=np.float32)


KNOWN = {"NaCl": -2.0, "Na3Cl": -0.5, "NaCl3": -0.5, "CaO": -3.0, "CaCl2": -2.5, "C60": 0.1}


@pytest.fixture
def estimator():
    """Energies as a model gives them: −1 eV/atom, whatever the compound; He is not supported."""

    def predict(amounts):
        supported = amounts[:, 1] == 0
        return np.where(supported, -1.0, np.nan), np.where(supported, 0.1, np.nan)

    hull = Hull(vectors(*KNOWN), np.array(list(KNOWN.values())))
    return EnergyEstimator(SimpleNamespace(predict=predict), hull)


@pytest.mark.parametrize(
    ("formula", "lowest", "competitors"),
    [
        ("Na2Cl2", -0.5, 2),  # known as NaCl: Na3Cl and NaCl3 remain
        ("Na3Cl", -1.0, 2),  # half NaCl, half Na
        ("NaCl2", -4 / 3, 2 + 1),  # two thirds NaCl, one third Cl
        ("KCl", 0.0, 0),
        ("He2O", None, None),
    ],
)
def test_known_compounds_are_measured_against_the_others(estimator, formula, lowest, competitors):
    found = {name: column[0] for name, column in estimator.estimate(vectors(formula)).items()}
    if lowest is None:
        assert all(np.isnan(value) for value in found.values())
    else:
        assert found["hull_distance_ev"] == pytest.approx(-1.0 - lowest)
        assert found["hull_competitors"] == competitors


@pytest.mark.parametrize("formula", ["C", "C60", "Nb", "O2", "He", "U"])
def test_elements_are_at_zero_by_definition(formula):
    model = EnergyModel("attention", [], mean=-1.0, sd=1.0, supported=np.zeros(96, dtype=bool))
    found = EnergyEstimator(model, Hull(vectors(*KNOWN), np.array(list(KNOWN.values())))).estimate(vectors(formula))
    assert {name: column[0] for name, column in found.items()} == {
        "formation_energy_ev": 0.0, "formation_energy_sd_ev": 0.0, "hull_distance_ev": 0.0, "hull_competitors": 0.0,
    }  # fmt: skip


def test_rows_that_are_not_wanted_have_none(estimator):
    found = estimator.estimate(vectors("NaCl", "KCl"), np.array([False, True]))
    assert all(np.isnan(column[0]) and not np.isnan(column[1]) for column in found.values())
