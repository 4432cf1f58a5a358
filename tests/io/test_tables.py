"""Tables: every schema, round trips, atomic writing, and what damaged or foreign files say."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from superdrift.io.tables import Writer, matrix, read, read_batches, read_metadata, write
from superdrift.learning.history import HISTORY
from superdrift.run.errors import InputError
from superdrift.superconductors.contract import CONTRACT
from superdrift.superconductors.tables import COMPOUNDS, PROJECTED, SAMPLES, VECTOR

METADATA = {"stage": "test", "seed": 1}


def samples(n, start=0):
    amounts = np.arange(n * 96, dtype=np.float32).reshape(n, 96) / 100
    return {"id": np.arange(start, start + n), "amounts": amounts}


def test_every_column_is_explained():
    for table in CONTRACT.tables.values():
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names)), table.name
        assert all(column.meaning for column in table.columns), table.name


def test_units_and_meanings_travel_with_the_file(tmp_path):
    write(tmp_path / "s.parquet", SAMPLES, samples(2), METADATA)
    field = pq.read_schema(tmp_path / "s.parquet").field("amounts")
    assert field.metadata[b"unit"] == b"atoms per formula unit"


def test_round_trip(tmp_path):
    write(tmp_path / "new" / "s.parquet", SAMPLES, samples(5), METADATA)
    data = read(tmp_path / "new" / "s.parquet", SAMPLES)
    np.testing.assert_array_equal(matrix(data["amounts"]), samples(5)["amounts"])
    assert data["id"].to_pylist() == list(range(5))
    assert read_metadata(tmp_path / "new" / "s.parquet") == METADATA


@pytest.mark.parametrize("empty", [samples(0), {"id": [], "amounts": []}])
def test_no_rows(tmp_path, empty):
    write(tmp_path / "s.parquet", SAMPLES, empty, METADATA)
    data = read(tmp_path / "s.parquet", SAMPLES)
    assert data.num_rows == 0
    assert matrix(data["amounts"]).shape == (0, 96)


def test_no_batches(tmp_path):
    with Writer(tmp_path / "s.parquet", SAMPLES, METADATA):
        pass
    assert read(tmp_path / "s.parquet", SAMPLES).num_rows == 0
    assert list(read_batches(tmp_path / "s.parquet", SAMPLES)) == []


def test_one_row_group_per_batch(tmp_path):
    with Writer(tmp_path / "s.parquet", SAMPLES, METADATA) as writer:
        for start, n in ((0, 3), (3, 1), (4, 200_000)):
            writer.append(samples(n, start))
    batches = list(read_batches(tmp_path / "s.parquet", SAMPLES, ["id"]))
    assert [batch.num_rows for batch in batches] == [3, 1, 200_000]
    assert batches[1]["id"].to_pylist() == [3]


def test_columns_of_an_arrow_table_may_stand_in_any_order(tmp_path):
    write(tmp_path / "a.parquet", SAMPLES, samples(2), METADATA)
    turned = read(tmp_path / "a.parquet", SAMPLES).select(["amounts", "id"])
    write(tmp_path / "b.parquet", SAMPLES, turned, METADATA)
    assert read(tmp_path / "b.parquet", SAMPLES).equals(read(tmp_path / "a.parquet", SAMPLES))


def test_sliced_and_chunked_vectors(tmp_path):
    write(tmp_path / "s.parquet", SAMPLES, samples(6), METADATA)
    column = read(tmp_path / "s.parquet", SAMPLES)["amounts"]
    np.testing.assert_array_equal(matrix(column.slice(2, 3)), samples(6)["amounts"][2:5])
    twice = pa.chunked_array([column.chunk(0), column.chunk(0).slice(4)])
    np.testing.assert_array_equal(matrix(twice)[6:], samples(6)["amounts"][4:])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1]}, r"missing columns \['amounts'\]"),
        (samples(1) | {"tc": [1]}, r"unknown columns \['tc'\]"),
        (samples(1) | {"id": ["x"]}, "column id cannot hold"),
        (samples(1) | {"id": [None]}, "column id holds nulls"),
        (samples(1) | {"id": [1.5]}, "column id cannot hold"),
        (
            {"id": np.arange(96), "amounts": np.zeros((96, 95))},
            r"needs vectors of 96 numbers, not shape \(96, 95\)",
        ),
        ({"id": [1], "amounts": np.zeros(96)}, "needs vectors of 96"),
    ],
)
def test_wrong_columns_are_named_and_nothing_is_written(tmp_path, columns, message):
    with pytest.raises(InputError, match=message):
        write(tmp_path / "s.parquet", SAMPLES, columns, METADATA)
    assert list(tmp_path.iterdir()) == []


def test_columns_of_different_length(tmp_path):
    with pytest.raises((InputError, pa.ArrowException)):
        write(tmp_path / "s.parquet", SAMPLES, samples(2) | {"id": [1]}, METADATA)
    assert list(tmp_path.iterdir()) == []


def test_nan_becomes_null_where_null_is_allowed(tmp_path):
    row = {"step": [1], "train_loss": [np.nan], "validation_loss": [0.1], "learning_rate": [1.0]}
    write(tmp_path / "h.parquet", HISTORY, row | {"best": [True], "seconds": [0.1]}, METADATA)
    assert np.isnan(read(tmp_path / "h.parquet", HISTORY)["train_loss"][0].as_py())
    schema = COMPOUNDS.schema
    assert schema.field("tc_k").nullable
    assert not schema.field("family").nullable


def test_an_error_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "s.parquet"
    write(path, SAMPLES, samples(2), METADATA)
    before = path.read_bytes()
    with pytest.raises(RuntimeError), Writer(path, SAMPLES, METADATA) as writer:
        writer.append(samples(3))
        assert path.read_bytes() == before, "the file appears only when it is whole"
        raise RuntimeError
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["s.parquet"]


def test_missing_file_names_the_rule(tmp_path):
    with pytest.raises(InputError, match=r"absent\.parquet does not exist; run the rule"):
        read(tmp_path / "absent.parquet", SAMPLES)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped"])
def test_damaged_files_say_what_to_do(tmp_path, damage):
    path = tmp_path / "s.parquet"
    write(path, SAMPLES, samples(50), METADATA)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 3] ^= 0xFF
    path.write_bytes({"empty": b"", "text": b"id,amounts\n", "cut": content[:-100]}.get(damage, bytes(content)))
    with pytest.raises(InputError, match=r"s\.parquet is not a whole Parquet file.*delete it"):
        read(path, SAMPLES)


def test_another_kind_of_table_is_named(tmp_path):
    write(tmp_path / "s.parquet", SAMPLES, samples(1), METADATA)
    with pytest.raises(InputError, match=r"is no projected table: missing \['moved', 'rule'\]"):
        read(tmp_path / "s.parquet", PROJECTED)
    assert read(tmp_path / "s.parquet", PROJECTED, ["id"]).num_rows == 1


def test_another_type_is_named(tmp_path):
    data = pa.table({"id": pa.array([1], pa.int32()), "amounts": pa.array([[0.0] * 96], VECTOR)})
    pq.write_table(data, tmp_path / "s.parquet")
    with pytest.raises(InputError, match="column id is int32, not int64"):
        read(tmp_path / "s.parquet", SAMPLES)


def test_foreign_file_without_metadata(tmp_path):
    pq.write_table(pa.table({"id": [1]}), tmp_path / "s.parquet")
    assert read_metadata(tmp_path / "s.parquet") == {}
