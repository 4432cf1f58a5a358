"""Stage `project`: samples → the same rows, projected on a rule, ready to be screened."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from superdrift import tables
from superdrift.composition.families import members
from superdrift.screening.projection import project_amounts
from superdrift.settings import ProjectSettings
from superdrift.stages.command import Run, command


def project(run: Run, settings: ProjectSettings, *, samples: Path, projected: Path, family: str | None = None) -> None:
    """Project samples on a rule.

    Args:
        run: seed and provenance.
        settings: the rule.
        samples: any table with id and amounts.
        projected: written; ids as in `samples`.
        family: `samples` is the table of compounds: take the superconductors of this version instead, under
            their ids of that table. They are screened as a baseline.
    """
    table, wanted = tables.SAMPLES, ["id", "amounts"]
    if family is not None:
        table, wanted = tables.COMPOUNDS, ["id", "amounts", "family", "superconducting"]
    with tables.Writer(projected, tables.PROJECTED, run.metadata) as writer:
        for batch in tables.read_batches(samples, table, wanted):
            rows = batch if family is None else _superconductors(batch, family)
            amounts, moved = project_amounts(tables.matrix(rows["amounts"]), rule=settings.rule)
            writer.append(
                {
                    "id": rows["id"],
                    "amounts": amounts,
                    "moved": moved,
                    "rule": [settings.rule] * len(amounts),
                }
            )


def _superconductors(batch: pa.Table, family: str) -> pa.Table:
    keep = members(batch["family"].to_pylist(), family) & np.array(batch["superconducting"], dtype=bool)
    return batch.filter(pa.array(keep))


main = command(project)

if __name__ == "__main__":
    sys.exit(main())
