"""Checks a run's configuration before any job: unknown keys, ranges, and what the caller's own check finds."""

import difflib
import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from superdrift.run.errors import InputError
from superdrift.run.schema import FORM, UNIT, schema_of

LONGEST_MEANING = 150
"""Characters of a setting's meaning that a message shows."""


def _is_whole(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


# JSON schema takes 3.0 for a whole number; a stage that counts with it would not. It knows no infinity and no nan.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_whole, "number": _is_number}),
)


def validate(
    config: dict[str, Any], root: type, inconsistencies: Callable[[Mapping[str, Any]], Iterable[str]] = lambda _: ()
) -> None:
    """Check a configuration against its declaration and against itself.

    Args:
        config: the merged configuration. Numbers that the command line left as text are made numbers in place:
            Snakemake reads `--config 'generate={samples: 5000}'` as the text "5000".
        root: the dataclass that declares the configuration.
        inconsistencies: what a schema cannot say; asked only of a configuration whose every value is allowed.

    Raises:
        InputError: naming every offending key or value, where it stands, and what is allowed there.
    """
    validator = _validator(root)
    for error in list(validator.iter_errors(config)):
        if error.validator == "type":
            _put(config, list(error.absolute_path), _number(error.instance))
    errors = sorted(validator.iter_errors(config), key=lambda error: error.json_path)
    problems = [line for error in errors for line in _explain(error)] or list(inconsistencies(config))
    if problems:
        raise InputError("the configuration cannot be used:\n" + "\n".join(f"  - {line}" for line in problems))


def refuse_repeated_keys(files: Iterable[Path]) -> None:
    """Refuse configuration files that have a key twice in one block, of which YAML keeps the last without a word.

    Raises:
        InputError: naming every such key, its file and its lines.
    """
    problems = []
    for file in files:
        root = yaml.compose(Path(file).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        problems += [f"{file}: {problem}" for problem in _repeated(root, ())]
    if problems:
        raise InputError("the configuration cannot be used:\n" + "\n".join(f"  - {line}" for line in problems))


def _repeated(node: yaml.Node | None, place: tuple[str, ...]) -> Iterator[str]:
    """What stands twice in a node of YAML, and in the nodes below it."""
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _repeated(entry, place)
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield f"{'.'.join((*place, name))} stands in line {lines[name]} and in line {line}; keep one of them"
            lines.setdefault(name, line)
            yield from _repeated(value, (*place, name))


@cache
def _validator(root: type) -> Any:
    return _Validator(schema_of(root))


def _number(value: Any) -> Any:
    """A number, truth value or null written as text, a whole number written as 3.0e+3; other values as they are."""
    if isinstance(value, str):
        try:
            value = float(value) if "e" in value.lower() else yaml.safe_load(value)
        except (ValueError, yaml.YAMLError):
            value = yaml.safe_load(value) if value.lower() in ("true", "false") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _put(config: Any, path: Sequence[str | int], value: Any) -> None:
    if path:
        for key in path[:-1]:
            config = config[key]
        config[path[-1]] = value


def _explain(error: ValidationError) -> Iterator[str]:
    """A schema error in words."""
    place = ".".join(str(part) for part in error.absolute_path) or "the top level"
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(allowed), key=str):
            hint = nearest(str(key), allowed) or f"; it may hold {', '.join(allowed)}"
            yield f"unknown key '{key}' at {place}{hint}"
    elif error.validator == "required":
        yield from _missing(error, place)
    elif "propertyNames" in error.absolute_schema_path:
        yield f"the name '{error.instance}' at {place} {_allowed(error)}"
    elif error.validator == "enum":
        choices = ["null" if choice is None else str(choice) for choice in error.validator_value]
        hint = nearest(str(error.instance), choices)
        yield f"{place} = {shown(error.instance)} is not one of {', '.join(choices)}{hint}{_meaning(error)}"
    else:
        yield f"{place} = {shown(error.instance)}: {_allowed(error)}{_meaning(error)}"


def _missing(error: ValidationError, place: str) -> Iterator[str]:
    """The keys that a block lacks; jsonschema makes an error of each, of which the first one tells all."""
    missing = [key for key in error.validator_value if key not in error.instance]
    if error.message.startswith(repr(missing[0])):
        yield f"{place} lacks {', '.join(sorted(missing))}; config.yaml shows every key"


def _allowed(error: ValidationError) -> str:
    """What is allowed instead: the whole range of a number, the kind of value, the number of entries."""
    value, schema = error.validator_value, error.schema
    if error.validator in _BOUNDS:
        return "must be " + " and ".join(f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema)
    if error.validator == "pattern":
        return f"must match {value}" + (f" ({schema[FORM]})" if FORM in schema else "")
    if error.validator == "uniqueItems":
        twice = next(entry for i, entry in enumerate(error.instance) if entry in error.instance[:i])
        return f"must not hold {shown(twice)} twice"
    kinds = value if isinstance(value, list) else [value]
    words = {
        "type": f"must be of type {' or '.join(map(str, kinds))}",
        "minItems": f"fewest entries: {value}",
        "maxItems": f"most entries: {value}",
        "minLength": f"shortest length: {value}",
        "maxLength": f"longest length: {value}",
    }
    return words.get(str(error.validator), error.message)


_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "greater than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _meaning(error: ValidationError) -> str:
    """Unit and meaning of the setting, in brackets."""
    meaning = textwrap.shorten(error.schema.get("description", ""), LONGEST_MEANING, placeholder=" …")
    parts = [part for part in (error.schema.get(UNIT), meaning) if part]
    return f" ({'; '.join(parts)})" if parts else ""


def nearest(word: str, choices: Iterable[str]) -> str:
    """A question that names the choice most like a misspelt word; nothing where none is like it."""
    match = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f"; did you mean '{match[0]}'?" if match else ""


def shown(value: Any) -> str:
    """A value as it stands in the configuration, cut where it is long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
