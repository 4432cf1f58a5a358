"""What stands before every shell command of the workflow: strict bash, this code, the Python that runs Snakemake."""

import os
import shlex
from pathlib import Path

from superdrift.run.errors import InputError

CHANGED = {
    "a cluster": "$`\\%",  # sbatch is given the command in double quotes, and reads % in a log's name
    "--use-conda": "':",  # snakemake names the environment between apostrophes, conda puts it into PATH
}
"""Characters of a folder's name that the ways to run a job elsewhere do not hand on as they are."""


def shell_prefix(source: Path, python: Path | None) -> str:
    """The prefix, as Snakemake formats it: braces doubled. Any folder's name will do, but for a colon in some places.

    Args:
        source: folder of the package, which jobs import.
        python: interpreter of the jobs; None where their environment brings one.

    Raises:
        InputError: where the package can only be named by a path with a colon, at which PYTHONPATH would be split.
    """
    path = str(source)
    if os.pathsep in path:  # seen from the project's own folder it is plain `src`
        path = os.path.relpath(source)
    if os.pathsep in path:
        raise InputError(
            f"the project lies in {source.parent}, and Python's module path is split at colons: start snakemake in that"
            " folder itself, or rename the folder without the colon"
        )
    parts = ["set -euo pipefail", f"export PYTHONPATH={shlex.quote(path)}"]
    if python is not None:  # a function, since an entry of PATH would be split at colons, too
        parts.append(f'python() {{ {shlex.quote(str(python))} "$@"; }}')
    return "; ".join(parts).replace("{", "{{").replace("}", "}}") + "; "


def check_names(way: str, *folders: Path) -> None:
    """Before any job: can its folders be named where it runs?

    Args:
        way: key of `CHANGED`.
        folders: those that its command names.

    Raises:
        InputError: naming the folder and the characters that would not arrive.
    """
    for folder in folders:
        if found := [character for character in CHANGED[way] if character in str(folder)]:
            raise InputError(
                f"jobs with {way} cannot be started in {folder}: {' '.join(found)} in its name would not reach them;"
                f" rename the folder, or run without {way}"
            )
