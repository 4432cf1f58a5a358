"""The prefix of the jobs' commands: as Snakemake formats it, bash finds the package and the Python again."""

import string
import subprocess
from pathlib import Path

import pytest
from snakemake.utils import format as snakemake_format

from superdrift.run.errors import InputError
from superdrift.run.shell_prefix import CHANGED, check_names, shell_prefix

NAMES = [
    *(string.punctuation.replace("/", "").replace(":", "") + " "),
    *("{name}", "$HOME", "$(id)", "`id`", "\\n", "é日", "-n"),
]


@pytest.mark.parametrize("name", NAMES)
def test_bash_reads_the_paths_as_they_are(tmp_path, name):
    source, python = tmp_path / f"a{name}" / "src", tmp_path / f"{name}b" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$PYTHONPATH" "$0" "$@"\n')
    python.chmod(0o755)
    command = snakemake_format(shell_prefix(source, python)) + "python -m 'a b'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(source), str(python), "-m", "a b"]


def test_the_environment_brings_its_own_python(tmp_path):
    assert "python" not in shell_prefix(tmp_path / "src", None).replace(str(tmp_path), "")


def test_a_colon_is_no_matter_in_the_folder_itself_and_one_clear_error_elsewhere(tmp_path, monkeypatch):
    folder = tmp_path / "a:b"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert "PYTHONPATH=src;" in shell_prefix(folder / "src", None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"lies in .*a:b, .*colons: start snakemake in that folder itself"):
        shell_prefix(folder / "src", None)


@pytest.mark.parametrize(("way", "character"), [(way, character) for way in CHANGED for character in CHANGED[way]])
def test_a_name_that_would_not_arrive_is_refused(way, character):
    check_names(way, Path("/home/a folder, [with] (most) {things}"))
    with pytest.raises(InputError) as caught:
        check_names(way, Path("/plain"), Path(f"/home/a{character}b"))
    assert all(part in str(caught.value) for part in (way, f"/home/a{character}b", f": {character} in", "rename"))
