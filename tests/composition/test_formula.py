"""Formula text to exact amounts and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superdrift.composition.elements import ELECTRONEGATIVITY, SYMBOLS
from superdrift.composition.formula import (
    FormulaError,
    format_formula,
    integer_counts,
    parse_formula,
    reduced_formula,
    shortest,
)

HUNDREDTHS = st.integers(1, 9999).map(lambda n: Decimal(n) / 100)
COMPOUNDS = st.dictionaries(st.sampled_from(SYMBOLS[:96]), HUNDREDTHS, min_size=1, max_size=9)


def amounts(**values):
    return {symbol: Decimal(value) for symbol, value in values.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La1.85Sr0.15CuO4", amounts(La="1.85", Sr="0.15", Cu="1", O="4")),
        ("Ba(Fe0.92Co0.08)2As2", amounts(Ba="1", Fe="1.84", Co="0.16", As="2")),
        ("((Y0.5Ca.5)2[Ba{O2}3]2)2", amounts(Y="2", Ca="2.0", Ba="4", O="24")),
        ("Mo6 Se8", amounts(Mo="6", Se="8")),
        ("  CO ", amounts(C="1", O="1")),
        ("Co", amounts(Co="1")),
        ("O7.", amounts(O="7")),
        ("H00.33Nb0.67", amounts(H="0.33", Nb="0.67")),
        ("Cu0.75Cr0.25Sr2Y1.3Ce0.7Cu2O8.87",
         amounts(Cu="2.75", Cr="0.25", Sr="2", Y="1.3", Ce="0.7", O="8.87")),
        ("Bi0Cu1", amounts(Bi="0", Cu="1")),
    ],
)  # fmt: skip
def test_reads(text, expected):
    assert parse_formula(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "empty formula"),
        ("   ", "empty formula"),
        ("La2Xx1", "'Xx' is not a chemical element"),
        ("M0.2TaS2", "'M' is not a chemical element"),
        ("Sm1Ba-1Cu3O6.94", "at '-1Cu3O6.'"),
        ("O10=z", "at '=z'"),
        ("2H2O", "at '2H2O'"),
        ("Ba(FeAs", "'(' is never closed"),
        ("BaFe)2", "closes nothing"),
        ("Ba(Fe]2", "closes nothing"),
        ("cuo", "at 'cuo'"),
        ("YBa2Cu3O7-x", "at '-x'"),
        ("Fe1,5Se", "at ',5Se'"),
        ("Fe1.2.3", "at '.3'"),
        ("Fe1e5", "at 'e5'"),
    ],
)
def test_malformed_names_text_and_place(text, place):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert place in str(caught.value)
    assert text.strip() in str(caught.value)


@given(COMPOUNDS)
def test_written_formula_reads_back(compound):
    assert parse_formula(format_formula(compound)) == compound


@given(COMPOUNDS)
def test_elements_stand_by_rising_electronegativity(compound):
    order = [ELECTRONEGATIVITY.get(symbol, 10.0) for symbol in parse_formula(format_formula(compound))]
    assert order == sorted(order)


@given(COMPOUNDS, st.integers(1, 500).map(lambda n: Decimal(n) / 8))
def test_reduced_formula_does_not_depend_on_scale(compound, factor):
    scaled = {symbol: amount * factor for symbol, amount in compound.items()}
    assert reduced_formula(scaled) == reduced_formula(compound)


@given(COMPOUNDS)
def test_integer_counts_are_the_smallest_in_proportion(compound):
    counts = integer_counts(compound)
    ratios = {counts[symbol] / amount for symbol, amount in compound.items()}
    assert max(ratios) - min(ratios) < Decimal("1e-20")
    assert not any(all(count % prime == 0 for count in counts.values()) for prime in (2, 3, 5, 7, 11))


def test_integer_counts_are_exact_where_floats_are_not():
    assert integer_counts(amounts(Y="0.57", Ca="0.43")) == {"Y": 57, "Ca": 43}


@pytest.mark.parametrize("bad", [{}, amounts(Cu="0"), amounts(Cu="1", O="-1")])
def test_no_compound_has_no_counts(bad):
    with pytest.raises(FormulaError, match="describe no compound"):
        integer_counts(bad)


def test_shortest():
    assert [shortest(Decimal(t)) for t in ("0.150", "100", "1E+2", "7.00")] == ["0.15", "100", "100", "7"]


def test_zero_amounts_are_not_written():
    assert format_formula(amounts(Cu="1", O="0")) == "Cu"
