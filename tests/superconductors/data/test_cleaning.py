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


def archived(text, tc, number, year):
    return row(text, tc, number, "archive", archive=True, reference=f"J. Phys. 1({year})2")


def test_an_archive_dates_what_another_source_lists():
    read = [
        row("MgB2", 39, 1, "s"), row("Y1Ba2Cu3O7", 90, 2, "s"), row("Nb3Sn", 18, 3, "s"), row("CuO", 0, 4, "z"),
        archived("Mg2B4", 38, 1, 2003), archived("MgB2", 39, 2, 2001), archived("Y1Ba2Cu3O7-Z", 93, 3, 1987),
        archived("V3Si", 17, 4, 1953), archived("CuO", 0, 5, 1990),
    ]  # fmt: skip
    accepted, dropped = clean(read, malformed_rows="stop")
    assert [(c.row.text, c.year) for c in accepted] == [
        ("MgB2", 2001), ("Y1Ba2Cu3O7", 1987), ("Nb3Sn", None), ("CuO", 1990), ("V3Si", 1953),
    ]  # fmt: skip
    assert accepted[0].reference == "J. Phys. 1(2001)2"
    reasons = {rejection.text: rejection.reason for rejection in dropped}
    assert reasons["Mg2B4"] == reasons["MgB2"] == "merged with s (line 1, MgB2), which it dates"
    assert "unknown content" in reasons["Y1Ba2Cu3O7-Z"]
    assert reasons["CuO"] == "repeats a non-superconductor of z (line 4, CuO)"


def test_a_known_content_dates_before_an_unknown_one():
    read = [row("Y1Ba2Cu3O7", 90, 1, "s"), archived("Y1Ba2Cu3O7-Z", 93, 1, 1987), archived("Y1Ba2Cu3O7", 91, 2, 1988)]
    assert [c.year for c in clean(read, malformed_rows="stop")[0]] == [1988]


def test_entries_of_one_composition_have_the_year_of_the_first():
    read = [row("MgB2", 39, 1, year=2003), row("Mg2B4", 38, 2, year=2001), row("MgB2", 37, 3), row("MgO", 0, 4)]
    assert [c.year for c in clean(read, malformed_rows="stop")[0]] == [2001, 2001, 2001, None]


@pytest.mark.parametrize(("keep", "kept"), [(True, ["MgB2", "Nb3Sn", "MgO"]), (False, ["MgB2", "MgO"])])
def test_only_what_was_known_by_a_year(keep, kept):
    read = [
        row("MgB2", 39, 1, year=2001), row("FeSe", 8, 2, year=2008), row("Nb3Sn", 18, 3), row("MgO", 0, 4, year=1999),
        row("MgO", 2, 5, year=2005),
    ]  # fmt: skip
    accepted, dropped = clean(read, malformed_rows="stop", until_year=2001, keep_undated=keep)
    assert [c.row.text for c in accepted] == kept  # what superconducts later was a negative then
    assert any("first reported in 2008, after prepare.until_year" in d.reason for d in dropped)


def test_a_listed_compound_without_tc_is_neither():
    read = [row("CuO", 0, 1, zero_is_unreported=True), row("MgO", 0, 2), row("CuO2", 0, 3, zero_is_unreported=True),
            row("CuO2", 0, 4), row("CuO3", 0, 5, zero_is_unreported=True), row("CuO3", 5, 6)]  # fmt: skip
    accepted, dropped = clean(read, malformed_rows="stop")
    found = [(c.row.text, c.row.number, c.superconducting) for c in accepted]
    assert found == [("CuO", 1, None), ("MgO", 2, False), ("CuO2", 4, False), ("CuO3", 6, True)]
    assert [d.reason[:30] for d in dropped] == ["repeats a non-superconductor o", "no Tc reported here, but a sup"]
