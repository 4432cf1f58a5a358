"""The JSON schema of declared settings, keyword by keyword."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from declared_blocks import VALUES, Laboratory
from jsonschema import Draft202012Validator

from superdrift.run.schema import UNIT, schema_of
from superdrift.run.settings import Partial, Slug, setting

SCHEMA = schema_of(Laboratory)
FILM = SCHEMA["properties"]["films"]["additionalProperties"]["properties"]


def test_it_is_a_schema_of_draft_2020_12():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_it_accepts_the_values():
    Draft202012Validator(SCHEMA).validate(VALUES)


def test_no_key_is_free_and_none_may_be_missing():
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["required"] == list(SCHEMA["properties"]) == ["run", "seeds", "films", "places", "cleaning"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (SCHEMA["properties"]["run"], {"type": "string", "pattern": "^[a-z]+$"}),
        (SCHEMA["properties"]["seeds"], {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True}),
        (SCHEMA["properties"]["cleaning"], {"type": ["object", "null"]}),
        (FILM["layers"], {"type": "integer", "minimum": 1}),
        (FILM["thickness"], {"exclusiveMinimum": 0, "maximum": 0.5, UNIT: "nm", "description": "of the film"}),
        (FILM["capped"], {"type": ["boolean", "null"]}),
        (FILM["phases"], {"required": ["solid", "liquid"], "additionalProperties": False}),
        (FILM["heater"]["properties"]["kind"], {"enum": ["furnace", "laser"]}),
        (SCHEMA["properties"]["places"]["additionalProperties"]["properties"]["name"], {"minLength": 1}),
    ],
)
def test_keywords(part, expected):
    assert expected.items() <= part.items()


@dataclass(frozen=True)
class Changes:
    """A block that changes parts of another one."""

    of: dict[Slug, Annotated[Laboratory, Partial()]] = setting("what is different")


def test_of_a_partial_block_any_keys_may_be_left_out_but_none_is_free():
    validator = Draft202012Validator(schema_of(Changes))
    film = next(iter(VALUES["films"].values()))
    for change in ({}, {"run": "b"}, {"films": {"thin": {}}}, {"films": {"thin": {"phases": {"solid": 0.1}}}}):
        validator.validate({"of": {"one": change}})
    for wrong in ({"rum": "b"}, {"run": 3}, {"films": {"thin": film | {"colour": 1}}}):
        assert not validator.is_valid({"of": {"one": wrong}})
    assert not validator.is_valid({}), "the block that holds it is whole"
