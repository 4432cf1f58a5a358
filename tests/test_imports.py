"""The training core runs on a bare GPU machine: it imports a handful of packages beside the standard library."""

import sys

import pytest
from package_imports import SOURCE, module_of, reached

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
    f"superconductors/stages/{name}.py"
    for name in (
        "train",
        "generate",
        "condition",
        "inpaint",
        "train_latent",
        "drift_published",
        "train_ensemble",
        "ascend",
    )
)
ELSEWHERE = (
    *(f"energies/{name}.py" for name in ("estimator", "hull", "scores", "stages/gather_energy")),
    "superconductors/generation/shipped.py",
)
"""Modules that serve after the training, or beside runs, where everything is installed."""


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
