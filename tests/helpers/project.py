"""A working copy of the project, with the commands that its users type."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from limits import HANG_S

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "config.yaml", "workflow", "src", "envs", "pyproject.toml")


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
        for part in ("energy", "estimators"):
            if (ROOT / "data" / part).is_dir():
                shutil.copytree(ROOT / "data" / part, folder / "data" / part)
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
