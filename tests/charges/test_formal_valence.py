"""Formal valences: textbook values, and where the ionic picture ends."""

import numpy as np
import pytest

from superdrift.charges.formal_valence import formal_valence, metals_only
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


TEXTBOOK = [
    ("YBa2Cu3O6.91", "Cu", 2.2733),
    ("YBa2Cu3O7", "Cu", 2.3333),
    ("La1.85Sr0.15CuO4", "Cu", 2.15),
    ("Nd1.85Ce0.15CuO4", "Cu", 1.85),  # electron-doped: cerium holds +4
    ("HgBa2Ca2Cu3O8.27", "Cu", 2.18),
    ("RuSr2GdCu2O8", "Cu", 2.0),  # ruthenium +5
    ("YBa1.4Sr0.6Cu3O6Se0.51", "Cu", 2.0067),
    ("Ba0.6K0.4Fe2As2", "Fe", 2.2),
    ("LaFeAsO0.9F0.1", "Fe", 1.9),
    ("LaFeAsO0.8H0.2", "Fe", 1.8),  # hydride on the oxygen site
    ("EuFe2As2", "Fe", 2.0),  # divalent europium
    ("EuFeAsO", "Fe", 2.0),  # trivalent europium
    ("BaFe1.8Co0.2As2", "Fe", 2.0),
    ("FeSe", "Fe", 2.0),
    ("Sr4V2O6Fe2As2", "Fe", 2.0),
    ("Ba0.6K0.4BiO3", "Bi", 4.4),
    ("BaPb0.75Bi0.25O3", "Bi", 4.0),
    ("LaO0.5F0.5BiS2", "Bi", 2.5),
    ("LiTi2O4", "Ti", 3.5),
    ("PbMo6S8", "Mo", 2.3333),
    ("Sr2RuO4", "Ru", 4.0),
    ("Na0.35CoO2", "Co", 3.65),
    ("Nd0.8Sr0.2NiO2", "Ni", 1.2),
    ("Li0.16ZrNCl", "Zr", 3.84),
    ("Cu0.08TiSe2", "Ti", 3.92),
    ("Cu0.1Bi2Se3", "Bi", 2.95),  # a trace of copper is a dopant, not the redox ion
]


@pytest.mark.parametrize(("formula", "ion", "valence"), TEXTBOOK)
def test_textbook_values(formula, ion, valence):
    found = formal_valence(vectors(formula))
    assert found.ionic[0]
    assert found.ion[0] == ion
    assert found.valence[0] == pytest.approx(valence, abs=1e-4)


def test_batches_and_scale_change_nothing():
    formulas = [formula for formula, _, _ in TEXTBOOK]
    amounts = vectors(*formulas)
    alone = formal_valence(amounts)
    scaled = formal_valence(3.5 * amounts[::-1].astype(np.float64))
    np.testing.assert_allclose(scaled.valence[::-1], alone.valence, rtol=1e-6)
    np.testing.assert_allclose(scaled.charge[::-1], 3.5 * alone.charge, rtol=1e-6)


@pytest.mark.parametrize("formula", ["Nb3Sn", "MgB2", "YNi2B2C", "K3C60", "PdH", "V3Si", "HeLiF"])
def test_no_ionic_picture(formula):
    found = formal_valence(vectors(formula))
    assert not found.ionic[0]
    assert found.ion[0] is None
    assert np.isnan(found.valence[0])
    assert np.isnan(found.charge[0])


def test_fixed_charges_cancel_without_a_redox_ion():
    found = formal_valence(vectors("CaF2", "NaCl", "CaF"))
    assert list(found.ion) == [None, None, None]
    np.testing.assert_allclose(found.charge, [0, 0, 1], atol=1e-12)


def test_charge_is_what_the_redox_ion_balances():
    found = formal_valence(vectors("YBa2Cu3O6.91"))
    assert found.charge[0] == pytest.approx(3 + 4 - 2 * 6.91, abs=1e-5)


def test_more_oxygen_raises_copper():
    amounts = np.repeat(vectors("YBa2Cu3O6"), 5, axis=0)
    amounts[:, 7] = [6, 6.25, 6.5, 6.75, 7]
    np.testing.assert_allclose(np.diff(formal_valence(amounts).valence), 0.5 / 3, rtol=1e-5)


def test_negative_and_undefined_amounts_count_as_absent():
    amounts = vectors("La2CuO4").astype(np.float64)
    dirty = amounts.copy()
    dirty[0, 25], dirty[0, 40] = -0.3, np.nan
    assert formal_valence(dirty).valence[0] == formal_valence(amounts).valence[0]


def test_metals_only():
    assert metals_only(vectors("Nb3Sn", "MgB2", "Nb3Ge", "FeSe")).tolist() == [True, False, True, False]
    assert not metals_only(np.zeros((1, 96)))[0]


def test_no_rows():
    assert formal_valence(np.zeros((0, 96))).valence.shape == (0,)
