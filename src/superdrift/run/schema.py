"""Makes the JSON schema (draft 2020-12) of a configuration from the dataclasses that declare it."""

from dataclasses import replace
from typing import Any, get_args, get_type_hints

from superdrift.run.settings import Declaration, declarations

UNIT, FORM = "x-unit", "x-form"
"""Keywords for messages, which no validation reads: the unit of a number; a pattern in words."""

_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean", list: "array"}
_KEYWORDS = {
    "at_least": "minimum",
    "above": "exclusiveMinimum",
    "at_most": "maximum",
    "below": "exclusiveMaximum",
    "pattern": "pattern",
    "unique": "uniqueItems",
    "unit": UNIT,
    "form": FORM,
}


def schema_of(root: type) -> dict[str, Any]:
    """Schema of the configuration that the dataclass `root` declares: no key beyond its own, none missing."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_block(root)}


def kind_of(block: type) -> str:
    """The `kind` of one of several alternative blocks."""
    (kind,) = get_args(get_type_hints(block, include_extras=True)["kind"])
    return kind


def _block(block: type, *, partial: bool = False) -> dict[str, Any]:
    inner = declarations(block).items()
    keys = {name: _schema(replace(declared, partial=partial or declared.partial)) for name, declared in inner}
    return _keys(keys, partial=partial)


def _keys(properties: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [] if partial else list(properties),
        "properties": properties,
    }


def _schema(declared: Declaration) -> dict[str, Any]:
    """Schema of one setting; an entry of a list carries the meaning of the list, which a message then has."""
    schema = {"description": declared.meaning, **_value(declared)}
    if declared.nullable and "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    elif declared.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema


def _value(declared: Declaration) -> dict[str, Any]:
    if declared.choices:
        return {"enum": list(declared.choices)}
    if declared.alternatives:
        return _alternatives(declared.alternatives)
    if declared.type is dict:
        return _dict(declared)
    if declared.type not in _TYPES:
        return _block(declared.type, partial=declared.partial)
    schema = {"type": _TYPES[declared.type], **_limits(declared)}
    if declared.items is not None:
        schema["items"] = _schema(declared.items)
    return schema


def _dict(declared: Declaration) -> dict[str, Any]:
    assert declared.keys is not None and declared.items is not None
    items = _schema(replace(declared.items, partial=declared.partial or declared.items.partial))
    if declared.keys.choices:
        return _keys(dict.fromkeys(declared.keys.choices, items), partial=declared.partial)
    return {"type": "object", "propertyNames": _schema(declared.keys), "additionalProperties": items}


def _alternatives(blocks: tuple[type, ...]) -> dict[str, Any]:
    """`kind` chooses the block: an unknown kind is one error, a wrong key is an error of the kind that was chosen."""
    chosen = [
        {"if": {"properties": {"kind": {"const": kind_of(block)}}, "required": ["kind"]}, "then": _block(block)}
        for block in blocks
    ]
    kinds = {"enum": [kind_of(block) for block in blocks]}
    return {"type": "object", "required": ["kind"], "properties": {"kind": kinds}, "allOf": chosen}


def _limits(declared: Declaration) -> dict[str, Any]:
    of_list = declared.type is list
    words = _KEYWORDS | {
        "fewest": "minItems" if of_list else "minLength",
        "most": "maxItems" if of_list else "maxLength",
    }
    return {words[name]: value for name, value in vars(declared.limits).items() if value is not None}
