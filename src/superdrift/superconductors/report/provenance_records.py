"""Names and files that belong together: the lists a command takes, paired, and their provenance records."""

import json
from collections.abc import Sequence
from pathlib import Path

from superdrift.io import tables
from superdrift.report.page import Record
from superdrift.run.errors import InputError


def paired(names: Sequence[str], files: Sequence[Path], *, of: str, option: str) -> dict[str, Path]:
    """Name → file of two parallel lists.

    Args:
        names: values of the option `of`.
        files: values of the option `option`.
        of: option that gave the names, for the message.
        option: option that gave the files, for the message.

    Raises:
        InputError: when the lists differ in length or a name repeats.
    """
    if len(names) != len(files):
        raise InputError(
            f"{of} has {len(names)} names and {option} {len(files)} files; give one file a name, in one order"
        )
    if len(set(names)) != len(names):
        raise InputError(f"{of} names a source twice: {' '.join(names)}; give each once")
    return dict(zip(names, files, strict=True))


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
