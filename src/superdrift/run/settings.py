"""Blocks of the config as settings: the dataclasses of `settings`, filled and checked for keys."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from superdrift.run.errors import InputError

T = TypeVar("T")


def from_mapping(settings: type[T], values: Mapping[str, Any], *, place: str) -> T:
    """Build a settings dataclass from a config block.

    Args:
        settings: the dataclass.
        values: the block.
        place: where the block stands, for messages.

    Raises:
        InputError: for a missing or unknown key.
    """
    hints = get_type_hints(settings)
    names = {field.name for field in fields(settings)}  # type: ignore[arg-type]
    if names != set(values):
        raise InputError(
            f"settings of {place}: missing {sorted(names - set(values))}, unknown {sorted(set(values) - names)};"
            " see config.yaml"
        )
    return settings(
        **{
            name: from_mapping(hints[name], value, place=f"{place}.{name}") if is_dataclass(hints[name]) else value
            for name, value in values.items()
        }
    )
