"""The core runs on a bare GPU machine: diffusion/, latent/, energy/ and their stages import a handful of packages."""

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "superdrift"
ALLOWED = {"torch", "numpy", "pyarrow", "safetensors", "tqdm"}
"""Beside the standard library. tqdm draws the progress bar; it comes with every stack that trains models."""
CORE = (
    "learning",
    "diffusion",
    "energies",
    "superconductors/generation",
    "superconductors/drift",
    "superconductors/encoding",
)
"""Folders, besides the stages that train and sample."""
STAGES = tuple(
    f"superconductors/stages/{name}.py" for name in ("train", "generate", "condition", "train_latent", "drift")
)
ELSEWHERE = tuple(f"energies/{name}.py" for name in ("estimator", "hull", "scores", "stages/gather_energy"))
"""Modules of energies/ that serve after the training, where everything is installed."""


def module_of(path):
    """src/superdrift/a/b.py → superdrift.a.b."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def path_of(module):
    """The file of a module of the package; None where there is none."""
    base = SOURCE.parent.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def imported(path):
    """Dotted names that a file imports, wherever in it: both `a.b` and `a.b.c` for `from a.b import c`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


def core():
    """Modules that the rule binds."""
    files = [path for folder in CORE for path in sorted((SOURCE / folder).rglob("*.py"))]
    files += [SOURCE / stage for stage in STAGES]
    return [module_of(path) for path in files if path.relative_to(SOURCE).as_posix() not in ELSEWHERE]


@pytest.mark.parametrize("module", core())
def test_core_imports_nothing_but_a_handful(module):
    for reached_module, packages in reached([module]).items():
        foreign = packages - ALLOWED - sys.stdlib_module_names
        assert not foreign, f"{module} reaches {reached_module}, which imports {', '.join(sorted(foreign))}"


def test_the_walk_finds_what_is_imported_indirectly():
    found = reached(["superdrift.superconductors.stages.train"])
    assert "superdrift.learning.training" in found and "superdrift.superconductors.encoding.tokens" in found
    assert "torch" in found["superdrift.learning.training"]


def test_the_rule_can_fail():
    assert "scipy" in {name for names in reached(["superdrift.composition.near_duplicates"]).values() for name in names}
