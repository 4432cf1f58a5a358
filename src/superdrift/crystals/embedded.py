"""The structures that come with the project: a draw of MP-20's validation and test splits, small enough to be embedded.

    python -m superdrift.crystals.embedded --write

makes data/crystals_demo.csv.gz from the public files `mp_20_val` (rows to train on) and `mp_20_test` (rows to test on);
without --write it says whether the file is what is made. Materials Project data, CC BY 4.0.
"""

import csv
import gzip
import io
import json
import sys
from pathlib import Path

from superdrift.crystals.data.readers import rows_of_table
from superdrift.run import registry
from superdrift.run.errors import InputError
from superdrift.run.provenance import sha256
from superdrift.run.seeds import derive

FILE = registry.DATA / "crystals_demo.csv.gz"
"""The file; `crystals_demo` in the registry."""
RECORD = registry.DATA / "crystals_demo.json"
"""What it was made of."""
ROWS = {"mp_20_val": ("train", 1200), "mp_20_test": ("test", 200)}
"""Public file → part of the split that its rows become, and how many are drawn: so many that the file stays small."""
COLUMNS = ("material_id", "split", "formation_energy_per_atom", "e_above_hull", "cif")
"""Columns of the file."""
_STREAM = "crystals_demo"
"""Name of the draw: rows come in the order of a hash of their formula, so that rows of one formula stay together."""


def content() -> tuple[bytes, dict[str, object]]:
    """The file, and the record of what it was made of."""
    text, sources = io.StringIO(), {}
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for name, (part, number) in ROWS.items():
        path = registry.locate(name)
        if path is None:
            raise InputError(
                f"{name} is not at hand: put a copy in a folder and set {registry.VARIABLE} to that folder"
            )
        rows = sorted(
            rows_of_table(path), key=lambda row: (derive(0, _STREAM, row["pretty_formula"]), row["material_id"])
        )
        writer.writerows({**row, "split": part} for row in rows[:number])
        sources[name] = {"sha256": sha256(path), "rows": number, "split": part}
    record = {"made_by": "python -m superdrift.crystals.embedded --write", "licence": "CC BY 4.0 (Materials Project)"}
    return gzip.compress(text.getvalue().encode(), mtime=0), {**record, "sources": sources}


def main(arguments: list[str]) -> int:
    """Write the file and its record, or say whether they are what is made; 1 where they are not."""
    made, record = content()
    text = json.dumps(record, indent=2) + "\n"
    if "--write" in arguments:
        FILE.write_bytes(made)
        RECORD.write_text(text, encoding="utf-8")
        return 0
    same = _unpacked(FILE) == gzip.decompress(made) and RECORD.is_file() and RECORD.read_text(encoding="utf-8") == text
    if not same:
        print(f"{FILE.name} is not what is made; run this command again with --write")
    return int(not same)


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.is_file() else b""


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as error:
        sys.exit(f"error: {error}")
