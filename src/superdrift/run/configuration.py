"""Checks a run's configuration before any job: unknown keys, ranges, references between blocks, formulas."""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError


def validate(config: dict[str, Any], schema_file: Path) -> None:
    """Check a configuration against its schema and against itself.

    Args:
        config: the merged configuration. Numbers that the command line left as text are made numbers in place:
            Snakemake reads `--config 'generate={samples: 5000}'` as the text "5000".
        schema_file: JSON schema, as YAML.

    Raises:
        InputError: naming every offending key or value, where it stands, and what is allowed there.
    """
    validator = Draft202012Validator(yaml.safe_load(Path(schema_file).read_text(encoding="utf-8")))
    for error in list(validator.iter_errors(config)):
        if error.validator == "type" and isinstance(error.instance, str):
            _put(config, list(error.absolute_path), _scalar(error.instance))
    errors = sorted(validator.iter_errors(config), key=lambda error: error.json_path)
    problems = [line for error in errors for line in _explain(error)] or list(_inconsistencies(config))
    if problems:
        raise InputError("the configuration cannot be used:\n" + "\n".join(f"  - {line}" for line in problems))


def _scalar(text: str) -> Any:
    """A number or truth value written as text; the text itself where it is neither."""
    try:
        return float(text) if "e" in text.lower() else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return yaml.safe_load(text) if text.lower() in ("true", "false") else text


def _put(config: Any, path: list[str | int], value: Any) -> None:
    for key in path[:-1]:
        config = config[key]
    config[path[-1]] = value


def _explain(error: ValidationError) -> Iterator[str]:
    """A schema error in words."""
    place = ".".join(str(part) for part in error.absolute_path) or "the top level"
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(allowed)):
            yield f"unknown key '{key}' at {place}{_nearest(key, allowed)}"
    elif error.validator == "enum":
        choices = [str(choice) for choice in error.validator_value]
        nearest = _nearest(str(error.instance), choices)
        yield f"{place} = {_shown(error.instance)} is not one of {', '.join(choices)}{nearest}"
    elif error.validator == "required":
        missing = sorted(set(error.validator_value) - set(error.instance))
        yield f"{place} lacks {', '.join(missing)}; config.yaml shows every key"
    else:
        meaning = error.schema.get("description", "")
        yield f"{place} = {_shown(error.instance)}: {_limits(error)}" + (f" ({meaning})" if meaning else "")


def _limits(error: ValidationError) -> str:
    words = {
        "minimum": "must be at least", "maximum": "must be at most", "exclusiveMinimum": "must be greater than",
        "exclusiveMaximum": "must be less than", "type": "must be of type", "minItems": "fewest entries:",
        "maxItems": "most entries:", "pattern": "must match", "minLength": "shortest length:",
    }  # fmt: skip
    value = error.validator_value
    shown = " or ".join(value) if isinstance(value, list) else value
    return f"{words[error.validator]} {shown}" if error.validator in words else error.message


def _inconsistencies(config: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot say: slugs that must exist, formulas that must parse."""
    catalogue, models = config["catalogue"], config["models"]
    for key in ("references", "starts"):
        for slug in config[key]:
            if slug not in catalogue:
                yield f"{key} names '{slug}', which the catalogue does not hold{_nearest(slug, catalogue)}"
    for slug, entry in catalogue.items():
        try:
            to_vector(parse_formula(entry["formula"]))
        except InputError as error:
            yield f"catalogue.{slug}.formula: {error}"
    for place, name in (
        ("train.model", config["train"]["model"]),
        ("condition.model", config["condition"]["model"]),
    ):
        if name not in models:
            yield f"{place} names '{name}', which models does not hold{_nearest(name, models)}"
    attention = config["energy"]["attention"]
    if attention["width"] % attention["heads"]:
        yield (
            f"energy.attention.width = {attention['width']} is not a multiple of its heads, {attention['heads']};"
            " each head takes an equal part"
        )
    conditioner = models.get(config["condition"]["model"])
    if config["references"] and conditioner and conditioner["process"] != "gaussian":
        yield f"condition.model = '{config['condition']['model']}' is not gaussian; ILVR needs a gaussian model"


def _nearest(word: str, choices: Any) -> str:
    match = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f"; did you mean '{match[0]}'?" if match else ""


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
