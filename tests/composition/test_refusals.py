"""Texts that are no formula, or that would read as another one: each refused, and what is said of it."""

import pytest

from superdrift.composition.formula import FormulaError, parse_formula
from superdrift.composition.phase_names import PHASE_NAMES, phase_name


def told(text):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert f"formula '{text.strip()}'" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("MgB2 39", "39"), ("Nb3Sn 18.3", "18.3"), ("YBa2Cu3O7 92", "92"), ("Nb 9.3", "9.3"), ("Pb .5", ".5"),
        ("MgB2 39 K", "39"), ("MgB2 39K", "39"), ("PdH 900 mK", "900"), ("MgB2\t39", "39"), ("MgB2 (39 K)", "39"),
        ("Nb3Sn, 18", "18"), ("Nb3Sn;18", "18"), ("Nb3Sn: 18", "18"), ("MgB2\u200939", "39"), ("MgB2\u200b39", "39"),
        ("YBa₂3", "3"),
    ],
)  # fmt: skip
def test_a_formula_and_a_number(text, number):
    assert f"a formula and a number ('{number}'); give the formula alone" in told(text)


@pytest.mark.parametrize(
    "text", ["La 1.85 Sr 0.15 Cu O4", "La1.85 Sr 0.15 CuO4", "Mo 6 Se8", "CuSO4. 5H2O", "Fe2As2 38.5(2)"]
)
def test_a_number_behind_a_blank_joins_nothing(text):
    assert "stands behind a blank; write it directly behind its element" in told(text)


@pytest.mark.parametrize("text", ["Y1Ba2Cu2.975Zn0.025OY", "Bi1.8Pb0.2Sr1.9La0.1Cu1OY", "La2CuO Y", "LaOY", "Ba(CuOY)"])
def test_the_placeholder_oy_is_no_yttrium(text):
    assert "the Y behind the last O stands for an unknown content" in told(text)


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("Ba0.2La1.8Cu1O4-Y", "'Y'"), ("Y1Ba2Cu3O7-Z", "'Z'"), ("YBa2Cu3O7-X", "'X'"), ("La2CuOX", "'X'"),
        ("La2CuOZ", "'Z'"), ("La2CuOx", "'x'"), ("La2CuOy", "'y'"), ("Yb16Ba1Cu2Oz", "'z'"), ("La2CuO_x", "'x'"),
        ("HgBa2CaCu2O6+x", "'x'"), ("La2CuO4-d", "'d'"), ("YBa2Cu3O7-δ", "'δ'"), ("YBa2Cu3O7−δ", "'δ'"),
        ("YBa2Cu3O7 - x", "'x'"), ("HgBa2CaCu2O6+D", "'D'"), ("O10=z", "'z'"), ("F1-X", "'X'"),
        ("La2-xSrxCuO4", "'x'"), ("La2−xSrxCuO4", "'x'"), ("La_{2-x}Sr_xCuO_4", "'x'"), ("La₂₋ₓSrₓCuO₄", "'x'"),
        ("Bi2Sr2CaCu2O8+y", "'y'"), ("Na0.35CoO2.yH2O", "'y'"), ("NaClx", "'x'"), ("YBa2Cu3O7-\\delta", "'δ'"),
    ],
)  # fmt: skip
def test_an_unknown_content_is_named(text, variable):
    assert f"{variable} stands for an unknown content" in told(text)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("Tl2212", "Tl2Ba2CaCu2O8"), ("Tl-2212", "Tl2Ba2CaCu2O8"), ("Tl–2212", "Tl2Ba2CaCu2O8"),
        ("tl2212", "Tl2Ba2CaCu2O8"), ("TL2212", "Tl2Ba2CaCu2O8"), ("Tl2223", "Tl2Ba2Ca2Cu3O10"),
        ("Tl1223", "TlBa2Ca2Cu3O9"), ("Bi2201", "Bi2Sr2CuO6"), ("Bi2212", "Bi2Sr2CaCu2O8"),
        ("Bi2223", "Bi2Sr2Ca2Cu3O10"), ("Bi-2223", "Bi2Sr2Ca2Cu3O10"), ("Hg1201", "HgBa2CuO4"),
        ("Hg1212", "HgBa2CaCu2O6"), ("Hg1223", "HgBa2Ca2Cu3O8"), ("Y123", "YBa2Cu3O7"), ("Y-123", "YBa2Cu3O7"),
        ("Y124", "YBa2Cu4O8"), ("Y247", "Y2Ba4Cu7O15"), ("Gd123", "GdBa2Cu3O7"), ("YBCO", "YBa2Cu3O7"),
        ("ybco", "YBa2Cu3O7"), ("LSCO", "La1.85Sr0.15CuO4"), ("LBCO", "La1.875Ba0.125CuO4"),
        ("NCCO", "Nd1.85Ce0.15CuO4"), ("PCCO", "Pr1.85Ce0.15CuO4"), ("BSCCO", "Bi2Sr2CaCu2O8"),
        ("TBCCO", "Tl2Ba2Ca2Cu3O10"), ("HBCCO", "HgBa2Ca2Cu3O8"), ("Ba122", "BaFe2As2"), ("La1111", "LaFeAsO"),
        ("FeSe11", "FeSe"), ("CaK1144", "CaKFe4As4"), ("1111", "LaFeAsO"), ("LNO", "LaNiO3"),
        ("BKBO", "Ba0.6K0.4BiO3"), ("BPBO", "BaPb0.75Bi0.25O3"), ("BKFA", "Ba0.6K0.4Fe2As2"),
        ("PZT", "PbZr0.52Ti0.48O3"), ("BTO", "BaTiO3"), ("STO", "SrTiO3"), ("YSZ", "Zr0.92Y0.08O1.96"),
        ("Sr214", "Sr2RuO4"), ("La214", "La2CuO4"), ("YBa2Cu3O7 (Y123)", "YBa2Cu3O7"),
        ("YBa2Cu3O7 (YBCO)", "YBa2Cu3O7"), ("YBCO film", "YBa2Cu3O7"),
    ],
)  # fmt: skip
def test_a_phase_name_is_named_with_the_formula_usually_meant(text, formula):
    assert f"is a phase name; write its formula, usually {formula}" in told(text).removesuffix(")")


