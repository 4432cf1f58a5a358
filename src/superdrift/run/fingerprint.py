"""A hash of the code that a stage's results depend on: Snakemake reruns what an edit touches, no more.

Starting from the stage's module, every definition it uses inside the package is followed by name. Hashed are
the syntax trees without docstrings and annotations: a comment changes nothing, a sampler what it sampled.
"""

import ast
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = "superdrift"
SOURCE = Path(__file__).resolve().parents[1]

LEFT_OUT = frozenset(
    f"{PACKAGE}.run.{name}" for name in ("command", "errors", "fingerprint", "kernels", "progress", "provenance")
)
"""Modules that change no result: messages, progress, provenance, where compiled code is kept."""
DECLARATIONS = frozenset({"settings", "contract"})
"""Modules and folders of these names declare settings and paths; their values are what Snakemake compares."""


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
        if target in seen or target[0] in LEFT_OUT or DECLARATIONS & set(target[0].split(".")):
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
            elif isinstance(inner, ast.Import | ast.ImportFrom):
                more += _targets(inner).values()
        more += _imported(node, module)
    return {key: ast.dump(node) for key, node in nodes.items()}, more


def _imported(node: ast.stmt, module: _Module) -> list[tuple[str, str | None]]:
    """What a definition uses of the module's imports; of a module used only as `tables.read`, that name alone."""
    found: list[tuple[str, str | None]] = []
    narrowed = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            target, within = module.imports.get(inner.value.id, ("", ""))
            if target and within is None:
                found.append((target, inner.attr))
                narrowed.add(inner.value)
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner not in narrowed)
    return found + [module.imports[inner.id] for inner in names if inner.id in module.imports]


@cache
def _parsed(name: str) -> _Module:
    module = _Module()
    for node in _Plain().visit(ast.parse(_path(name).read_text(encoding="utf-8"))).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module.imports |= _targets(node)
            if isinstance(node, ast.Import) and _targets(node):
                module.effects.append(node)  # `import superdrift.x` binds `superdrift`: followed whatever is used
            continue
        names = _names(node)
        module.effects += [module.definitions[name] for name in names if name in module.definitions]
        module.definitions |= dict.fromkeys(names, node)
        if not names:
            module.effects.append(node)
    return module


def _names(node: ast.stmt) -> list[str]:
    """Names that a statement defines and nothing else; a name defined twice keeps both definitions."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _targets(node: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, str | None]]:
    """Local name → (module, name in it or None for the whole module), for imports from inside the package."""
    if isinstance(node, ast.Import):
        return {a.asname or a.name: (a.name, None) for a in node.names if a.name.split(".")[0] == PACKAGE}
    if node.level:
        raise ValueError(f"relative import in line {node.lineno}: write it as from {PACKAGE}.… import …")
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

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop strings that stand alone: docstrings."""
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        """Drop `pass`, so that a body with a docstring alone equals one with `pass`."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """`x: int = 1` → `x = 1`; a bare declaration keeps its name."""
        if node.value is None:
            return ast.copy_location(ast.Expr(ast.Name(ast.unparse(node.target), ast.Load())), node)
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))  # type: ignore

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop the annotation of an argument."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Drop the annotation of a return value."""
        node.returns = None
        self.generic_visit(node)
        return node
