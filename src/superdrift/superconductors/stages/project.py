"""Stage project: samples → the same rows, projected on a rule, ready to be screened."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.projection import Projection
from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.compiled import set_threads
from superdrift.superconductors.data.families import members
from superdrift.superconductors.data.row_selection import superconducting
from superdrift.superconductors.screening.known_charges import charge_check
from superdrift.superconductors.settings.screening import ProjectSettings
from superdrift.superconductors.tables import COMPOUNDS, PROJECTED, SAMPLES


def project(
    run: Run,
    settings: ProjectSettings,
    *,
    samples: Path,
    compounds: Path,
    projected: Path,
    family: str | None = None,
) -> None:
    """Project samples on a rule.

    Args:
        run: seed and provenance.
        settings: the rule, and what it takes.
        samples: any table with id and amounts.
        compounds: known compounds, of which the charge check learns what is accepted.
        projected: written; ids as in `samples`.
        family: `samples` is the table of compounds: take the superconductors of this family instead, under
            their ids of that table, as they are. They are screened as a baseline.
    """
    set_threads(settings.threads)
    table, wanted = SAMPLES, ["id", "amounts"]
    rule = settings.rule if family is None else "none"
    if family is not None:
        table, wanted = COMPOUNDS, ["id", "amounts", "family", "superconducting"]
    projection = Projection(
        rule,
        settings.tolerance,
        settings.noise_floor,
        check=_check(compounds, settings) if rule == "charge_valid" else None,
        oxidation_states=settings.oxidation_states,
    )
    with tables.Writer(projected, PROJECTED, run.metadata) as writer:
        for batch in tables.read_batches(samples, table, wanted):
            rows = batch if family is None else _superconductors(batch, family)
            parts = [
                projection.project(tables.matrix(rows.slice(start, settings.batch_size)["amounts"]))
                for start in range(0, max(1, rows.num_rows), settings.batch_size)
            ]
            amounts, moved = (np.concatenate(column) for column in zip(*parts, strict=True))
            writer.append({"id": rows["id"], "amounts": amounts, "moved": moved, "rule": [rule] * len(amounts)})


def _check(compounds: Path, settings: ProjectSettings) -> ChargeCheck:
    known = tables.read(compounds, COMPOUNDS, ["superconducting", "amounts", "flags"])
    return charge_check(known, settings.charge)


def _superconductors(batch: pa.Table, family: str) -> pa.Table:
    keep = members(batch["family"].to_pylist(), family) & superconducting(batch)
    return batch.filter(pa.array(keep))


main = command(project)

if __name__ == "__main__":
    sys.exit(main())