@pytest.mark.parametrize("formula", sorted(set(PHASE_NAMES.values())))
def test_the_formula_of_each_name_can_be_read(formula):
    assert min(parse_formula(formula).values()) > 0


@pytest.mark.parametrize("text", ["YbCo", "Ba1Fe2As2", "CO", "NbCO", "La2CuO4", "Mo6 Se8", "(Ba0.6 K0.4) Fe2 As2"])
def test_a_formula_is_no_phase_name(text):
    assert phase_name(text) is None


@pytest.mark.parametrize(
    ("text", "hydrate"),
    [
        ("CuSO4.5H2O", "CuSO4·5H2O for the hydrate, (H2O)CuSO4.5 for the amount"),
        ("Zn(NO3)2.6H2O", "Zn(NO3)2·6H2O for the hydrate, (H2O)Zn(NO3)2.6 for the amount"),
        ("Na0.35CoO2.1H2O", "Na0.35CoO2·1H2O for the hydrate, (H2O)Na0.35CoO2.1 for the amount"),
        ("MgCl2.6(H2O)", "MgCl2·6H2O for the hydrate"),
        ("CaO.5H2O", "CaO·5H2O for the hydrate"),
        ("Al2O3.2SiO2", "Al2O3·2SiO2 for the hydrate"),
        ("Na2CO3.10H2O", "Na2CO3·10H2O for the hydrate"),
        ("Na0.35CoO2.1.3H2O", "the dot belongs to no number"),
        ("MgO.Al2O3", "the dot belongs to no number"),
        ("La1·85Sr0·15CuO4", "'·' is a decimal point or joins molecules"),
        ("O₆.91", "'·' is a decimal point or joins molecules"),
    ],
)
def test_a_dot_that_may_mean_two_things_is_refused_with_both(text, hydrate):
    assert hydrate in told(text)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Fe(III)Cl3", "'(III)' is an oxidation state; write FeCl3"),
        ("Cu(I)Cl", "'(I)' is an oxidation state; write CuCl"),
        ("Fe(II)O", "write FeO"),
        ("Cu(II)", "write Cu "),
        ("Fe(I)2", "iodine and vanadium stand without brackets"),
        ("V(V)2O5", "write V2O5"),
        ("Mn (IV) O2", "'(IV)' is an oxidation state"),
        ("FeIIICl3", "'III' is an oxidation state; write FeCl3"),
        ("Fe(Ⅲ)Cl3", "'(III)' is an oxidation state"),
        ("Fe^{III}Cl3", "is a charge"),
    ],
)
def test_roman_numerals(text, instead):
    assert instead in told(text)


