"""Stage fit: known compounds → the estimators, chosen, calibrated and measured."""

import json
import sys
from pathlib import Path

from superdrift.io import tables
from superdrift.io.files import write_whole
from superdrift.run.command import Run, command
from superdrift.statistics.scores import SCORES, columns
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS, HELD_OUT, NEIGHBOURS
from superdrift.superconductors.tc.fitting import fit as fit_estimators
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, distinct


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
    known = distinct(tables.read(compounds, COMPOUNDS, COLUMNS), settings.exclude_flags)
    fitted = fit_estimators(known, settings, seed=run.seed)
    tables.write(neighbours, NEIGHBOURS, known.columns(), run.metadata)
    tables.write(scores, SCORES, columns(fitted.scores), run.metadata)
    with tables.Writer(held_out, HELD_OUT, run.metadata) as writer:
        for found, ends in zip(fitted.held_out, fitted.intervals, strict=True):
            writer.append(found.columns(known, ends))
    described = {**fitted.estimator.describe(), "splits": fitted.splits, "provenance": run.metadata}
    write_whole(description, (json.dumps(described, indent=1, sort_keys=True) + "\n").encode())


main = command(fit)

if __name__ == "__main__":
    sys.exit(main())
