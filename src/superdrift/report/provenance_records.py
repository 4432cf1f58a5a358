"""Provenance records of the tables of a run, one for those that were made alike."""

import json
from collections.abc import Sequence
from pathlib import Path

from superdrift.io import tables
from superdrift.report.page import Record


def records(artifacts: Sequence[tuple[str, Path]]) -> list[Record]:
    """Provenance of (name, file) pairs; files of one stage with equal settings, seed and code share a record.

    The inputs are those of the first of them.
    """
    blank = dict.fromkeys(("stage", "settings", "seed", "commit", "code")) | {"inputs": {}, "versions": {}}
    found: dict[str, Record] = {}
    for name, path in artifacts:
        record = blank | tables.read_metadata(path)
        key = json.dumps([record[k] for k in ("stage", "settings", "seed", "commit", "code")], sort_keys=True)
        found.setdefault(key, ([], record))[0].append(name)
    return list(found.values())
