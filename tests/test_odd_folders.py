"""Folders of any name, and snakemake started in any folder: what runs, and the one clear error where it cannot."""

import json
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from limits import HANG_S
from project import ROOT, Project

COMPOUNDS = "results/test/prepare/compounds.parquet"
PRINTABLE = "".join(sorted(set(string.printable) - set(string.whitespace) - {"/"})) + " "
PATTERNS = "{run}<results>/-n/é日 $(touch x) `id` ~"


def snakemake(project, folder, *arguments):
    """Run snakemake from a folder, on the project's Snakefile."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--snakefile", str(project.folder / "Snakefile")]
    return subprocess.run(
        [*command, "--configfile", str(project.folder / "workflow/presets/test.yaml"), *arguments],
        cwd=folder, capture_output=True, text=True, timeout=HANG_S, check=False, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip


def shell_commands(printed):
    """Command of each job of a dry run with -p."""
    return re.findall(r"^Shell command: (python -m superdrift\..+)$", printed, re.MULTILINE)


def read_by_bash(command):
    """The words that a shell makes of a command, which it does not run."""
    done = subprocess.run(
        ["bash", "-c", f"python() {{ printf '%s\\0' \"$@\"; }}; {command}"],
        capture_output=True, text=True, check=True, timeout=HANG_S,
    )  # fmt: skip
    return done.stdout.split("\0")[:-1]


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A project in one folder, and another one to start it in, both with odd names; PYTHONPATH takes no colon."""
    base = tmp_path_factory.mktemp("odd")
    project = Project.copy(base / "project" / PRINTABLE.replace(":", ""))
    work = base / "work" / PRINTABLE
    work.mkdir(parents=True)
    return project, work


def test_prepare_runs_in_a_folder_whose_name_has_every_printable_character(tmp_path):
    project = Project.copy(tmp_path / PRINTABLE)
    before = {path.name for path in project.folder.iterdir()}
    done = project.snakemake(COMPOUNDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert pq.read_metadata(project.folder / COMPOUNDS).num_rows > 500
    assert {path.name for path in project.folder.iterdir()} - before == {"results", "logs", ".snakemake"}


def test_patterns_in_the_name_of_the_folder_are_none(tmp_path):
    project = Project.copy(tmp_path / PATTERNS)
    done = project.snakemake("--dry-run", "-p")
    assert done.returncode == 0, done.stdout + done.stderr
    files = [word for command in shell_commands(done.stdout) for word in read_by_bash(command)]
    assert "data/literature.csv" in files
    assert not [word for word in files if word.startswith("/")]


def test_every_command_of_a_run_started_elsewhere_names_files_that_are_there(odd):
    project, work = odd
    done = snakemake(project, work, "--dry-run", "-p")
    assert done.returncode == 0, done.stdout + done.stderr
    commands = shell_commands(done.stdout)
    rules = {read_by_bash(command)[1].rpartition(".")[2] for command in commands}
    assert rules >= {"prepare", "train", "generate", "condition", "ascend", "screen", "phases", "estimate", "report"}
    for command in commands:
        for word in read_by_bash(command):
            if word.startswith("/"):
                assert Path(word).exists(), f"{word}\nof {command}"
    assert not list(work.glob("results*"))


def test_a_run_started_elsewhere_reads_ones_own_table_there_and_leaves_the_project_alone(odd):
    project, work = odd
    mine = f"own/{PRINTABLE}.csv"
    (work / "own").mkdir()
    shutil.copy(project.folder / "data/literature.csv", work / mine)
    (work / "own.json").write_text(json.dumps({"prepare": {"sources": [mine]}}))
    done = snakemake(project, work, "own.json", "--", COMPOUNDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (project.folder / "results").exists()
    rows = pq.read_table(work / COMPOUNDS, columns=["origin", "row"])
    assert set(rows["origin"].to_pylist()) == {mine}
    assert rows.num_rows > 500


def test_a_folder_named_by_directory_holds_the_results_and_its_config_changes_the_settings(project, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "config.yaml").write_text("seed: 7\n")
    done = snakemake(project, tmp_path, "--directory", str(work), "--dry-run", "-p", "--", COMPOUNDS)
    assert done.returncode == 0, done.stdout + done.stderr
    (command,) = shell_commands(done.stdout)
    assert "--seed 7 " in command
    assert f"--sources {project.folder}/data/literature.csv" in command


def test_fingerprints_do_not_depend_on_the_folder(finished_copy, tmp_path):
    moved = tmp_path / "moved's {folder}"
    finished_copy.folder.rename(moved)
    done = Project(moved).snakemake("--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to be done" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("folder", "source", "parts"),
    [
        ("a:b", "literature", ["a:b", "colons", "start snakemake in that folder itself"]),
        ("{run}", "literature", ["takes {run} in", "for a wildcard", "start snakemake in the project's own folder"]),
        ("<logs>", "literature", ["takes <logs> in", "for a path variable", "give that folder or file another name"]),
        ("plain", "{x}.csv", ["takes {x} in {x}.csv for a wildcard"]),
        ("plain", "-x.csv", ["'-x.csv' would be read as an option", "write ./-x.csv in prepare.sources"]),
    ],
)
def test_what_snakemake_or_python_cannot_name_is_one_clear_error(tmp_path, folder, source, parts):
    project = Project.copy(tmp_path / folder)
    (tmp_path / source).write_text("formula,tc_k\nMgB2,39\n")
    done = snakemake(project, tmp_path, "--dry-run", "--config", f"prepare={json.dumps({'sources': [source]})}")
    assert done.returncode != 0
    for part in parts:
        assert part in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["a:b", "a{b}", "a$b"])
def test_make_refuses_a_folder_that_no_environment_can_lie_in(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    for file in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / file, folder)
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}", "demo"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert done.returncode != 0
    assert f"{folder}/.venv" in done.stderr
    assert "make VENV=/path/to/environment" in done.stderr
    assert not (folder / ".venv").exists()
