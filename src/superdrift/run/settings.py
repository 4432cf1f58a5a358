"""Declares settings, each in one place: name, type, unit, range, meaning; fills them from a block of the configuration.

A block is a frozen dataclass whose fields are made by `setting`. From it are made the schema that checks config.yaml
(run/schema.py), the messages of that check, and the comments of the file (run/config_file.py). No field has a default:
values stand in config.yaml alone.

    Threads = Annotated[int, Limits(at_least=1, at_most=256)]

    @dataclass(frozen=True)
    class ClusterSettings:
        perplexity: float = setting("of t-SNE: about how many neighbours a compound has", at_least=2, at_most=1000)
        threads: Threads = setting("processor cores")

A setting may be an int, float, str or bool; a `Literal` of texts (choices); a list or dict of such; a dataclass, which
is a block in the block; each with `| None`. A dict has the keys of a `Literal`, or any that their `Limits` allow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from superdrift.run.errors import InputError

T = TypeVar("T")

_KEY = "declaration"


@dataclass(frozen=True)
class Limits:
    """What a value may be beside its type; `Annotated[int, Limits(...)]` names such a type.

    Attributes:
        unit: unit of a number.
        at_least, above, at_most, below: bounds of a number.
        pattern: regular expression that a text matches.
        form: the pattern in words.
        fewest, most: number of entries of a list, or of characters of a text.
        unique: no entry of a list stands in it twice.
    """

    unit: str | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    pattern: str | None = None
    form: str | None = None
    fewest: int | None = None
    most: int | None = None
    unique: bool | None = None

    def __or__(self, other: "Limits") -> "Limits":
        """These limits, those of `other` before them."""
        return replace(self, **{name: value for name, value in vars(other).items() if value is not None})


@dataclass(frozen=True)
class Alternatives:
    """A block of one of several kinds; its `kind` says which, and so which other keys it has.

    Attributes:
        blocks: dataclasses, each with a field `kind` of one choice.
    """

    blocks: tuple[type, ...]


@dataclass(frozen=True)
class Partial:
    """Marks a block of which any keys may be left out: `Annotated[Block, Partial()]`; it changes another block."""


@dataclass(frozen=True)
class Declaration:
    """All that is declared of one setting, ready to be written as a schema or as a comment.

    Attributes:
        meaning: what it is, for readers of config.yaml and of messages.
        type: int, float, str, bool, list, dict, or a dataclass.
        limits: its bounds.
        nullable: null is a value too.
        choices: the texts it may be; any where empty.
        keys: of a dict, what its keys are.
        items: of a list or dict, what its entries are.
        alternatives: of a block of several kinds, the dataclasses.
        partial: keys of the block may be left out, and those of the blocks in it.
        entries: of a dict with free keys, what the entries that config.yaml has are.
        origin: the mark that `setting` made, the same wherever the field is inherited.
    """

    meaning: str
    type: type
    limits: Limits = Limits()
    nullable: bool = False
    choices: tuple[str, ...] = ()
    keys: "Declaration | None" = None
    items: "Declaration | None" = None
    alternatives: tuple[type, ...] = ()
    partial: bool = False
    entries: Mapping[str, str] = field(default_factory=dict)
    origin: object = None


@dataclass(frozen=True, eq=False)
class _Mark:
    """What `setting` and `passed` leave in a field; compared by identity, because inherited fields share it."""

    meaning: str
    limits: Limits = Limits()
    entries: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


Count = Annotated[int, Limits(at_least=1)]
Share = Annotated[float, Limits(at_least=0, at_most=1)]
Threads = Annotated[int, Limits(at_least=1, at_most=256)]
Slug = Annotated[str, Limits(pattern="^[a-z0-9][a-z0-9-]*$", form="lower-case letters, digits, hyphens")]
"""A name that becomes part of a path."""


def setting(meaning: str, *, entries: Mapping[str, str] | None = None, **limits: Any) -> Any:
    """A field of a block of the configuration.

    Args:
        meaning: what it is; stands beside it in config.yaml and in messages.
        entries: of a dict with free keys, what the entries in config.yaml are.
        limits: arguments of `Limits`; they come before those of the type.
    """
    return field(metadata={_KEY: _Mark(meaning, Limits(**limits), entries or {})})


def passed(*places: str) -> Any:
    """A field of a stage's settings that the workflow fills from another block.

    Args:
        places: where in the configuration the value is declared, e.g. "screen.novel_radius"; * stands for any key.
    """
    return field(metadata={_KEY: _Mark("", sources=places)})


def declarations(block: type) -> dict[str, Declaration]:
    """What a block declares, by key; fields that are `passed` are not among them.

    Raises:
        TypeError: for a field without declaration, or of a type that cannot be declared.
    """
    hints = get_type_hints(block, include_extras=True)
    found = {}
    for name, mark in _marks(block).items():
        if not mark.sources:
            place = f"{block.__name__}.{name}"
            found[name] = replace(
                _declare(hints[name], mark.meaning, mark.limits, place), entries=mark.entries, origin=mark
            )
    return found


def sources(block: type) -> dict[str, tuple[str, ...]]:
    """Where those fields of a stage's settings are declared that the workflow fills from other blocks, by name."""
    return {name: mark.sources for name, mark in _marks(block).items() if mark.sources}


