"""Features of compositions: by hand for one cuprate, equal for a formula and its multiples, never undefined."""

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.tc import features as module
from superdrift.superconductors.tc.features import MISSING, feature_names, features

SOME = ("YBa2Cu3O6.9", "La1.85Sr0.15CuO4", "Ba0.6K0.4Fe2As2", "FeSe", "MgB2", "Nb3Sn", "NaCl", "Nb", "Ba0.6K0.4BiO3")


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def named(formula):
    """Features of one compound by name."""
    return dict(zip(feature_names(), features(vectors(formula))[0].tolist(), strict=True))


def test_every_feature_has_a_name_of_its_own():
    found = features(vectors(*SOME))
    assert found.shape == (len(SOME), len(feature_names()))
    assert found.dtype == np.float32
    assert len(set(feature_names())) == len(feature_names())


def test_statistics_and_charges_of_a_cuprate_by_hand():
    found, atoms = named("YBa2Cu3O6.9"), 12.9
    assert found["O"] == pytest.approx(6.9 / atoms)
    assert found["Y"] == pytest.approx(1 / atoms)
    numbers, amounts = np.array([39, 56, 29, 8]), np.array([1, 2, 3, 6.9])
    mean = (numbers * amounts).sum() / atoms
    assert found["mean Z"] == pytest.approx(mean)
    assert found["deviation Z"] == pytest.approx(np.sqrt((amounts * (numbers - mean) ** 2).sum() / atoms))
    assert (found["largest Z"], found["smallest Z"], found["range Z"]) == (56, 8, 48)
    assert found["largest d_electrons"] == 20
    assert found["mean f_electrons"] == 0
    assert found["mean valence_electrons"] == pytest.approx((3 + 2 * 2 + 11 * 3 + 6 * 6.9) / atoms)
    assert found["elements"] == 4
    assert found["2-norm of the fractions"] == pytest.approx(np.sqrt((amounts**2).sum()) / atoms)
    valence = (2 * 6.9 - 3 - 2 * 2) / 3
    assert found["ionic"] == 1
    assert found["formal valence"] == pytest.approx(valence)
    assert found["carriers per redox ion"] == pytest.approx(valence - 2, abs=1e-6)
    assert found["redox ion"] == 29 - 1
    assert found["fraction of the redox ion"] == pytest.approx(3 / atoms)
    assert found["other cations per redox ion"] == pytest.approx(1)
    assert found["anions per redox ion"] == pytest.approx(2.3)
    assert found["mean charge of the other cations"] == pytest.approx(7 / 3)
    assert found["deviation charge of the other cations"] == pytest.approx(np.sqrt(2) / 3)
    assert found["mean X of the other cations"] == pytest.approx((1.22 + 2 * 0.89) / 3)


def test_what_a_compound_does_not_have_is_marked_as_missing():
    metal, salt = named("Nb3Sn"), named("NaCl")
    assert (metal["ionic"], metal["formal valence"], metal["mean charge of the other cations"]) == (0, MISSING, MISSING)
    assert (salt["ionic"], salt["formal valence"], salt["anions per redox ion"]) == (1, MISSING, MISSING)
    assert salt["mean charge of the other cations"] == 1


def test_a_formula_and_its_multiples_are_the_same():
    amounts = vectors(*SOME).astype(np.float64)
    for factor in (2.0, 3.0, 0.1, 12.5):
        multiple = (factor * amounts).astype(np.float32)
        np.testing.assert_allclose(features(multiple), features(amounts), rtol=1e-4, atol=1e-4)


def test_a_row_does_not_depend_on_its_batch(monkeypatch):
    whole = features(vectors(*SOME))
    monkeypatch.setattr(module, "_BATCH", 4)
    np.testing.assert_array_equal(features(vectors(*SOME)), whole)
    np.testing.assert_array_equal(features(vectors(*SOME[::-1]))[::-1], whole)


def test_single_elements_have_all_features():
    found = features(np.eye(96))
    assert np.isfinite(found).all()
    columns = {name: found[:, i] for i, name in enumerate(feature_names())}
    np.testing.assert_array_equal(columns["mean Z"], np.arange(1, 97))
    np.testing.assert_allclose(columns["deviation melting_point"], 0, atol=0.1)
    np.testing.assert_array_equal(columns["range X"], 0)
    np.testing.assert_array_equal(columns["elements"], 1)


def test_no_rows_give_no_rows():
    assert features(np.zeros((0, 96))).shape == (0, len(feature_names()))
