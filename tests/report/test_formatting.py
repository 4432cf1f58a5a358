"""How the page writes formulas, numbers and intervals; what is not defined is a dash."""

import pytest

from superdrift.report.formatting import formula_html, interval, number, percent, span
from superdrift.report.numbers import Number, share


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("La1.85Sr0.15CuO4", "La<sub>1.85</sub>Sr<sub>0.15</sub>CuO<sub>4</sub>"),
        ("YCu3O6Se_xAs_y", "YCu<sub>3</sub>O<sub>6</sub>Se<sub>x</sub>As<sub>y</sub>"),
        ("Na1-xAl1-yMg_{x+y}Ge", "Na<sub>1-x</sub>Al<sub>1-y</sub>Mg<sub>x+y</sub>Ge"),
        ("Sr0.5-0.8Y(As0.1-0.3)O6-6.1", "Sr<sub>0.5-0.8</sub>Y(As<sub>0.1-0.3</sub>)O<sub>6-6.1</sub>"),
        ("Ba1.4-xLaxSr0.6O2-yFy", "Ba<sub>1.4-x</sub>La<sub>x</sub>Sr<sub>0.6</sub>O<sub>2-y</sub>F<sub>y</sub>"),
        ("Dy0.2Pr1-x-yMgx+yVz", "Dy<sub>0.2</sub>Pr<sub>1-x-y</sub>Mg<sub>x+y</sub>V<sub>z</sub>"),
        ("DyBa2(Dy)", "DyBa<sub>2</sub>(Dy)"),
        ("Ba<script>", "Ba&lt;script&gt;"),
        (None, "–"),
    ],
)
def test_formula_html(formula, expected):
    assert formula_html(formula).replace("<wbr>", "") == expected


def test_a_formula_breaks_behind_brackets():
    assert formula_html("(Sr0.1)O2") == "(Sr<sub>0.1</sub>)<wbr>O<sub>2</sub><wbr>"


def test_undefined_numbers_are_dashes_not_zeros():
    assert (number(None), percent(None), percent(0.0), percent(0.123)) == ("–", "–", "0.0 %", "12.3 %")


def test_numbers_below_zero_have_a_minus_sign_and_zero_has_none():
    assert (number(-2.084, 2), number(-0.001, 2), number(-1234.5, 0)) == ("\u22122.08", "0.00", "\u22121\u202f234")


def test_an_interval_stands_behind_its_share():
    whole = Number("screen", "a", "valid", 0.5, 10, low=0.25, high=0.75)
    assert interval(whole) == "50.0 % <small>(25.0–75.0)</small>"
    assert interval(whole, 0) == "50 % <small>(25–75)</small>"
    assert interval(Number("screen", "a", "valid", 0.5, 10)) == "50.0 %"
    assert interval(None) == interval(share("screen", "a", "valid", 0, 0)) == "–"


def test_a_span_without_ends_is_a_dash():
    assert (span((33.2, 55.0)), span((None, None)), span((1.25, 2.0), 1)) == ("33–55", "–", "1.2–2.0")
