"""Writes config.yaml: the values, each with the comment that its declaration makes."""

import json
import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from superdrift.run.schema import kind_of
from superdrift.run.settings import Declaration, Limits, declarations

WIDTH = 120
"""Columns of the file."""
COLUMN = 34
"""Column of the comments that stand beside a value."""
INDENT = 2
"""Columns by which a block stands further in."""
SMALL = 3
"""Most keys of an entry that is written in one line."""
LONGEST_CHOICES = 60
"""Characters up to which all choices of a setting are listed."""
SHORT_CHOICES = 30
"""Characters up to which they stand in one line."""
SIMPLE = (int, float, str, bool)
"""Types of values that are neither lists nor blocks."""
_FIXED = "\N{SYMBOL FOR SPACE}"
"""A space at which no line breaks; written as a space."""
_PLAIN = re.compile(r"[\w./+-]+", re.ASCII)
"""Texts that may stand without quotes, unless YAML reads them as something else."""


def render(values: Mapping[str, Any], root: type, *, header: str) -> str:
    """The text of a configuration file.

    Args:
        values: the configuration, in the order in which it is written; it must be a valid one.
        root: the dataclass that declares it.
        header: lines at the top, without comment signs.
    """
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    declared, after_block = declarations(root), True
    for key, value in values.items():
        block = isinstance(value, Mapping)
        lines += [""] if block or after_block else []
        lines += _setting(key, value, declared[key], depth=0, explained=set())
        after_block = block
    return "\n".join(lines) + "\n"


def _setting(key: str, value: Any, declared: Declaration, *, depth: int, explained: set[object]) -> Iterator[str]:
    """The lines of one setting; comments of those in `explained` stand above already."""
    indent = INDENT * depth
    start, comment = f"{' ' * indent}{key}:", [] if declared.origin in explained else [comment_of(declared)]
    inner = _declared_in(value, declared)
    if inner is None or _inline(inner, explained):
        yield from _commented(f"{start} {_flow(value)}", comment, indent=indent)
    elif declared.type is dict and not declared.alternatives:
        keys = _small(value, declared)
        yield from _commented(start, comment + [f"{name}: {comment_of(d)}" for name, d in keys.items()], indent=indent)
        yield from _entries(value, declared, depth=depth + 1, explained={d.origin for d in keys.values()})
    else:
        yield from _commented(start, comment, indent=indent)
        for name, entry in value.items():
            yield from _setting(name, entry, inner[name], depth=depth + 1, explained=explained)


def _entries(values: Mapping[str, Any], declared: Declaration, *, depth: int, explained: set[object]) -> Iterator[str]:
    """The entries of a dict with free keys: what is in them is explained where it stands first."""
    for name, value in values.items():
        entry = _entry(name, declared)
        yield from _setting(name, value, entry, depth=depth, explained=explained)
        explained = explained | set(_origins(value, entry))


def _entry(name: str, declared: Declaration) -> Declaration:
    """The declaration of an entry of a dict with free keys."""
    assert declared.items is not None
    return replace(declared.items, meaning=declared.entries.get(name, ""), origin=object())


def _small(values: Mapping[str, Any], declared: Declaration) -> dict[str, Declaration]:
    """The keys of a dict's entries, where these hold so little that each takes one line and all are explained above."""
    inner = [_declared_in(value, _entry(name, declared)) for name, value in values.items()]
    flat = all(block and len(block) <= SMALL and all(d.type in SIMPLE for d in block.values()) for block in inner)
    return {name: d for block in inner for name, d in (block or {}).items()} if flat else {}


def _declared_in(value: Any, declared: Declaration) -> dict[str, Declaration] | None:
    """What the keys of a block declare; None for a value that is no block."""
    if not isinstance(value, Mapping):
        return None
    if declared.alternatives:
        kinds = tuple(kind_of(block) for block in declared.alternatives)
        inner = declarations(declared.alternatives[kinds.index(value["kind"])])
        return inner | {"kind": replace(inner["kind"], choices=kinds)}
    if declared.type is dict:
        assert declared.keys is not None
        return None if declared.keys.choices else {name: _entry(name, declared) for name in value}
    return declarations(declared.type)


def _origins(value: Any, declared: Declaration) -> Iterator[object]:
    """The declarations of a block's keys, and of the keys of the blocks in it."""
    for name, entry in (_declared_in(value, declared) or {}).items():
        yield entry.origin
        yield from _origins(value[name], entry)


def _inline(inner: Mapping[str, Declaration], explained: set[object]) -> bool:
    """Whether a block is written in one line: every key of it was explained above, and none is a block."""
    return all(d.origin in explained and d.type in (*SIMPLE, list) for d in inner.values())


def comment_of(declared: Declaration) -> str:
    """What stands beside a setting: its unit, its meaning, and what it may be."""
    text = "; ".join(part for part in (declared.limits.unit, declared.meaning) if part)
    allowed = _allowed(declared)
    return f"{text} {allowed}" if allowed else text


def _allowed(declared: Declaration) -> str:
    """The values that a setting may have, as short as can be; nothing where that would tell nothing."""
    if declared.items is not None and declared.items.type in (*SIMPLE, list):
        return _allowed(declared.items)
    if declared.choices:
        text = " | ".join([*declared.choices, *(["null"] if declared.nullable else [])])
        shown = text.replace(" ", _FIXED) if len(text) <= SHORT_CHOICES else text
        return f"[{shown}]" if len(text) <= LONGEST_CHOICES else ""
    return _interval(declared.limits) if declared.type in (int, float) else ""


def _interval(limits: Limits) -> str:
    """The range of a number as an interval, which no line break parts."""
    low = limits.above if limits.at_least is None else limits.at_least
    high = limits.below if limits.at_most is None else limits.at_most
    if high is None:
        return "" if low in (None, 1) else f"{'(' if limits.at_least is None else '['}{low},{_FIXED}∞)"
    left = "(−∞" if low is None else f"{'(' if limits.at_least is None else '['}{low}"
    return f"{left},{_FIXED}{high}{')' if limits.at_most is None else ']'}"


def _commented(text: str, comments: Sequence[str], *, indent: int) -> Iterator[str]:
    """A value with its comment to the right, or above it where the value is long and the comment is too."""
    comments = [comment for comment in comments if comment]
    column = max(COLUMN, len(text) + 2)
    fits = len(comments) == 1 and column + 2 + len(comments[0]) <= WIDTH
    if comments and not fits and column > COLUMN:
        for comment in comments:
            yield from _filled(comment, " " * indent + "# ", " " * indent + "# ")
        comments = []
    first = f"{text:<{column}}# " if comments else ""
    for comment in comments:
        yield from _filled(comment, first or f"{'':<{column}}# ", f"{'':<{column}}# ")
        first = ""
    if not comments:
        yield from _filled(text, "", " " * (indent + INDENT))


def _filled(text: str, first: str, others: str) -> list[str]:
    """A text in lines as long as the page is wide, `first` before the first of them and `others` before the others."""
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False, break_long_words=False
    )
    return [line.replace(_FIXED, " ") for line in lines]


def _flow(value: Any) -> str:
    """A value as YAML in one line; reading it back gives the value."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    if isinstance(value, float):
        mantissa, sign, exponent = repr(value).partition("e")
        return mantissa + ("" if not sign or "." in mantissa else ".0") + sign + exponent  # YAML reads 1e-05 as a text
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
            return value
        quoted = yaml.safe_dump(value, default_style='"', width=math.inf, allow_unicode=_FIXED not in value)
        return quoted.rstrip("\n").replace(" ", _FIXED)
    return json.dumps(value)
