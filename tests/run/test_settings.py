"""Declarations of settings: what a field says, limits of types and fields, blocks filled from a mapping."""

from dataclasses import dataclass
from typing import Any

import pytest
from declared_blocks import VALUES, Film, Furnace, GrowSettings, Laboratory, Laser, Length, Place

from superdrift.run.errors import InputError
from superdrift.run.settings import Limits, declarations, from_mapping, passed, setting, sources


def test_a_field_says_all_of_a_setting():
    film = declarations(Film)
    assert list(film) == ["layers", "thickness", "heater", "phases", "capped"]
    assert film["thickness"].meaning == "of the film"
    assert film["thickness"].type is float
    assert film["heater"].alternatives == (Furnace, Laser)
    assert film["phases"].keys.choices == ("solid", "liquid")
    assert film["phases"].items.limits == Limits(above=0, at_most=1, unit="nm")
    assert film["capped"].nullable and film["capped"].type is bool


def test_limits_of_a_field_come_before_those_of_its_type():
    assert declarations(Film)["thickness"].limits == Limits(above=0, at_most=0.5, unit="nm")
    assert Length.__metadata__[0].at_most == 1


def test_entries_of_a_list_have_the_meaning_and_the_unit_of_the_list():
    @dataclass(frozen=True)
    class Block:
        range_k: list[float] = setting("lowest and highest", unit="K")

    items = declarations(Block)["range_k"].items
    assert (items.meaning, items.limits.unit) == ("lowest and highest", "K")


def test_an_inherited_field_is_the_same_declaration():
    assert declarations(GrowSettings)["layers"].origin is declarations(Film)["layers"].origin


def test_fields_from_other_blocks_are_no_declarations():
    assert list(declarations(GrowSettings)) == ["layers"]
    assert sources(GrowSettings) == {
        "furnace": ("films.*.heater",), "places": ("places.*",), "cleaning": ("cleaning",)
    }  # fmt: skip


def test_a_field_without_declaration_is_refused():
    @dataclass(frozen=True)
    class Block:
        width: int

    with pytest.raises(TypeError, match=r"Block\.width is not declared"):
        declarations(Block)


def test_a_type_that_cannot_be_declared_is_refused():
    @dataclass(frozen=True)
    class Block:
        width: int | str = setting("of something")
        extra: Any = passed("elsewhere")

    with pytest.raises(TypeError, match=r"Block\.width: a setting cannot be of type int \| str"):
        declarations(Block)


def test_an_unknown_limit_is_refused():
    with pytest.raises(TypeError, match="at_leats"):
        setting("width", at_leats=3)


def test_blocks_are_filled_at_every_level():
    place = {"name": "door", "shelf": 1}
    block = {"layers": 2, "furnace": {"kind": "furnace", "power": 1.0}, "places": [place], "cleaning": place}
    filled = from_mapping(GrowSettings, block, place="grow")
    assert filled.furnace == Furnace("furnace", 1.0)
    assert filled.places == [filled.cleaning] == [Place("door", 1)]
    assert from_mapping(GrowSettings, block | {"cleaning": None}, place="grow").cleaning is None


def test_blocks_of_several_kinds_stay_mappings():
    laboratory = from_mapping(Laboratory, VALUES, place="laboratory")
    assert laboratory.films["thick"].heater == {"kind": "laser", "pulses": 7}
    assert laboratory.films["thin"].phases == {"solid": 0.25, "liquid": 1.0}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"kind": "furnace"}, r"settings of grow\.furnace: missing \['power'\]"),
        ({"kind": "furnace", "power": 1.0, "size": 2}, r"settings of grow\.furnace: missing \[\], unknown \['size'\]"),
    ],
)
def test_a_missing_or_unknown_key_is_told_with_its_place(block, words):
    with pytest.raises(InputError, match=words):
        from_mapping(GrowSettings, {"layers": 2, "furnace": block, "places": [], "cleaning": None}, place="grow")
