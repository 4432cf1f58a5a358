"""The page of the numbers that stand in the code, not in the config: docs/methods/constants.md, made from the source.

    python -m superdrift.run.constants            # whether the page is up to date
    python -m superdrift.run.constants --write    # make it so

A numeric constant is an assignment in capitals, outside functions and classes, of numbers written out, alone or in a
container. The string below it says what it is, its unit, and why it is no setting. What is computed from other
constants is not listed.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PAGE = PACKAGE.parents[1] / "docs" / "methods" / "constants.md"

LONGEST_VALUE = 60
"""Characters; longer values are not repeated on the page of constants, which names their place. Layout."""

_HEAD = """# Numbers in the code

Made from the source by `python -m superdrift.run.constants --write`. What may be chosen stands in
[config.yaml](../../config.yaml), with unit and range. What follows stays in the code, with the reason: facts and
definitions, tolerances of rounding, sizes of blocks on which no result depends, parts of a method without which
results would no longer compare.
"""
_CONTAINERS = ("frozenset", "tuple", "list", "set", "dict")
_NUMBERS = ("inf", "nan", "pi")
_NAME = re.compile(r"_?[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Constant:
    """A numeric constant.

    Attributes:
        module: its file, relative to the package.
        name: its name; several names where they are assigned together.
        value: as the source has it, on one line.
        meaning: the string below it, on one line; empty where there is none.
    """

    module: str
    name: str
    value: str
    meaning: str


def constants(package: Path = PACKAGE) -> list[Constant]:
    """Numeric constants of all modules below a folder, by module, in the order of the source."""
    return [found for path in sorted(package.rglob("*.py")) for found in _of_module(path, package)]


def page(found: list[Constant]) -> str:
    """The page that lists them: one table a module."""
    parts = [_HEAD]
    for module, own in groupby(found, key=lambda constant: constant.module):
        parts.append(
            f"\n## `{module}`\n\n| constant | value | what it is, and why it stays in the code |\n|---|---|---|\n"
        )
        parts += [f"| `{c.name}` | {_shown(c.value)} | {c.meaning.replace('|', chr(92) + '|')} |\n" for c in own]
    return "".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: the page is up to date, or was written; 1: it is not."""
    parser = argparse.ArgumentParser(prog="python -m superdrift.run.constants", description="The page of constants.")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    wanted = parser.parse_args(arguments)
    text = page(constants())
    if wanted.write:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        print(f"{PAGE} is not up to date; run python -m superdrift.run.constants --write", file=sys.stderr)
        return 1
    return 0


def _of_module(path: Path, package: Path) -> Iterator[Constant]:
    source = path.read_text(encoding="utf-8")
    for node, following in pairwise([*ast.parse(source).body, ast.Pass()]):
        names = _names(node)
        if names and _has_number(node.value) and _written_out(node.value):
            value = ast.get_source_segment(source, node.value) or ""
            yield Constant(path.relative_to(package).as_posix(), ", ".join(names), _line(value), _text(following))


def _names(node: ast.stmt) -> list[str]:
    """Names in capitals that a statement assigns; none where it assigns anything else."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    names = [part.id for part in parts if isinstance(part, ast.Name) and _NAME.fullmatch(part.id)]
    return names if len(names) == len(parts) else []


def _has_number(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Constant) and _is_number(node.value) for node in ast.walk(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written_out(node: ast.expr, *, inside: bool = False) -> bool:
    """Whether an expression is numbers and texts written out; inside a container other constants may stand too."""
    match node:
        case ast.Constant():
            return True
        case ast.Name():
            return inside
        case ast.Attribute():
            return node.attr in _NUMBERS
        case ast.Tuple() | ast.List() | ast.Set():
            parts, inside = list(node.elts), True
        case ast.Dict():
            parts, inside = [*node.keys, *node.values], True
        case ast.Call(func=ast.Name(id=called)) if called in _CONTAINERS:
            parts, inside = node.args, True
        case ast.BinOp():
            parts = [node.left, node.right]
        case ast.UnaryOp():
            parts = [node.operand]
        case _:
            return False
    return all(part is not None and _written_out(part, inside=inside) for part in parts)


def _text(node: ast.stmt) -> str:
    """The string that a statement is, on one line; empty for any other statement."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return _line(node.value.value)
    return ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _shown(value: str) -> str:
    return f"`{value}`" if len(value) <= LONGEST_VALUE else "a table"


if __name__ == "__main__":
    sys.exit(main())
