"""Years in references, and what is known of a formula with an unknown content."""

import pytest

from superdrift.superconductors.data.dating import without_unknown_content, year_of


@pytest.mark.parametrize(
    ("reference", "year"),
    [
        ("Jpn.J.Appl.Phys., 26(1987)L223", 1987),
        ("ZH.EKSP.TEOR.FIZ.,61(1971)2357, Soviet Physics JETP, 34(1972)1263", 1971),
        ("Phys.Rev.B, 78(2008)104528: cond-mat/0803.3978(2008)", 2008),
        ("PRENUM PRESS 1973", 1973),
        ("Plenum Press, 1976, p137-160", 1976),
        ("cond-mat/1408.2625", 2014),
        ("cond-mat/9904123", 1999),
        ("arXiv:0803.0128", 2008),
        ("Phys.Rev.B, 72(2005)1987", 2005),
        ("Takagi et al., Physical Review B 40, 2254 (1989)", 1989),
        ("Physica C, 1983-1990", None),
        ("Phys.Lett.A,38()323", None),
        ("Phys. Rev. B 40, 2254", None),
        ("Phys. Rev. B 40, p1987", None),
        ("unpublished", None),
        ("", None),
    ],
)
def test_year_of_a_reference(reference, year):
    assert year_of(reference) == year


@pytest.mark.parametrize(
    ("formula", "known"),
    [
        ("Ba0.2La1.8Cu1O4-Y", "Ba0.2La1.8Cu1O4"),
        ("Y1Ba2Cu3O7-Z", "Y1Ba2Cu3O7"),
        ("Y1Ba2Cu3O7-δ ", "Y1Ba2Cu3O7"),
        ("Bi2Sr2Ca1Cu2O8+d", "Bi2Sr2Ca1Cu2O8"),
        ("Y1Ba2Cu3O7", None),
        ("Y1Ba2Cu3Oz", None),
        ("Bi1Sr1Cu1OY", None),
        ("La2-xSrxCuO4", None),
        ("Hg0.4Ca-0.1Cu2.1O7", None),
    ],
)
def test_what_is_known_of_an_unknown_content(formula, known):
    assert without_unknown_content(formula) == known
