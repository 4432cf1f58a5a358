"""Artifacts of a contract: places from names and back, files recorded as read, and the documents made from them."""

import pyarrow as pa
import pytest

from superdrift.io.contract import Artifact, Contract, RunFiles, Wildcard, column_dictionary, list_of_files, type_name
from superdrift.io.tables import Column, Table, vector

PAIRS = Table(
    "pairs",
    (
        Column("id", pa.int64(), "row number"),
        Column("gap", pa.float64(), "distance of the two", "nm", nullable=True),
    ),
)
CONTRACT = Contract(
    (
        Artifact("pairs", "find/{kind}/pairs.parquet", "pairs found", PAIRS),
        Artifact("part", "find/{kind}/{number}.json", "one part", only="in runs of parts"),
    ),
    {"kind": Wildcard("near or far", "near|far"), "number": Wildcard("number of a part", "[0-9]+")},
)


def test_places_are_made_and_read_back():
    place = CONTRACT["part"].place(kind="near", number="12")
    assert place == "find/near/12.json"
    artifact, values = CONTRACT.match(place)
    assert (artifact.name, values) == ("part", {"kind": "near", "number": "12"})
    for place in ("find/middle/12.json", "find/near/x.json", "find/near/12.jsonx", "other/find/near/12.json"):
        assert CONTRACT.match(place) is None


def test_what_the_contract_does_not_name_is_an_error():
    with pytest.raises(KeyError, match="no artifact 'pair'"):
        CONTRACT["pair"]
    with pytest.raises(ValueError, match=r"needs \['kind'\], not \['family'\]"):
        CONTRACT["pairs"].place(family="near")


def test_files_asked_for_are_recorded_as_read(tmp_path):
    read = {}
    files = RunFiles(CONTRACT, tmp_path, read.update)
    found = files.each("pairs", ["far", "near"])
    assert list(found.values()) == [tmp_path / "find/far/pairs.parquet", tmp_path / "find/near/pairs.parquet"]
    assert read == {f"find/{kind}/pairs.parquet": path for kind, path in found.items()}


def test_documents_name_files_wildcards_and_columns():
    files = list_of_files(CONTRACT).splitlines()
    assert "| `find/{kind}/pairs.parquet` | pairs found. |" in files
    assert "| `find/{kind}/{number}.json` | one part. *Only in runs of parts.* |" in files
    assert "- `{number}`: number of a part." in files
    columns = column_dictionary(CONTRACT).splitlines()
    assert columns[:3] == ["## pairs", "", "- `find/{kind}/pairs.parquet`: pairs found."]
    assert "| `gap` | real | nm | may be | distance of the two |" in columns


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pa.string(), "text"),
        (pa.bool_(), "true or false"),
        (pa.int32(), "integer (32 bit)"),
        (pa.list_(pa.string()), "list of text"),
        (vector(96), "96 × real (32 bit)"),
    ],
)
def test_types_in_words(kind, expected):
    assert type_name(kind) == expected
