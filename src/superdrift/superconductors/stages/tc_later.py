"""Stage tc_later: a cut-off's estimators, judged by the compounds reported later."""

import sys
from pathlib import Path

from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.statistics.scores import SCORES, columns
from superdrift.superconductors.hindsight.later import COLUMNS, later_compounds
from superdrift.superconductors.hindsight.tc import tc_in_hindsight
from superdrift.superconductors.settings.hindsight import TcLaterSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.estimator import Estimator


def tc_later(
    run: Run,
    settings: TcLaterSettings,
    *,
    every: Path,
    compounds: Path,
    neighbours: Path,
    description: Path,
    cutoff: int,
    scores: Path,
) -> None:
    """Score the default, the published method, extra trees on fractions and the family mean on later compounds.

    Args:
        run: seed and provenance.
        settings: spacing of the later compounds, forest of the rival, threads.
        every: prepare/compounds.parquet of all years.
        compounds: that of the cut-off: what was known.
        neighbours: training compositions of the cut-off's estimators.
        description: their trees, choices and calibration.
        cutoff: the last year that was known.
        scores: written: the scores, split `until_{cutoff}`.
    """
    known = tables.matrix(tables.read(compounds, COMPOUNDS, ["amounts"])["amounts"])
    later = later_compounds(tables.read(every, COMPOUNDS, COLUMNS), known, cutoff=cutoff, spacing=settings.spacing)
    estimator = Estimator.load(neighbours, description, threads=settings.threads)
    rows = tc_in_hindsight(
        estimator, estimator.neighbours.known, later, forest=settings.forest, seed=run.seed, cutoff=cutoff
    )
    tables.write(scores, SCORES, columns(rows), run.metadata)


main = command(tc_later)

if __name__ == "__main__":
    sys.exit(main())
