"""The JSON schema of declared settings, keyword by keyword."""

import pytest
from declared_blocks import VALUES, Laboratory
from jsonschema import Draft202012Validator

from superdrift.run.schema import UNIT, schema_of

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
