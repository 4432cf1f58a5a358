"""Tables for people: the ending decides the format, and what cannot be written is told before any work."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from superdrift.io.exports import check_output, write_table
from superdrift.run.errors import InputError

TABLE = pa.table({
    "name": ['Ti "α", β', None], "n": [1, None], "real": [0.5, float("nan")], "yes": [True, None],
    "near": [["a", "b"], None],
})  # fmt: skip


def test_parquet(tmp_path):
    write_table(TABLE, tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").schema == TABLE.schema


def test_csv_has_lists_as_text_and_nothing_for_null(tmp_path):
    write_table(TABLE.slice(0, 1), tmp_path / "x.CSV")
    write_table(TABLE.slice(1, 1), tmp_path / "y.csv")
    with (tmp_path / "x.CSV").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == [
            {"name": 'Ti "α", β', "n": "1", "real": "0.5", "yes": "true", "near": "a; b"}
        ]
    assert (tmp_path / "y.csv").read_text().splitlines()[1] == ",,nan,,"


def test_json_is_valid_and_has_no_nan(tmp_path):
    write_table(TABLE, tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail) == [
        {"name": 'Ti "α", β', "n": 1, "real": 0.5, "yes": True, "near": ["a", "b"]},
        {"name": None, "n": None, "real": None, "yes": None, "near": None},
    ]
    assert "α" in text
    write_table(TABLE.slice(0, 0), tmp_path / "none.json")
    assert json.loads((tmp_path / "none.json").read_text()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (".", "it is a folder"),
        ("", "it is a folder"),
        ("x", r"give it the ending .parquet, .csv, .json"),
        ("x.xlsx", "give it the ending"),
        ("x.csv.gz", "give it the ending"),
        ("missing/x.csv", "there is no folder missing; make it"),
        ("file/x.csv", "there is no folder file"),
        ("x" * 300 + ".csv", "File name too long"),
        ("list.csv", "it is what is read"),
        ("./list.csv", "it is what is read"),
    ],
)
def test_outputs_that_cannot_be_written(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "list.csv").write_text("MgB2\n")
    with pytest.raises(InputError, match=f"cannot write .*: {message}"):
        check_output(Path(name), ["MgB2", "-", "list.csv", "x" * 300 + ".csv"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "list.csv"]
