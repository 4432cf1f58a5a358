"""Where a file comes from: stage, settings, seed, commit, code fingerprint, inputs, versions of packages."""

import hashlib
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from superdrift.run.fingerprint import fingerprint

_PACKAGES = ("superdrift", "numpy", "pyarrow", "torch", "scikit-learn", "smact", "pymatgen", "snakemake")


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe(module: str, settings: Any, seed: int | None, inputs: Sequence[Path]) -> dict[str, Any]:
    """The provenance record that goes into the metadata of every file that the stage in `module` writes."""
    return {
        "stage": module.rpartition(".")[2],
        "settings": settings,
        "seed": seed,
        "commit": commit(),
        "code": fingerprint(module),
        "inputs": {name: sha256(path) for name, path in input_names(inputs).items() if path.is_file()},
        "versions": _versions(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def input_names(paths: Sequence[Path]) -> dict[str, Path]:
    """A name for each path: that of the file, with as many folders before it as tell it from the others."""
    names: dict[str, Path] = {}
    for path in paths:
        others = [other.parts for other in paths if other != path]
        depth = 1
        while depth < len(path.parts) and any(other[-depth:] == path.parts[-depth:] for other in others):
            depth += 1
        names["/".join(path.parts[-depth:])] = path
    return names


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The checked-out commit of this code, or None where it is no git checkout."""
    here = Path(__file__).resolve().parent
    try:
        answer = subprocess.run(
            ["git", "-C", str(here), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
