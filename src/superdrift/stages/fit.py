"""Rule `fit`: choose, calibrate and measure the estimators on the known compounds."""

import json
import sys
from pathlib import Path

from superdrift import tables
from superdrift.estimators.fitting import fit as fit_estimators
from superdrift.estimators.known import COLUMNS, distinct
from superdrift.estimators.scores import columns
from superdrift.files import write_whole
from superdrift.settings import FitSettings
from superdrift.stages.command import Run, command


def fit(
    run: Run,
    settings: FitSettings,
    *,
    compounds: Path,
    neighbours: Path,
    description: Path,
    scores: Path,
    held_out: Path,
) -> None:
    """Fit the estimators of superconductivity and Tc.

    Args:
        run: seed and provenance.
        settings: what to choose from, and how to hold out.
        compounds: prepare/compounds.parquet.
        neighbours: written: the training compositions.
        description: written: trees, choices, calibration and splits, as JSON.
        scores: written: scores on held-out compositions, of every split.
        held_out: written: the held-out estimates themselves.
    """
    known = distinct(tables.read(compounds, tables.COMPOUNDS, COLUMNS), settings.exclude_flags)
    fitted = fit_estimators(known, settings, seed=run.seed)
    tables.write(neighbours, tables.NEIGHBOURS, known.columns(), run.metadata)
    tables.write(scores, tables.SCORES, columns(fitted.scores), run.metadata)
    with tables.Writer(held_out, tables.HELD_OUT, run.metadata) as writer:
        for found, ends in zip(fitted.held_out, fitted.intervals, strict=True):
            writer.append(found.columns(known, ends))
    described = {**fitted.estimator.describe(), "splits": fitted.splits, "provenance": run.metadata}
    write_whole(description, (json.dumps(described, indent=1, sort_keys=True) + "\n").encode())


main = command(fit)

if __name__ == "__main__":
    sys.exit(main())
