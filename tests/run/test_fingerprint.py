"""The code fingerprint: what changes it, what does not, on a small made-up package."""

import textwrap

import pytest

from superdrift.run import fingerprint as module
from superdrift.run.fingerprint import fingerprint

FILES = {
    "stages/train.py": """
        from superdrift.core import model
        from superdrift.core.loss import loss

        def train(x):
            return model.build(loss(x))
        """,
    "core/__init__.py": "",
    "stages/__init__.py": "",
    "__init__.py": "",
    "core/model.py": """
        from superdrift.core.numbers import WIDTH

        def build(x: int) -> int:
            '''Builds.'''
            return x * WIDTH  # comment
        """,
    "core/numbers.py": """
        WIDTH = 3
        UNUSED = 4
        """,
    "core/loss.py": """
        def loss(x):
            return _inner(x)

        def _inner(x):
            return x

        def unused(x):
            return x
        """,
    "progress.py": "SHOWN = 1\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write the package, changed as asked, and return the fingerprint of its stage."""

    def hashed(**changes):
        for name, text in FILES.items():
            for old, new in changes.get(name.split("/")[-1].removesuffix(".py"), []):
                assert old in text
                text = text.replace(old, new)  # noqa: PLW2901
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        module._parsed.cache_clear()
        return fingerprint("superdrift.stages.train")

    monkeypatch.setattr(module, "SOURCE", tmp_path)
    yield hashed
    module._parsed.cache_clear()


@pytest.mark.parametrize(
    "changes",
    [
        {"model": [("  # comment", "  # another")]},
        {"model": [("Builds.", "Makes.")]},
        {"model": [("'''Builds.'''\n            ", "")]},
        {"model": [("x: int) -> int", "x: float)")]},
        {"loss": [("def _inner(x):", "def _inner(x):\n            '''New docstring.'''")]},
        {"loss": [("def unused(x):\n            return x", "def unused(x):\n            return 2 * x")]},
        {"numbers": [("UNUSED = 4", "UNUSED = 5")]},
        {"numbers": [("WIDTH = 3", "WIDTH: int = 3")]},
        {"train": [("def train", "\n\n        def train")]},
    ],
    ids=str,
)
def test_what_changes_no_result(package, changes):
    assert package() == package(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"numbers": [("WIDTH = 3", "WIDTH = 4")]},
        {"numbers": [("WIDTH = 3", "WIDTH = 3\n        WIDTH = WIDTH + 1")]},
        {"numbers": [("WIDTH = 3", "WIDTH = 3\n        print(WIDTH)")]},
        {"model": [("x * WIDTH", "x + WIDTH")]},
        {"loss": [("def _inner(x):\n            return x", "def _inner(x):\n            return -x")]},
        {"loss": [("def loss(x)", "def loss(x=1)")]},
        {"train": [("loss(x))", "loss(x) + 1)")]},
    ],
    ids=str,
)
def test_what_changes_results(package, changes):
    assert package() != package(**changes)


def test_a_name_defined_twice_keeps_both_definitions(package):
    twice = [("WIDTH = 3", "WIDTH = 3\n        WIDTH = WIDTH + 1")]
    thrice = [("WIDTH = 3", "WIDTH = 5\n        WIDTH = WIDTH + 1")]
    assert package(numbers=twice) != package(numbers=thrice)


def test_whole_module_import_is_followed(package):
    plain = [
        ("from superdrift.core import model", "import superdrift.core.model"),
        ("model.build", "superdrift.core.model.build"),
    ]
    assert package(train=plain) != package(train=plain, numbers=[("WIDTH = 3", "WIDTH = 4")])


def test_import_inside_a_function_is_followed(package):
    inside = [
        ("from superdrift.core import model\n        ", ""),
        ("def train(x):", "def train(x):\n            from superdrift.core import model"),
    ]
    assert package(train=inside) != package(train=inside, numbers=[("WIDTH = 3", "WIDTH = 4")])


def test_relative_import_is_refused(package):
    with pytest.raises(ValueError, match="relative import"):
        package(model=[("from superdrift.core.numbers", "from .numbers")])


def test_unknown_module():
    with pytest.raises(FileNotFoundError):
        fingerprint("superdrift.stages.absent")


def test_progress_and_provenance_are_left_out():
    assert {"superdrift.run.progress", "superdrift.run.provenance"} <= module.LEFT_OUT
    assert len(fingerprint("superdrift.superconductors.stages.prepare")) == 16


def test_declarations_of_settings_are_left_out(package):
    declared = [("from superdrift.core import model", "from superdrift.core import model, settings")]
    used = [("return model", "settings.Block\n            return model")]
    first = package(train=declared + used)
    folder = module.SOURCE / "core"
    (folder / "settings.py").write_text("class Block:\n    width = 'of something'\n")
    module._parsed.cache_clear()
    second = fingerprint("superdrift.stages.train")
    (folder / "settings.py").write_text("class Block:\n    width = 'of something else'\n")
    module._parsed.cache_clear()
    assert fingerprint("superdrift.stages.train") == second
    assert len(first) == 16
