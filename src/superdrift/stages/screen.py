"""Stage `screen`: projected samples + known compounds → one row of verdicts per sample."""

import sys
from pathlib import Path

import numpy as np

from superdrift import tables
from superdrift.errors import InputError
from superdrift.progress import Progress
from superdrift.screening.charge import observed_ranges
from superdrift.screening.novelty import KnownCompounds
from superdrift.screening.screener import Screener
from superdrift.settings import ScreenSettings
from superdrift.stages.command import Run, command


def screen(
    run: Run,
    settings: ScreenSettings,
    *,
    projected: Path,
    compounds: Path,
    screened: Path,
    training: str = "false",
) -> None:
    """Judge every row of a source.

    Args:
        run: seed and provenance.
        settings: radii, ranges, and the range of elements and noise floor of the source's model.
        projected: the rows to judge.
        compounds: known compounds; superconductors and others all count as known.
        screened: written, in row order.
        training: true when the rows are known compounds themselves (a baseline): amounts are judged as they
            stand, and the nearest known compound is the nearest of another composition.
    """
    if training not in ("true", "false"):
        raise InputError(f"--training is '{training}'; write true or false")
    screener = _screener(settings, compounds, baseline=training == "true")
    total = tables.read(projected, tables.PROJECTED, ["id"]).num_rows
    with (
        tables.Writer(screened, tables.SCREENED, run.metadata) as writer,
        Progress(total, f"screen {projected.parent.name}", "row") as progress,
    ):
        for group in tables.read_batches(projected, tables.PROJECTED, ["id", "amounts"]):
            for start in range(0, max(1, group.num_rows), settings.batch_size):
                batch = group.slice(start, settings.batch_size)
                writer.append(screener.screen(batch["id"].to_numpy(), tables.matrix(batch["amounts"])))
                progress.advance(batch.num_rows)


def _screener(settings: ScreenSettings, compounds: Path, *, baseline: bool) -> Screener:
    known = tables.read(compounds, tables.COMPOUNDS, ["formula", "superconducting", "amounts", "flags"])
    amounts = tables.matrix(known["amounts"])
    unflagged = np.array([not flags for flags in known["flags"].to_pylist()], dtype=bool)
    trusted = unflagged & np.array(known["superconducting"], dtype=bool)
    return Screener(
        settings,
        KnownCompounds(
            amounts,
            known["formula"].to_pylist(),
            known_radius=settings.known_radius,
            novel_radius=settings.novel_radius,
            others=baseline,
        ),
        observed_ranges(
            amounts[trusted],
            coverage=settings.valence_coverage,
            bandwidth=settings.valence_bandwidth,
            min_known=settings.valence_min_known,
        ),
        exact=baseline,
    )


main = command(screen)

if __name__ == "__main__":
    sys.exit(main())
