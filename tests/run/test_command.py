"""Commands of stages: lists that belong together, and inputs that are no arguments."""

from pathlib import Path

import pytest

from superdrift.run.command import Run, paired
from superdrift.run.errors import InputError
from superdrift.run.provenance import input_names, sha256


def test_parallel_lists_must_match(tmp_path):
    assert paired(["a"], [tmp_path], of="--sources", option="--screened") == {"a": tmp_path}
    with pytest.raises(InputError, match="--sources has 2 names and --screened 1 files"):
        paired(["a", "b"], [tmp_path], of="--sources", option="--screened")
    with pytest.raises(InputError, match="twice"):
        paired(["a", "a"], [tmp_path, tmp_path], of="--sources", option="--screened")


def test_files_that_are_no_arguments_are_recorded_too(tmp_path):
    (tmp_path / "a").write_text("1")
    run = Run(0, {"inputs": {"b": "given"}})
    run.reads({"screen/a": tmp_path / "a", "b": tmp_path / "a", "missing": tmp_path / "missing"})
    assert run.metadata["inputs"] == {"b": "given", "screen/a": sha256(tmp_path / "a")}


def test_files_of_one_name_are_told_apart_by_their_folders():
    paths = [Path(text) for text in ("x/a/s.parquet", "x/b/s.parquet", "x/compounds.parquet", "y/a/s.parquet")]
    assert list(input_names(paths)) == ["x/a/s.parquet", "b/s.parquet", "compounds.parquet", "y/a/s.parquet"]
    assert input_names([paths[0], paths[0]]) == {"s.parquet": paths[0]}
