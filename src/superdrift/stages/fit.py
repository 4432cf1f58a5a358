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


def fit(run: Run, settings: FitSettings, *, compounds: Path, neighbours: Path, description: Path, scores: Path) -> None:
    """Fit the nearest-neighbour estimators of superconductivity and Tc.

    Args:
        run: seed and provenance.
        settings: what to choose from, and how to hold out.
        compounds: prepare/compounds.parquet.
        neighbours: written: the training compositions, from which the estimators are refitted.
        description: written: choices, calibration and splits, as JSON.
        scores: written: scores on held-out compositions, random and grouped.
    """
    known = distinct(tables.read(compounds, tables.COMPOUNDS, COLUMNS), settings.exclude_flags)
    fitted = fit_estimators(known, settings, seed=run.seed)
    tables.write(neighbours, tables.NEIGHBOURS, known.columns(), run.metadata)
    tables.write(scores, tables.SCORES, columns(fitted.scores), run.metadata)
    rates = [
        {
            "model": s.model,
            "split": s.split,
            "metric": s.metric,
            "value": s.value,
            "low": s.low,
            "high": s.high,
        }
        for s in fitted.scores
        if s.metric in ("tp", "fp") and s.subset == "all"
    ]
    described = {
        **fitted.estimator.describe(),
        "rates": rates,
        "splits": fitted.splits,
        "provenance": run.metadata,
    }
    text = json.dumps(described, indent=1, sort_keys=True) + "\n"
    write_whole(description, text.encode())


main = command(fit)

if __name__ == "__main__":
    sys.exit(main())
