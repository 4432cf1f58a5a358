"""Requests as people write them: what is read, what is refused in words, and the one text for each."""

import pytest

from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, family_of
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.request_text import describe, parse_request


def read(text):
    return parse_request(text, place="request")


@pytest.mark.parametrize(
    ("text", "request_", "said"),
    [
        ("everything", Request(), "everything"),
        ("Cuprates; TC >= 90 k", Request("cuprates", 90.0), "cuprates, Tc >= 90 K"),
        ("tc at least 4.25", Request(tc_at_least_k=4.25), "everything, Tc >= 4.25 K"),
        ("others, Tc≥500K", Request("others", 500.0), "others, Tc >= 500 K"),  # beyond the data: the sampler warns
        (
            "WITH Ba Cu, with O, Without Hg Tl, only Ba Cu O Sr",
            Request(required=frozenset({"Ba", "Cu", "O"}), allowed=frozenset({"Ba", "Cu", "O", "Sr"}),
                    forbidden=frozenset({"Hg", "Tl"})),
            "everything, with Ba Cu O, only Ba Sr Cu O, without Tl Hg",
        ),
        ("4-6 elements", Request(n_elements=(4, 6)), "everything, 4-6 elements"),
        ("4 to 6 elements", Request(n_elements=(4, 6)), "everything, 4-6 elements"),
        ("1 element", Request(n_elements=(1, 1)), "everything, 1 elements"),
        ("at most 5 elements", Request(n_elements=(1, 5)), "everything, 1-5 elements"),
        (">= 5 elements", Request(n_elements=(5, 8)), "everything, 5-8 elements"),
        *(
            (
                text,
                Request(required=frozenset({"Ba", "Cu", "O"}), amounts={"Ba": (2, 2), "Cu": (3, 3), "O": (6.9, 6.9)}),
                "everything, Ba2Cu3O6.9 fixed",
            )
            for text in ("Ba2Cu3O6.9-", "Ba2Cu3O6.90 –", "Ba2Cu3O6.9 fixed", "fixed Ba2Cu3O6.9", "Ba2Cu3 Fixed, O 6.9")
        ),
        ("open 1", Request(open_cations=(1, 1)), "everything, open 1"),
        ("open 0.9–1.1", Request(open_cations=(0.9, 1.1)), "everything, open 0.9-1.1"),
        ("Sr 0-0.5", Request(amounts={"Sr": (0, 0.5)}), "everything, Sr 0-0.5"),
        ("Sr<=0.5", Request(amounts={"Sr": (0, 0.5)}), "everything, Sr 0-0.5"),
        ("Tc 0-0.5", Request(amounts={"Tc": (0, 0.5)}), "everything, Tc 0-0.5"),
        ("with Sr, Sr 0-.5", Request(required=frozenset({"Sr"}), amounts={"Sr": (0, 0.5)}),
         "everything, with Sr, Sr 0-0.5"),
        ("Sr 0.1 to 0.5", Request(required=frozenset({"Sr"}), amounts={"Sr": (0.1, 0.5)}), "everything, Sr 0.1-0.5"),
        ("Sr >= 0.1", Request(required=frozenset({"Sr"}), amounts={"Sr": (0.1, 199.99)}),
         "everything, Sr 0.1-199.99"),
        ("Sr 0.1", Request(required=frozenset({"Sr"}), amounts={"Sr": (0.1, 0.1)}), "everything, Sr0.1 fixed"),
        ("Ba 100", Request(required=frozenset({"Ba"}), amounts={"Ba": (100, 100)}), "everything, Ba100 fixed"),
    ],
)  # fmt: skip
def test_what_is_read_and_its_one_text(text, request_, said):
    assert read(text) == request_
    assert describe(request_) == said
    assert read(said) == request_


