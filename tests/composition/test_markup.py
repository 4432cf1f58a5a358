"""Notation that can mean one thing only, read as the plain formula it stands for."""

import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.markup import SOLVATES


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("YBa₂Cu₃O₆.₉₁", "YBa2Cu3O6.91"),
        ("YBa_2Cu_3O_7", "YBa2Cu3O7"),
        ("$YBa_2Cu_3O_7$", "YBa2Cu3O7"),
        ("YBa$_2$Cu$_3$O$_{6.91}$", "YBa2Cu3O6.91"),
        ("La_{1.85}Sr_{0.15}CuO_{4}", "La1.85Sr0.15CuO4"),
        (r"\mathrm{YBa_2Cu_3O_{6.91}}", "YBa2Cu3O6.91"),
        (r"$\mathrm{La}_{1.85}\mathrm{Sr}_{0.15}\mathrm{CuO}_4$", "La1.85Sr0.15CuO4"),
        (r"{\rm MgB}_2", "MgB2"),
        (r"\ce{MgB2}", "MgB2"),
        ("YBa<sub>2</sub>Cu<sub>3</sub>O<sub>6.91</sub>", "YBa2Cu3O6.91"),
        ("Ba(Fe_{0.92}Co_{0.08})_2As_2", "Ba(Fe0.92Co0.08)2As2"),
        ("ＭｇＢ２", "MgB2"),
        ("Mo6\u00a0Se8", "Mo6Se8"),
        ("La1.85\u2009Sr0.15 CuO4", "La1.85Sr0.15CuO4"),
        ("(Ba0.6 K0.4) Fe2 As2", "Ba0.6K0.4Fe2As2"),
        ("\ufeffNb3Sn ", "Nb3Sn"),
        ("CuSO4·5H2O", "CuSO9H10"),
        ("CuSO4 · 5 H2O", "CuSO9H10"),
        ("CuSO4•5H2O", "CuSO9H10"),
        ("CuSO4∙5H2O", "CuSO9H10"),
        ("CuSO4*5H2O", "CuSO9H10"),
        (r"CuSO_4\cdot5H_2O", "CuSO9H10"),
        ("CuSO₄.5H₂O", "CuSO9H10"),
        ("CuSO4(H2O)5", "CuSO9H10"),
        ("LaCl3.H2O", "LaCl3H2O"),
        ("Na0.35CoO2·1.3H2O", "Na0.35CoO3.3H2.6"),
        ("Zn(NO3)2·6H2O", "ZnN2O12H12"),
        ("MgO·Al2O3", "MgAl2O4"),
        ("Al2O3·2SiO2·2H2O", "Al2Si2O9H4"),
        ("Y2O3", "Y2O3"),
        ("Ba2Cu3O7Y", "YBa2Cu3O7"),
        ("Li0.5TiO2", "Li0.5TiO2"),
        ("CuI", "CuI1"),
        ("Y100Ba200Cu300O691", "Y100Ba200Cu300O691"),
        ("Mg149Zr", "Mg149Zr1"),
        ("Mo80P10B10", "Mo80P10B10"),
        ("Nb12O29", "Nb12O29"),
        ("SN", "S1N1"),
        ("FeO (OH)", "FeO2H"),
    ],
)
def test_reads_as(text, plain):
    assert parse_formula(text) == parse_formula(plain)


@pytest.mark.parametrize("molecule", SOLVATES)
def test_a_counted_molecule_behind_a_raised_dot(molecule):
    assert parse_formula(f"MgCl2·2{molecule}") == parse_formula(f"MgCl2({molecule})2")
