"""Kept compiled code: damaged, cut short, half deleted or with no place to lie, it is compiled again and no error."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from limits import HANG_S

SOURCE = Path(__file__).resolve().parents[2] / "src"

MODULE = """
from superdrift.run.kernels import njit

@njit(cache=True)
def double(x):
    return 2 * x

@njit(cache=True)
def add(x, y):
    return double(x) + y
"""


def run(folder):
    """A result of the kernels, imported anew as a new process would, and how many were read back."""
    spec = importlib.util.spec_from_file_location("kernels_here", folder / "kernels_here.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.add(3.0, 1.0), sum(module.add.stats.cache_hits.values())


def kept(folder, kind):
    return sorted((folder / "__pycache__").glob(f"*.{kind}"))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A folder whose kernels have been compiled and kept."""
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels_here.py").write_text(MODULE)
    assert run(folder) == (7.0, 0)
    assert run(folder) == (7.0, 1)
    return folder


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage", [cut, flip, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"\x80."), Path.unlink]
)
def test_a_damaged_cache_mends_itself_once(warm, kind, damage):
    files = kept(warm, kind)
    assert files
    for path in files:
        damage(path)
    assert run(warm) == (7.0, 0)
    assert run(warm) == (7.0, 1)


def test_without_a_folder_to_keep_it_code_is_compiled_in_every_process(tmp_path):
    (tmp_path / "kernels_here.py").write_text(MODULE + "print(add(3.0, 1.0), sum(add.stats.cache_hits.values()))")
    (tmp_path / "__pycache__").write_text("a file where the folder should be")
    nowhere = {"XDG_CACHE_HOME": f"{os.devnull}/cache", "HOME": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", "import kernels_here"], cwd=tmp_path, capture_output=True, text=True, check=False,
            timeout=HANG_S, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, SOURCE))), **nowhere},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == "7.0 0\n"
        assert done.stderr.count("NUMBA_CACHE_DIR") == 1


def test_kernels_are_kept_in_this_way_alone():
    own = [path for path in (SOURCE / "superdrift").rglob("*.py") if path.name != "kernels.py"]
    taken = [path for path in own if re.search(r"from numba import .*\bnjit\b|numba\.njit", path.read_text("utf-8"))]
    assert {path.parent.name for path in taken} == set()
