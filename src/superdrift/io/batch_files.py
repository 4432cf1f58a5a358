"""A long sampling as one small file per batch, so that a killed run goes on with the next batch."""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from superdrift.io.tables import Table, Writer, read, read_metadata, write
from superdrift.run.errors import InputError

_KEY = "part_of"

logger = logging.getLogger("superdrift")


class BatchFiles:
    """Batches of a table in a hidden folder beside it; gathered, they are the table.

    Args:
        output: the table's file.
        table: its kind.
        key: hash of everything the rows depend on; batches of another key are drawn again.
        metadata: provenance of the table.
    """

    def __init__(self, output: Path, table: Table, key: str, metadata: Mapping[str, Any]) -> None:
        self.output, self.table, self.key, self.metadata = Path(output), table, key, dict(metadata)
        self.folder = self.output.with_name(f".{self.output.stem}.parts")

    def waiting(self, batches: int, *, shard: tuple[int, int] = (0, 1)) -> list[int]:
        """Numbers of the batches of a shard (i, n) that are not there yet: those that are i modulo n."""
        index, shards = shard
        mine = range(index, batches, shards)
        waiting = [batch for batch in mine if not self._has(batch)]
        if len(waiting) < len(mine):
            logger.info("%s: %d of %d batches are there already", self.output, len(mine) - len(waiting), len(mine))
        return waiting

    def add(self, batch: int, columns: Mapping[str, Any]) -> None:
        """Write one batch."""
        write(self._path(batch), self.table, columns, {**self.metadata, _KEY: self.key})

    def gather(self, batches: int) -> None:
        """Write the table, one row group per batch, and delete the batch files."""
        with Writer(self.output, self.table, self.metadata) as writer:
            for batch in range(batches):
                writer.append(read(self._path(batch), self.table))
        shutil.rmtree(self.folder)

    def _has(self, batch: int) -> bool:
        try:
            return read_metadata(self._path(batch)).get(_KEY) == self.key
        except InputError:  # missing, or cut short by a crash of the machine
            return False

    def _path(self, batch: int) -> Path:
        return self.folder / f"{batch:06d}.parquet"


def parse_shard(text: str | None) -> tuple[int, int]:
    """`"2/8"` → (2, 8); None → (0, 1), everything.

    Raises:
        InputError: for anything else.
    """
    if text is None:
        return 0, 1
    index, slash, count = text.partition("/")
    if not (slash and index.isdigit() and count.isdigit() and int(index) < int(count)):
        raise InputError(f"--shard '{text}' cannot be used; write i/n with 0 <= i < n, e.g. 0/4")
    return int(index), int(count)
