"""The commands for people."""

import os
import subprocess
import sys
from pathlib import Path

import made_up_run
import pytest

from superdrift import __version__, cli
from superdrift.io import tables
from superdrift.superconductors.tables import CANDIDATES

SOURCE = Path(__file__).resolve().parents[1] / "src"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with one finished run, `results/tiny`, and one that is still running."""
    folder = tmp_path_factory.mktemp("workplace")
    made_up_run.build_run(folder / "results/tiny")
    (folder / "results/tiny/report").mkdir()
    (folder / "results/tiny/report/report.html").write_text("page")
    (folder / "results/halfway/prepare").mkdir(parents=True)
    return folder


def superdrift(*arguments, folder):
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "superdrift.cli", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(SOURCE), "COLUMNS": "100"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def test_show_prints_the_best_candidates_aligned(workplace, monkeypatch, capsys):
    monkeypatch.chdir(workplace)
    with pytest.raises(SystemExit) as done:
        cli.main(["show", "tiny", "--top", "3"])
    assert done.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    first = tables.read(workplace / "results/tiny/candidates.parquet", CANDIDATES).to_pylist()[0]
    assert "40 candidates, the first 3" in lines[0]
    header, *rows = lines[2:6]
    assert header.split("  ")[0] == "rank" and "Tc (K)" in header and len(rows) == 3
    assert rows[0].split()[:2] == ["1", first["formula"]] and f"{first['tc_k']:.1f}" in rows[0]
    end = header.index("Tc (K)") + len("Tc (K)")
    assert all(row[end - 1].isdigit() and row[end] == " " for row in rows)
    text = "\n".join(lines)
    assert "results/tiny/report/report.html" in text and "results/tiny/candidates.parquet" in text
    assert "table1.csv" not in text  # not there yet


def test_show_takes_a_path_too(workplace, monkeypatch, capsys):
    monkeypatch.chdir(workplace.parent)
    with pytest.raises(SystemExit) as done:
        cli.main(["show", str(workplace / "results/tiny")])
    assert done.value.code == 0 and "the first 10" in capsys.readouterr().out


def test_a_run_that_does_not_exist_is_told_in_one_line(workplace):
    done = superdrift("show", "paper", folder=workplace)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == "superdrift: error: no run 'paper'; runs in results/: tiny\n"


def test_a_run_without_candidates_yet(workplace):
    done = superdrift("show", "halfway", folder=workplace)
    assert done.returncode == 1 and "no candidates yet" in done.stderr and done.stderr.count("\n") == 1


def test_no_runs_at_all(tmp_path):
    done = superdrift("show", "demo", folder=tmp_path)
    assert done.returncode == 1 and "has none here" in done.stderr and done.stderr.count("\n") == 1


def test_help_and_version(tmp_path):
    assert superdrift("--version", folder=tmp_path).stdout == f"superdrift {__version__}\n"
    text = superdrift("--help", folder=tmp_path).stdout
    assert "show" in text and "snakemake" in text


def test_help_does_not_load_heavy_libraries(tmp_path):
    code = (
        "import sys, superdrift.cli; "
        "print([m for m in ('numpy', 'pyarrow', 'pandas', 'torch', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(SOURCE)},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "[]"
