"""The benchmarks: each runs through with --quick, and keeps its figures with machine, date, commit and data."""

import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from limits import HANG_S
from project import ROOT

from benchmarks.inputs import parsed, parser
from benchmarks.record import origin, write
from superdrift.io.tables import METADATA_KEY

NAMES = ("charge_check", "flags_estimator", "stoichiometry", "screening", "estimators", "generation", "hindsight_tc")


def run(*arguments):
    """A benchmark as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANG_S,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def metadata(path):
    return json.loads(pq.read_schema(path).metadata[METADATA_KEY])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_runs_through(finished, tmp_path, name):
    """Published samples come from SUPERDRIFT_DATA, or else from the network."""
    committed = {path: path.read_bytes() for path in (ROOT / "benchmarks").glob("*.parquet")}
    figure = (ROOT / "docs/figures/doping.svg").read_bytes()
    output = tmp_path / f"{name}.parquet"
    done = run(f"benchmarks.{name}", "--quick", "--run", str(finished.folder / "results/test"), "--output", str(output))
    assert done.returncode == 0, done.stderr
    table = pq.read_table(output)
    assert table.num_rows > 10 and table.schema.equals(pq.read_schema(ROOT / f"benchmarks/{name}.parquet"))
    assert len(done.stdout.splitlines()) >= table.num_rows
    assert {path: path.read_bytes() for path in committed} == committed
    assert (ROOT / "docs/figures/doping.svg").read_bytes() == figure


def test_every_benchmark_is_in_the_makefile_and_in_the_documentation():
    """So that `make bench` reaches all of them."""
    scripts = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {
        "__init__",
        "inputs",
        "record",
        "compare_runs",
    }
    folders = {path.parent.name for path in (ROOT / "benchmarks").glob("*/__main__.py")}
    assert scripts | folders == set(NAMES)
    listed = (ROOT / "Makefile").read_text(encoding="utf-8").split("BENCHMARKS := ")[1].splitlines()[0]
    assert set(listed.split()) == set(NAMES)
    page = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in NAMES)


def test_a_run_that_is_missing_is_one_line_with_the_remedy(tmp_path):
    done = run("benchmarks.stoichiometry", "--run", str(tmp_path / "none"))
    assert done.returncode == 2 and "make it with snakemake (make bench, make bench-quick)" in done.stderr
    assert "Traceback" not in done.stderr


def test_quick_figures_never_replace_the_committed_ones(tmp_path):
    (tmp_path / "prepare").mkdir()
    (tmp_path / "prepare/compounds.parquet").touch()
    quick, full = (parsed(parser("screening", "x"), ["--run", str(tmp_path), *more]) for more in (["--quick"], []))
    assert quick.output == ROOT / "results/benchmarks-quick/screening.parquet"
    assert full.output == ROOT / "benchmarks/screening.parquet"


def test_rows_are_kept_with_where_they_come_from(finished, tmp_path):
    where = origin(finished.folder / "results/test/prepare/compounds.parquet", samples=3)
    assert set(where) == {"machine", "date", "commit", "compounds", "samples"} and where["compounds"]["literature.csv"]
    write(tmp_path / "a.parquet", [{"a": 1}, {"a": 2, "b": "x"}], where)
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]
    assert metadata(tmp_path / "a.parquet") == where


def test_a_part_replaces_its_own_rows_alone(tmp_path):
    path = tmp_path / "parts.parquet"
    write(path, [{"part": "one", "v": 1}, {"part": "one", "v": 2}], {"date": "first"}, part="part")
    write(path, [{"part": "two", "v": 3, "w": 0.5}], {"date": "second"}, part="part")
    write(path, [{"part": "one", "v": 4}], {"date": "third"}, part="part")
    assert pq.read_table(path).to_pylist() == [{"part": "two", "v": 3, "w": 0.5}, {"part": "one", "v": 4, "w": None}]
    assert metadata(path) == {"one": {"date": "third"}, "two": {"date": "second"}}
