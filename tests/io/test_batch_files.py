"""Batches on disk: gathered in order, drawn once, shards, and parts of other settings drawn again."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from superdrift.io.batch_files import BatchFiles, parse_shard
from superdrift.io.tables import matrix, read
from superdrift.run.errors import InputError
from superdrift.superconductors.tables import SAMPLES


def columns(batch):
    amounts = np.zeros((2, 96), dtype=np.float32)
    amounts[:, batch] = 1
    return {"id": np.arange(2) + 2 * batch, "amounts": amounts}


def draw(parts, batches=3, shard=(0, 1)):
    waiting = parts.waiting(batches, shard=shard)
    for batch in waiting:
        parts.add(batch, columns(batch))
    return waiting


def test_parts_become_one_row_group_per_batch(tmp_path):
    parts = BatchFiles(tmp_path / "samples.parquet", SAMPLES, "key", {"seed": 1})
    assert draw(parts) == [0, 1, 2]
    parts.gather(3)
    table = read(tmp_path / "samples.parquet", SAMPLES)
    assert table["id"].to_pylist() == list(range(6))
    assert matrix(table["amounts"]).argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
    assert pq.ParquetFile(tmp_path / "samples.parquet").num_row_groups == 3
    assert [path.name for path in tmp_path.iterdir()] == ["samples.parquet"]


def test_parts_that_are_there_are_not_drawn_again(tmp_path):
    parts = BatchFiles(tmp_path / "samples.parquet", SAMPLES, "key", {})
    parts.add(1, columns(1))
    assert parts.waiting(3) == [0, 2]


def test_parts_of_another_key_or_cut_short_are_drawn_again(tmp_path):
    BatchFiles(tmp_path / "samples.parquet", SAMPLES, "before", {}).add(0, columns(0))
    parts = BatchFiles(tmp_path / "samples.parquet", SAMPLES, "after", {})
    parts.add(1, columns(1))
    whole = (parts.folder / "000001.parquet").read_bytes()
    (parts.folder / "000001.parquet").write_bytes(whole[: len(whole) // 2])
    assert parts.waiting(2) == [0, 1]


def test_shards_share_the_batches(tmp_path):
    parts = BatchFiles(tmp_path / "samples.parquet", SAMPLES, "key", {})
    assert draw(parts, shard=(1, 2)) == [1]
    assert draw(parts, shard=(0, 2)) == [0, 2]
    assert draw(parts) == []


def test_shard_texts():
    assert parse_shard(None) == (0, 1)
    assert parse_shard("2/8") == (2, 8)
    for text in ("8/8", "1", "a/b", "-1/2"):
        with pytest.raises(InputError, match="write i/n"):
            parse_shard(text)
