"""The import graph of the package, read from its syntax trees: nothing is executed."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "superdrift"


def module_of(path, source=SOURCE):
    """src/superdrift/a/b.py → superdrift.a.b."""
    parts = path.relative_to(source.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def path_of(module, source=SOURCE):
    """The file of a module of the package; None where there is none."""
    base = source.parent.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def files(source=SOURCE):
    """Every Python file of the package."""
    return sorted(source.rglob("*.py"))


def imported(path, *, anywhere=True):
    """Dotted names that a file imports: both `a.b` and `a.b.c` for `from a.b import c`.

    With `anywhere` false, only what is imported as the module itself is: not inside functions.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if anywhere else _outside_functions(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _outside_functions(tree):
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


def module_graph(source=SOURCE):
    """For each module of the package, the modules of it that it imports as it is imported itself.

    `from a import b` leads to the module `a.b` where there is one, else to `a`.
    """
    graph = {}
    for path in files(source):
        names = {name for name in imported(path, anywhere=False) if path_of(name, source) is not None}
        packages = {name.rpartition(".")[0] for name in names}
        graph[module_of(path, source)] = names - packages
    return graph


def reached(start):
    """Every module of the package that importing one of `start` imports, with the outside packages each names."""
    found, todo = {}, list(start)
    while todo:
        module = todo.pop()
        path = path_of(module)
        if module in found or path is None:
            continue
        names = set(imported(path))
        found[module] = {name.split(".")[0] for name in names} - {"superdrift"}
        todo += [name for name in names if name.startswith("superdrift")]
        todo += [".".join(module.split(".")[:i]) for i in range(1, module.count(".") + 1)]
    return found
