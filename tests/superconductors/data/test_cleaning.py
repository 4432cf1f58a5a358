"""Rows accepted or rejected with a reason, and what several entries of one composition say together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superdrift.run.errors import InputError
from superdrift.superconductors.data.cleaning import clean, consensus
from superdrift.superconductors.data.readers import Row


def row(text, tc, number=1, origin="a", **values):
    return Row(origin, number, text, str(tc), **values)


def rows(*pairs, **values):
    return [row(text, tc, number, **values) for number, (text, tc) in enumerate(pairs, start=1)]


def reasons(*pairs, **values):
    return [rejection.reason for rejection in clean(rows(*pairs, **values), malformed_rows="reject")[1]]


def test_an_accepted_row():
    (compound,), dropped = clean(rows(("Y1Ba2Cu3O6.5", "60")), malformed_rows="stop")
    assert dropped == []
    assert compound.amounts == {"Y": 1, "Ba": 2, "Cu": 3, "O": Decimal("6.5")}
    assert (compound.family, compound.tc_k, compound.notes) == ("cuprates", 60.0, ())
    assert compound.reduced_formula == "Ba4Y2Cu6O13"


def test_repeated_elements_are_summed_and_zeros_dropped():
    text = "Cu0.75Cr0.25Sr2Y1.3Ce0.7Cu2O8.87Bi0"
    (compound,), _ = clean(rows((text, "30")), malformed_rows="stop")
    assert compound.notes == ("repeated_element", "zero_amount")
    assert compound.amounts["Cu"] == Decimal("2.75")
    assert "Bi" not in compound.amounts


def test_an_element_in_brackets_and_outside_is_repeated():
    (compound,), _ = clean(rows(("Ba(Fe0.9Co0.1)2FeAs2", "20")), malformed_rows="stop")
    assert compound.notes == ("repeated_element",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("M0.2Ta1S2", "unspecified metal"),
        ("Hf1V2D0.5", "deuterium"),
        ("Pd1T0.81", "tritium"),
        ("P4Ph5", "phenyl"),
        ("Sr4V2.7TI0.3O9.51", "tritium, or what is left of Ti"),
        ("O10=z", "malformed formula 'O10=z'"),
        ("Y1Ba2Cu2.975Zn0.025OY", "is no yttrium"),
        ("Y1Ba2Cu3O7-Z", "'Z' stands for an unknown content"),
        ("Tl2212", "'Tl2212' is a phase name"),
        ("MgB2 39", "a formula and a number"),
        ("Bi0", "every amount is zero"),
        ("Bk1", "beyond Z = 96"),
        ("Cu0.123456789O1", "more digits than single precision"),
    ],
)
def test_each_reason_is_its_own(text, reason):
    assert len(found := reasons((text, 1))) == 1
    assert reason in found[0]


@pytest.mark.parametrize("tc", ["", "abc", "nan", "inf", "-1", "301", "1,5"])
def test_impossible_tc(tc):
    assert len(reasons(("MgB2", tc))) == 1


def test_zero_is_measured_and_not_superconducting():
    (compound,), _ = clean(rows(("CuO", "0.0")), malformed_rows="stop")
    assert compound.tc_k is None


def test_own_rows_stop_with_file_line_and_text():
    with pytest.raises(InputError, match=r"my\.csv:7: row 'Mg2Xx,39': .*'Xx' is not.*malformed_rows to reject"):
        clean([row("Mg2Xx", 39, 7, "my.csv", own=True)], malformed_rows="stop")


def test_own_rows_are_rejected_when_asked():
    accepted, dropped = clean([row("Mg2Xx", 39, own=True)], malformed_rows="reject")
    assert (len(accepted), len(dropped)) == (0, 1)


def test_public_rows_are_rejected_under_either():
    assert len(clean([row("Mg2Xx", 39)], malformed_rows="stop")[1]) == 1


def test_unknown_choice_is_named():
    with pytest.raises(InputError, match="'ignore'; choose stop or reject"):
        clean([], malformed_rows="ignore")


def test_family_of_own_row_must_agree():
    with pytest.raises(InputError, match="MgB2 is listed under cuprates, but its elements make it one of the others"):
        clean([row("MgB2", 39, family="cuprates", own=True)], malformed_rows="stop")
    with pytest.raises(InputError, match="metals, which is none of cuprates, pnictides, others"):
        clean([row("MgB2", 39, family="metals", own=True)], malformed_rows="stop")


def test_label_of_a_public_row_must_agree_always():
    with pytest.raises(InputError, match="not the file that the registry describes"):
        clean([row("MgB2", 39, family="pnictides")], malformed_rows="reject")


def test_superconductors_of_a_negatives_source_are_not_used():
    accepted, dropped = clean(rows(("MgB2", 39), ("CuO", 0), negatives_only=True), malformed_rows="stop")
    assert [compound.row.text for compound in accepted] == ["CuO"]
    assert "non-superconductors alone" in dropped[0].reason


def test_negative_that_is_a_superconductor_elsewhere_is_dropped():
    read = [row("Cu2O2", 0, 1, "n"), row("MgB2", 0, 2, "n"), row("CuO", 12, 5, "s")]
    accepted, dropped = clean(read, malformed_rows="stop")
    assert [compound.row.text for compound in accepted] == ["MgB2", "CuO"]
    assert dropped[0].text == "Cu2O2"
    assert "a superconductor in s (line 5, CuO)" in dropped[0].reason


def test_negatives_of_one_composition_count_once():
    accepted, dropped = clean(rows(("CuO", 0), ("Cu2O2", 0), ("Cu1.0001O", 0), ("CuO2", 0)), malformed_rows="stop")
    assert [compound.row.text for compound in accepted] == ["CuO", "CuO2"]
    assert all("repeats a non-superconductor of a (line 1, CuO)" in each.reason for each in dropped)


def test_consensus_is_the_median_of_the_composition():
    accepted, _ = clean(
        rows(("CuO", 10), ("Cu2O2", 20), ("Cu0.5O0.5", 60), ("CuO2", 5), ("CuO3", 0)), malformed_rows="stop"
    )
    assert consensus(accepted) == [20.0, 20.0, 20.0, 5.0, None]


TEXTS = st.sampled_from(["MgB2", "CuO", "Cu2O2", "M1O", "PdD", "Nb3Sn", "x", "", "O10=z", "NbSn0.333"])
TCS = st.sampled_from(["0", "1.5", "39", "-2", "", "1e3"])


@given(st.lists(st.tuples(TEXTS, TCS, st.booleans(), st.booleans()), max_size=30))
def test_every_row_is_accepted_or_rejected(given_rows):
    read = [
        row(text, tc, number, negatives_only=negatives, own=own)
        for number, (text, tc, negatives, own) in enumerate(given_rows, start=1)
    ]
    accepted, dropped = clean(read, malformed_rows="reject")
    numbers = [compound.row.number for compound in accepted]
    assert sorted(numbers + [rejection.row for rejection in dropped]) == [r.number for r in read]
    assert numbers == sorted(numbers)
    assert [rejection.row for rejection in dropped] == sorted(rejection.row for rejection in dropped)
    assert all(rejection.reason for rejection in dropped)