def _marks(block: type) -> dict[str, _Mark]:
    undeclared = [f.name for f in fields(block) if _KEY not in f.metadata]  # type: ignore[arg-type]
    if undeclared:
        raise TypeError(f"{block.__name__}.{undeclared[0]} is not declared; make it with setting(...) or passed(...)")
    return {f.name: f.metadata[_KEY] for f in fields(block)}  # type: ignore[arg-type]


def _declare(hint: Any, meaning: str, limits: Limits, place: str) -> Declaration:
    """The declaration that a type hint makes; `limits` come before its own."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(*arguments, meaning, limits, place)
    if origin in (Union, UnionType) and arguments[1:] == (NoneType,):
        return replace(_declare(arguments[0], meaning, limits, place), nullable=True)
    if origin in (list, dict):
        inner = [_declare(argument, meaning, Limits(unit=limits.unit), place) for argument in arguments]
        return Declaration(meaning, origin, limits, keys=inner[0] if origin is dict else None, items=inner[-1])
    if origin is Literal:
        return Declaration(meaning, str, limits, choices=arguments)
    if hint not in (int, float, str, bool) and not is_dataclass(hint):
        raise TypeError(f"{place}: a setting cannot be of type {hint}")
    return Declaration(meaning, hint, limits)


def _annotated(hint: Any, extra: Any, meaning: str, limits: Limits, place: str) -> Declaration:
    """The declaration that a type hint with limits makes, or one of a block of several kinds or a partial one."""
    if isinstance(extra, Alternatives):
        return Declaration(meaning, dict, limits, alternatives=extra.blocks)
    if isinstance(extra, Partial):
        return replace(_declare(hint, meaning, limits, place), partial=True)
    return _declare(hint, meaning, extra | limits, place)


def from_mapping(settings: type[T], values: Mapping[str, Any], *, place: str) -> T:
    """Build a settings dataclass from a config block; blocks of several kinds stay mappings.

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
    return settings(**{name: _filled(hints[name], value, f"{place}.{name}") for name, value in values.items()})


def _filled(hint: Any, value: Any, place: str) -> Any:
    """A value with the blocks in it made dataclasses."""
    if get_origin(hint) in (Union, UnionType) and value is not None:
        hint = next(argument for argument in get_args(hint) if argument is not NoneType)
    if is_dataclass(hint) and isinstance(hint, type) and value is not None:
        return from_mapping(hint, value, place=place)
    if get_origin(hint) is dict and isinstance(value, Mapping):
        return {key: _filled(get_args(hint)[1], entry, f"{place}.{key}") for key, entry in value.items()}
    if get_origin(hint) is list and isinstance(value, Sequence):
        return [_filled(get_args(hint)[0], entry, place) for entry in value]
    return value
