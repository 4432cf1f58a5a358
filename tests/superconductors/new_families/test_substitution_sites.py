"""Sites: what replaces what in a group."""

import numpy as np
import pytest

from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.substitution_sites import same_size, sites


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas]).astype(np.float64)


def named(found):
    return [(SYMBOLS[site.balance], tuple(SYMBOLS[i] for i in site.others)) for site in found]


STREAM = np.random.default_rng(5)


def test_a_pair():
    unit = vectors(*(f"Ba{2 - x:.2f}Cs{x:.2f}CuO3.3" for x in np.linspace(0.1, 0.4, 8)))
    (site,) = sites(unit)
    assert named([site]) == [("Ba", ("Cs",))]
    np.testing.assert_allclose(site.total, 2, atol=1e-6)


def test_two_guests_share_a_site_with_their_host():
    unit = vectors(*(f"SrCu{2 - x - y:.2f}Zn{x:.2f}Ni{y:.2f}O3" for x, y in STREAM.uniform(0.1, 0.4, (30, 2))))
    assert named(sites(unit)) == [("Cu", ("Zn", "Ni"))] or named(sites(unit)) == [("Cu", ("Ni", "Zn"))]


def test_independent_amounts_are_no_site():
    amounts = STREAM.uniform(0.5, 1.5, (200, 4))
    unit = np.zeros((200, 96))
    unit[:, [3, 11, 19, 28]] = amounts
    assert sites(unit) == []


def test_noise_is_constant():
    unit = np.zeros((50, 96))
    noise = STREAM.normal(0, 0.02, 50)
    unit[:, [28, 29]] = np.stack([3 + noise, 1 - noise], axis=1)
    assert sites(unit) == []


def test_one_odd_member_makes_no_site():
    unit = vectors(*["YBa2Cu3O7"] * 30, "YBa1.3Sr0.7Cu3O7")
    assert sites(unit) == []


def test_against_a_reference():
    """Within the group nothing varies; against the reference, strontium has become yttrium."""
    unit = vectors(*["Sr0.7Y0.3CuO2"] * 6)
    assert sites(unit) == []
    assert named(sites(unit, vectors("SrCuO2")[0])) == [("Sr", ("Y",))]


def test_multiples_are_brought_to_one_size():
    whole = vectors("La2CuO4", "La4Cu2O8", "LaCu0.5O2", "La2CuO4")
    np.testing.assert_allclose(same_size(whole), np.repeat(vectors("La2CuO4"), 4, axis=0))
    assert same_size(vectors("La4Cu2O8"), 7.0).sum() == pytest.approx(7)
