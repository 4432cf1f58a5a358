"""Shared by all tests: a copy of the project to run the workflow in, and one finished tiny run."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from limits import HANG_S

settings.register_profile("untimed", deadline=None)  # timing never decides a test: machines are shared
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("Snakefile", "config.yaml", "workflow", "src", "envs", "pyproject.toml")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The user's cache folder is left alone: what is kept between commands is kept for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@dataclass(frozen=True)
class Project:
    """A working copy of the project, with the user's commands."""

    folder: Path

    @classmethod
    def copy(cls, folder):
        """Copy what a run needs, without results, downloads or caches."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy(source, folder / part)
        (folder / "data").mkdir()
        for file in (ROOT / "data").glob("*.*"):
            shutil.copy(file, folder / "data")
        if (ROOT / "data/energy").is_dir():
            shutil.copytree(ROOT / "data/energy", folder / "data/energy")
        return cls(folder)

    def snakemake(self, *arguments, preset="test", environment=None):
        """Run snakemake as a user does, with one preset."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        return subprocess.run(
            [*command, "--configfile", f"workflow/presets/{preset}.yaml"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=False,
            env={**os.environ, "PYTHONPATH": "", **(environment or {})},
        )

    def files(self, below="results"):
        """Every file below a folder with its content, to tell whether anything changed."""
        return {
            path.relative_to(self.folder): path.read_bytes()
            for path in sorted((self.folder / below).rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """One finished run of the test preset; tests must not change it (copy it instead)."""
    project = Project.copy(tmp_path_factory.mktemp("finished") / "project")
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def finished_copy(finished, tmp_path):
    """A copy of the finished run, times of files kept, free to be damaged."""
    shutil.copytree(finished.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the project, nothing run yet."""
    return Project.copy(tmp_path / "project")
