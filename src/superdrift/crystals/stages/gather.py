"""Stage gather: the sources' tables → one table of known structures, with duplicates and splits."""

import logging
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from superdrift.crystals.data.duplicates import GEOMETRY, duplicates
from superdrift.crystals.data.splits import known_prototypes, split_by_formula, split_by_prototype
from superdrift.crystals.settings import GatherSettings
from superdrift.crystals.tables import READ, REJECTED, STRUCTURES
from superdrift.io import tables
from superdrift.run.command import Run, command, paired
from superdrift.structures.matching import Tolerances

logger = logging.getLogger("superdrift")


def gather(
    run: Run, settings: GatherSettings, *, read: list[Path], refused: list[Path], structures: Path, rejected: Path
) -> None:
    """Put the sources one after another, mark duplicates, split.

    Args:
        run: seed and provenance.
        settings: names of the sources, tolerances of duplicates, shares of the splits.
        read: tables of accepted rows, in the order of `settings.sources`.
        refused: tables of rejected rows, likewise.
        structures: table of all accepted rows to write.
        rejected: table of all rejected rows to write.
    """
    accepted = paired(settings.sources, read, of="crystals.sources", option="--read")
    dropped = paired(settings.sources, refused, of="crystals.sources", option="--refused")
    rows = pa.concat_tables([tables.read(path, READ) for path in accepted.values()])
    left = pa.concat_tables([tables.read(path, REJECTED) for path in dropped.values()])
    columns = {name: rows[name] for name in rows.column_names if name != "assigned"}
    columns |= _added(rows, settings, run.seed)
    tables.write(rejected, REJECTED, left, run.metadata)
    tables.write(structures, STRUCTURES, columns, run.metadata)
    repeated = sum(first is not None for first in columns["duplicate_of"])
    logger.info(
        "gather: %d structures of %s, %d rejected, %d duplicates; split %s, by prototype %s",
        rows.num_rows, dict(Counter(rows["source"].to_pylist())), left.num_rows, repeated,
        dict(Counter(columns["split"])), dict(Counter(columns["prototype_split"])),
    )  # fmt: skip


def _added(rows: pa.Table, settings: GatherSettings, seed: int) -> dict[str, Any]:
    """The columns that only all rows together have."""
    formulas, prototypes = rows["reduced_formula"].to_pylist(), rows["prototype"].to_pylist()
    shares = {"seed": seed, "test": settings.test_share, "validation": settings.validation_share}
    split = split_by_formula(formulas, rows["assigned"].to_pylist(), **shares)
    keys = list(zip(formulas, rows["fingerprint"].to_pylist(), strict=True))
    tolerances = Tolerances(ltol=settings.ltol, stol=settings.stol, angle_tol=settings.angle_tol)
    return {
        "id": range(rows.num_rows),
        "split": split,
        "prototype_split": split_by_prototype(formulas, prototypes, **shares),
        "prototype_known": known_prototypes(formulas, prototypes, split),
        "duplicate_of": duplicates(
            keys, rows.select(list(GEOMETRY)).to_pylist(), tolerances, processes=settings.threads
        ),
    }


main = command(gather)

if __name__ == "__main__":
    sys.exit(main())