def test_everything_at_once_is_said_in_one_order():
    text = "open 1, Ca <= 0.5, Ba2Cu3O7 fixed, 4-6 elements, only Ba Ca Cu O Y Sr La, with Y, Tc>=90, cuprates"
    said = "cuprates, Tc >= 90 K, with Y, only Ba Sr Ca La Y Cu O, 4-6 elements, Ba2Cu3O7 fixed, Ca 0-0.5, open 1"
    assert describe(read(text)) == said and read(said) == read(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'': an empty clause"),
        ("cuprates,,open 1", "'cuprates,,open 1': an empty clause"),
        ("cuprate", "'cuprate': this is no clause (did you mean cuprates?)"),
        ("cuprates, others", "'others': the family is given twice"),
        ("Tc >= 1, Tc >= 2", "'Tc >= 2': the Tc is given twice"),
        ("Tc >= -3 K", "a temperature in K is not negative"),
        ("Tc <= 20 K", "from a value upward, as in 'Tc >= 90 K'"),
        ("Tc 90", "temperature or technetium?"),
        ("with", "no element is named; write symbols behind it, as in 'with Ba Cu O'"),
        ("with ba", "'ba' is no element (did you mean Ba?)"),
        ("without Xx", "'Xx' is no element; write symbols"),
        ("with Es", "Es lies beyond Cm"),
        ("with Ba, Cu", "'Cu': what of Cu? Write 'with Cu'"),
        ("only Ba O, only Cu", "'only' is given twice"),
        ("9 elements", "more than 8 elements cannot be drawn"),
        ("at least 9 elements", "more than 8 elements cannot be drawn"),
        ("6-4 elements", "stand first; write it like '4-6 elements'"),
        ("0 elements", "the fewest elements, 1 or more"),
        ("4 elements, 5 elements", "the number of elements is given twice"),
        ("Ba2Cu3O7", "'Ba2Cu3O7': what of this formula? Write 'Ba2Cu3O7 fixed'"),
        ("Ba2Cu3O7-x", "'Ba2Cu3O7-x': malformed formula"),
        ("Ba2Cu3O( fixed", "'Ba2Cu3O( fixed': malformed formula"),
        ("Ba2Cu0O7 fixed", "no amount of Cu; to exclude it write 'without Cu'"),
        ("Sr 0", "no amount of Sr; to exclude it write 'without Sr'"),
        ("Sr 0.5-0.1", "the range is upside down; the smaller number stands first, as in 'Sr 0-0.5'"),
        ("open 1.1-0.9", "the range is upside down"),
        ("Sr 0.125", "0.125 is no whole number of hundredths"),
        ("La1.875CuO4 fixed", "1.875 is no whole number of hundredths"),
        ("Sr 200", "200 atoms are more than can be drawn; give 199.99 at most"),
        ("YBa2Cu3O7 fixed, Y 0.1", "'Y 0.1': Y has an amount already, 1;"),
        ("open 1, open 2", "the sum of the open cations is given twice"),
    ],
)  # fmt: skip
def test_a_malformed_clause_is_told_with_its_place(text, told):
    with pytest.raises(InputError) as error:
        read(text)
    assert str(error.value).startswith("request: '") and told in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("with Hg, without Hg", "Hg required and excluded ('without') at once"),
        ("Sr0.1 fixed, without Sr", "Sr required and excluded"),
        ("Sr 0-0.1, without Sr", "an amount of Sr is given, and 'without' excludes it"),
        ("with Ba Cu, only Ba O", "Cu required, but not in 'only Ba O'"),
        ("Sr 0-0.1, only Ba O", "an amount of Sr is given, which 'only Ba O' excludes"),
        ("only Hg, without Hg", "'without' excludes every element of 'only Hg'"),
        ("cuprates, without O", "cuprates have Cu O, but O is excluded"),
        ("cuprates, only Ba O", "cuprates have Cu O, but Cu is excluded"),
        ("pnictides, without Fe", "pnictides have Fe, but Fe is excluded"),
        ("pnictides, only Fe O", "pnictides have one of Te As P Se beside Fe, but all are excluded"),
        ("others, with Cu O", "others hold no compound with both Cu and O"),
        ("pnictides, with Cu O", "pnictides hold no compound with both Cu and O"),
        ("others, with Fe Se", "others hold no compound with Fe and Se"),
        ("with Ba Cu O, 1-2 elements", "Ba Cu O make 3 elements, but at most 2 are asked for"),
        ("cuprates, with Ba Y, 1-3 elements", "Ba Y Cu O make 4 elements, but at most 3"),
        ("pnictides, with Ba, 2 elements", "Ba Fe and one of Te As P Se make 3 elements"),
        ("with Ba Cu O Y Sr Ca La Bi Pb", "make 9 elements, but at most 8"),
        ("only Ba O, 3 elements", "at least 3 elements are asked for, but only 2 can stand together"),
        ("others, only Cu O, 2 elements", "but only 1 can stand together"),
        ("others, only Fe As Se P, 3-4 elements, with Fe", "but only 1 can stand together"),
        ("Ba120Cu100 fixed", "the amounts of the cations sum to 220; at most 199.99"),
        ("open 0", "open 0 leaves no cation, and none is fixed"),
        ("Ba2Cu3O7 fixed, with Sr, open 0", "open 0 leaves no cation that is not fixed, but Sr is required"),
        ("cuprates, Ba2O7 fixed, open 0", "but Cu is required"),
        ("open 0.1-0.2, Sr 0.3-0.5", "Sr take at least 0.3, but open is at most 0.2"),
        ("open 1, only O F", "open 1 needs a cation that is not fixed, and none is allowed"),
        ("open 3, only Sr O, Sr 0-1", "open is at least 3, but Sr reach at most 1"),
    ],
)
def test_what_excludes_each_other_is_told_with_both_sides(text, told):
    with pytest.raises(InputError) as error:
        read(text)
    assert str(error.value).startswith(f"request: '{text}': ") and told in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "pnictides, 2 elements", "others, only Cu O F, 2 elements", "others, with Fe, only Fe As O, 2 elements",
        "Ba2Cu3O7 fixed, open 0", "cuprates, with Ba, 3 elements", "open 1, only Sr O, Sr 0-1",
    ],
)  # fmt: skip
def test_what_can_just_be_met_is_no_contradiction(text):
    assert describe(read(text))


def test_a_family_excludes_what_its_rule_says():
    """Of pairs of elements, a family refuses just those that no compound of it has."""
    for pair in (("Cu", "O"), ("Fe", "As"), ("Fe", "O"), ("Cu", "As")):
        for family in COMPOUND_FAMILIES:
            possible = family_of(pair) == family
            try:
                read(f"{family}, with {' '.join(pair)}, 2 elements")
            except InputError:
                assert not possible
            else:
                assert possible
