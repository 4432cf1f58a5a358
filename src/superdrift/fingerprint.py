"""A hash of the code that a stage's results depend on, so that Snakemake reruns what an edit touches and nothing else.

Starting from the stage's module, every definition it uses inside the package is followed by name. Hashed are the
syntax trees without docstrings and annotations: a comment changes nothing, a sampler changes what it sampled.
"""

import ast
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = "superdrift"
SOURCE = Path(__file__).resolve().parent

LEFT_OUT = frozenset(
    f"{PACKAGE}.{name}" for name in ("errors", "fingerprint", "progress", "provenance", "settings", "stages.command")
)
"""Modules that change no result: messages, progress, provenance, and declarations whose values are hashed as config."""


@dataclass
class _Module:
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    effects: list[ast.stmt] = field(default_factory=list)


def fingerprint(module: str) -> str:
    """Hash of everything inside the package that `module` (dotted name) uses; 16 hexadecimal digits.

    Raises:
        FileNotFoundError: when the module does not exist.
    """
    found: dict[tuple[str, str], str] = {}
    seen: set[tuple[str, str | None]] = set()
    todo: list[tuple[str, str | None]] = [(module, None)]
    while todo:
        target = todo.pop()
        if target in seen or target[0] in LEFT_OUT:
            continue
        seen.add(target)
        nodes, more = _used(*target)
        found |= {(target[0], key): text for key, text in nodes.items()}
        todo += more
    digest = hashlib.sha256(repr(sorted(found.items())).encode())
    return digest.hexdigest()[:16]


def _used(name: str, wanted: str | None) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
    """Normalised code of one definition (all of them for None), and what it refers to inside the package."""
    module = _parsed(name)
    if wanted is not None and wanted in module.imports:
        return {}, [module.imports[wanted]]
    keys = [wanted] if wanted in module.definitions else list(module.definitions)
    nodes = {key: module.definitions[key] for key in keys}
    nodes |= {f"<effect {i}>": node for i, node in enumerate(module.effects)}
    more: list[tuple[str, str | None]] = []
    for node in nodes.values():
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in module.definitions:
                more.append((name, inner.id))
            elif isinstance(inner, ast.Name) and inner.id in module.imports:
                more.append(module.imports[inner.id])
            elif isinstance(inner, ast.Import | ast.ImportFrom):
                more += _targets(inner).values()
    return {key: ast.dump(node) for key, node in nodes.items()}, more


@cache
def _parsed(name: str) -> _Module:
    module = _Module()
    for node in _Plain().visit(ast.parse(_path(name).read_text(encoding="utf-8"))).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module.imports |= _targets(node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            module.definitions[node.name] = node
        elif isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
            module.definitions |= {t.id: node for t in node.targets if isinstance(t, ast.Name)}
        elif not isinstance(node, ast.Pass):
            module.effects.append(node)
    return module


def _targets(node: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, str | None]]:
    """Local name → (module, name in it or None for the whole module), for imports from inside the package."""
    if isinstance(node, ast.Import):
        return {a.asname or a.name: (a.name, None) for a in node.names if a.name.split(".")[0] == PACKAGE}
    if not node.module or node.module.split(".")[0] != PACKAGE:
        return {}
    found: dict[str, tuple[str, str | None]] = {}
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        found[alias.asname or alias.name] = (inner, None) if _exists(inner) else (node.module, alias.name)
    return found


def _path(name: str) -> Path:
    base = SOURCE.joinpath(*name.split(".")[1:])
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _exists(name: str) -> bool:
    return _path(name).is_file()


class _Plain(ast.NodeTransformer):
    """Takes docstrings and annotations out of a syntax tree."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:  # noqa: N802 - the name that ast prescribes
        """Drop strings that stand alone: docstrings."""
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Pass() if text else self.generic_visit(node)  # type: ignore[return-value]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:  # noqa: N802
        """`x: int = 1` → `x = 1`; a bare declaration keeps its name."""
        if node.value is None:
            return ast.copy_location(ast.Expr(ast.Name(ast.unparse(node.target), ast.Load())), node)
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))  # type: ignore

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop the annotation of an argument."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:  # noqa: N802
        """Drop the annotation of a return value."""
        node.returns = None
        self.generic_visit(node)
        return node
