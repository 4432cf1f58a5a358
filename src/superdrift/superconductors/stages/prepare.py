"""Stage prepare: the sources → one table of known compounds and one of rejected rows."""

import logging
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from superdrift.composition.near_duplicates import near_duplicate_groups
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.errors import InputError
from superdrift.superconductors.data.cleaning import clean, consensus
from superdrift.superconductors.data.compound import Compound
from superdrift.superconductors.data.flags import flag
from superdrift.superconductors.data.generator_split import split_groups
from superdrift.superconductors.data.readers import read_source
from superdrift.superconductors.settings.data import PrepareSettings
from superdrift.superconductors.tables import COMPOUNDS, REJECTED

logger = logging.getLogger("superdrift")


def prepare(run: Run, settings: PrepareSettings, *, sources: list[Path], compounds: Path, rejected: Path) -> None:
    """Read, clean, flag, group and split the known compounds.

    Args:
        run: seed and provenance.
        settings: names of the sources, thresholds of the flags, split.
        sources: the files, in the order of `settings.sources`.
        compounds: table of accepted rows to write.
        rejected: table of rejected rows to write.
    """
    if len(sources) != len(settings.sources):
        raise InputError(f"{len(settings.sources)} names in prepare.sources, {len(sources)} files; give one for each")
    rows = [row for name, path in zip(settings.sources, sources, strict=True) for row in read_source(name, path)]
    accepted, dropped = clean(
        rows, malformed_rows=settings.malformed_rows, until_year=settings.until_year, keep_undated=settings.keep_undated
    )
    if not any(compound.tc_k is not None for compound in accepted):
        why = f"; the first rejected: {dropped[0].reason}" if dropped else ""
        raise InputError(f"no superconductor among the {len(rows)} rows of {', '.join(settings.sources)}{why}")
    columns = _columns(accepted, settings, run.seed)
    flags = dict(Counter(name for row in columns["flags"] for name in row))
    reasons = {c.name: [getattr(row, c.name) for row in dropped] for c in REJECTED.columns}
    tables.write(rejected, REJECTED, reasons, run.metadata)
    tables.write(compounds, COMPOUNDS, columns, run.metadata)
    logger.info("prepare: %d rows, %d accepted, %d rejected; %s", len(rows), len(accepted), len(dropped), flags)


def _columns(accepted: list[Compound], settings: PrepareSettings, seed: int) -> dict[str, Any]:
    amounts = np.stack([to_vector(compound.amounts) for compound in accepted])
    superconducting = [compound.superconducting for compound in accepted]
    positive = np.array([label is True for label in superconducting])
    families = [compound.family for compound in accepted]
    groups = near_duplicate_groups(amounts, settings.group_radius)
    fraction = settings.validation_fraction
    return {
        "id": np.arange(len(accepted)),
        "formula": [compound.row.text.strip() for compound in accepted],
        "reduced_formula": [compound.reduced_formula for compound in accepted],
        "family": families,
        "superconducting": superconducting,
        "tc_k": [compound.tc_k for compound in accepted],
        "tc_consensus_k": consensus(accepted),
        "amounts": amounts,
        "split": split_groups(groups, families, positive, fraction=fraction, seed=seed),
        "group": groups,
        "flags": flag(accepted, amounts, settings),
        "year": [compound.year for compound in accepted],
        "reference": [compound.reference or None for compound in accepted],
        "origin": [compound.row.origin for compound in accepted],
        "row": [compound.row.number for compound in accepted],
    }


main = command(prepare)

if __name__ == "__main__":
    sys.exit(main())
