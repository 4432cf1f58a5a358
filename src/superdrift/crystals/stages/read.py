"""Stage read: one source of structures → one table of its rows and one of its rejected rows."""

import hashlib
import json
import logging
import sys
from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from superdrift.crystals.data.cleaning import formula_with_tc, row_of_entry, temperatures
from superdrift.crystals.data.entries import Entry
from superdrift.crystals.data.own import files_of
from superdrift.crystals.data.readers import read_source
from superdrift.crystals.settings import ReadSettings
from superdrift.crystals.tables import READ, REJECTED
from superdrift.io import tables
from superdrift.io.batch_files import BatchFiles
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.run.pool import in_order
from superdrift.run.progress import Progress

logger = logging.getLogger("superdrift")


def read(
    run: Run, settings: ReadSettings, *, data: Path, name: str, source: str, structures: Path, rejected: Path,
    tc: Path | None = None,
) -> None:  # fmt: skip
    """Parse and clean one source, batch by batch.

    Args:
        run: seed and provenance.
        settings: tolerance of the symmetry, largest cell, batches, processes, split.
        data: the file or folder.
        name: name in data/registry.yaml, or the path as the config gives it.
        source: name of the source in crystals.catalogue.
        structures: table of accepted rows to write.
        rejected: table of rejected rows to write.
        tc: table of compounds that gives formulas their Tc.
    """
    if data.is_dir():
        run.reads({str(file): file for file in files_of(data)})
    entries, size = read_source(name, data), settings.batch_size
    batches = [entries[start : start + size] for start in range(0, len(entries), size)]
    key = _resume_key(run, settings)
    accepted = BatchFiles(structures, READ, key, run.metadata)
    dropped = BatchFiles(rejected, REJECTED, key, run.metadata)
    waiting = sorted({*accepted.waiting(len(batches)), *dropped.waiting(len(batches))})
    known = temperatures(tc) if tc is not None else {}
    work = partial(_understood, source=source, settings=settings, known=known)
    done = len(entries) - sum(len(batches[number]) for number in waiting)
    with Progress(len(entries), f"read {source}", "structure", done=done) as progress:
        results = in_order(work, (batches[number] for number in waiting), processes=settings.threads)
        for number, (rows, refused) in zip(waiting, results, strict=True):
            dropped.add(number, _columns(refused, REJECTED))
            accepted.add(number, _columns(rows, READ))
            progress.advance(len(batches[number]))
    accepted.gather(len(batches))
    dropped.gather(len(batches))
    _tell(source, structures, rejected)


def _resume_key(run: Run, settings: ReadSettings) -> str:
    """Hash of everything that the rows depend on."""
    whatever = {"settings": asdict(settings), "code": run.metadata["code"], "inputs": run.metadata["inputs"]}
    return hashlib.sha256(json.dumps(whatever, sort_keys=True).encode()).hexdigest()


def _understood(
    entries: list[Entry], *, source: str, settings: ReadSettings, known: dict[str, float]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of a batch, and its rejected rows."""
    rows, refused = [], []
    for entry in entries:
        origin = {"source": source, "row": entry.number, "material_id": entry.material_id}
        try:
            row = row_of_entry(entry, symprec=settings.symprec, most_sites=settings.most_sites)
        except InputError as error:
            refused.append({**origin, "reason": str(error)})
            continue
        if row["tc_k"] is None:
            row["tc_k"] = known.get(formula_with_tc(entry, row))
        rows.append({**origin, **row, "assigned": _assigned(row["assigned"], settings.split)})
    return rows, refused


def _assigned(published: str | None, setting: str) -> str | None:
    """Part of the split that a row is assigned: what the setting says of the source, or what the source says."""
    return {"published": published, "drawn": None}.get(setting, setting)


def _columns(rows: list[dict[str, Any]], table: tables.Table) -> dict[str, list[Any]]:
    return {column.name: [row[column.name] for row in rows] for column in table.columns}


def _tell(source: str, structures: Path, rejected: Path) -> None:
    rows = tables.read(structures, READ, ["row"]).num_rows
    reasons = tables.read(rejected, REJECTED, ["reason"])["reason"].to_pylist()
    kinds = dict(Counter(reason.partition(":")[0] for reason in reasons).most_common(5))
    logger.info("read %s: %d structures, %d rejected%s", source, rows, len(reasons), f"; {kinds}" if kinds else "")
    if not rows:
        raise InputError(f"no structure of source '{source}' can be used; the first rejected: {reasons[0]}")


main = command(read)

if __name__ == "__main__":
    sys.exit(main())