@pytest.mark.parametrize(
    ("text", "mass"),
    [
        ("Mg11B2", "11 is an isotope's mass or an amount; write MgB2 for the isotope"),
        ("Mg10B2", "10 is an isotope's mass or an amount"),
        ("La1.85Sr0.15Cu18O4", "18 is an isotope's mass or an amount; write La1.85Sr0.15CuO4"),
        ("YBa2Cu3 18O7", "18 is an isotope's mass; leave it out"),
        ("Mg(11B)2", "11 is an isotope's mass; leave it out"),
        ("57FeSe", "57 is an isotope's mass; leave it out"),
        ("^{11}B", "11 is an isotope's mass; leave it out"),
        ("Mg^{11}B_2", "11 is an isotope's mass; leave it out"),
        ("Mg¹¹B₂", "11 is an isotope's mass; leave it out"),
        ("¹⁸O", "18 is an isotope's mass; leave it out"),
        ("18O", "18 is an isotope's mass; leave it out"),
        ("Mg<sup>11</sup>B2", "11 is an isotope's mass; leave it out"),
        ("YBa2Cu318O7", "318 atoms of Cu are more than any formula unit holds"),
        ("YNi211B2C", "211 atoms of Ni are more than any formula unit holds"),
        ("PdD0.6", "D is deuterium"),
        ("D2O", "D is deuterium"),
        ("Hf1V2D0.5", "D is deuterium"),
        ("Pd1T0.81", "T is tritium"),
    ],
)
def test_isotopes(text, mass):
    assert mass in told(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bi2222", "2222 atoms of Bi are more than any formula unit holds (200)"),
        ("Y1Ba2Cu3O6050", "6050 atoms of O are more"),
        ("(O2)999Cu", "1998 atoms of O are more"),
        ("Fe3+", "'3+' is a charge; leave it out"),
        ("Cu2+", "'2+' is a charge"),
        ("SO4^2-", "'^2-' is a charge"),
        ("SO4²⁻", "is a charge"),
        ("Na+", "'+' is a charge"),
        ("Sm1Ba-1Cu3O6.94", "'-' is a sign; write each amount as one number"),
        ("B1Sr2Ca2Cu3O2N+3", "'+' is a sign"),
        ("x=0.15", "an assignment"),
        ("La2-xSrxCuO4 (x=0.15)", "an assignment"),
        ("MgB2 Tc=39", "an assignment"),
        ("YBa2Cu3O6.9-7", "'6.9-7' is a range"),
        ("YBa2Cu3O6.9–7", "is a range"),
        ("La2Cu1/2O4", "'1/2' is a fraction; write a decimal number"),
        ("LaCu½O4", "is a fraction"),
        ("O6.91(2)", "'(2)' is an uncertainty; leave it out (at '2)')"),
        ("Fe1.01(1)Se", "'(1)' is an uncertainty"),
        ("La1,85Sr0,15CuO4", "'1,85' holds a decimal comma"),
        ("MgB2,39", "holds a decimal comma, or is two columns"),
        ("Fe1e-3", "an exponent; write the number out"),
        ("mgb2", "a symbol begins with a capital, as in MgB2"),
        ("feSe", "'fe' is no element"),
        ("water", "'water' is no element"),
        ("Sr2RuO4 film", "'film' is no element"),
        ("FESE", "the second letter of a symbol is a small one"),
        ("MGB2", "the second letter of a symbol is a small one"),
        ("NB3SN", "in capitals alone 'NB' is one element or two"),
        ("SNO2", "in capitals alone 'SN' is one element or two"),
        ("CUO", "in capitals alone 'CU' is one element or two"),
        ("39", "a number alone is no formula"),
        ("Nb3Sn,", "',' is punctuation; leave it out"),
        ('"Nb3Sn"', "is punctuation; leave it out"),
        (".Nb", "'.' is punctuation"),
        ("Nb3Sn?", "'?' says that the amount is not known"),
        ("FeSe~0.9", "says that the amount is not known"),
        ("MgB2/Mg", "'/' parts several formulas"),
        ("(La,Sr)2CuO4", "'(La,Sr)' names the elements of a site; write their amounts"),
        ("Y-Ba-Cu-O", "elements joined by hyphens name a system"),
        ("2H-NbSe2", "'2H-' names a structure; leave it out"),
        ("1T-TaS2", "'1T-' names a structure"),
        ("β-Ga2O3", "'β-' names a structure"),
        ("ZrV2 (C15)", "'(C15)' is a remark"),
        ("YBa2Cu3O7 (SC)", "'(SC)' is a remark"),
        ("2H2O", "2 stands in front; write it behind what it counts"),
        ("Cu(2H2O)", "2 stands in front"),
        ("Ba()", "this bracket holds nothing"),
        ("□0.1Fe0.9Se", "'□' is a vacancy"),
        ("\u0421u2O", "'\u0421' is cyrillic capital letter es"),
        ("(TMTSF)2PF6", "'TMTSF' is an organic molecule; write its elements"),
        ("RBa2Cu3O7", "R stands for any rare earth"),
        ("LnFeAsO", "Ln stands for any lanthanide"),
        ("M0.2TaS2", "M stands for an unspecified metal"),
        ("P4Ph5", "Ph is a phenyl group"),
        ("O_{2}3", "markup that is not understood"),
        ("{BaO}_2", "'_' is markup that is not understood"),
    ],
)
def test_whatever_else_is_no_formula_is_told_in_words(text, words):
    assert words in told(text)


@pytest.mark.parametrize("text", ["(" * 5000, "x" * 5000, "O7-" * 2000, "Nb" * 3000 + "?"])
def test_a_long_text_is_told_in_few_words(text):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert len(str(caught.value)) < 500
