"""Stage gather_hindsight: the tables of all cut-offs → one table of shares, one of Tc, one figure."""

import sys
from pathlib import Path

import pyarrow as pa

from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.statistics.scores import SCORES
from superdrift.superconductors.hindsight.tables import FORESEEN, LATER, REDISCOVERY
from superdrift.superconductors.report.figures import found_later
from superdrift.superconductors.settings.hindsight import GatherHindsightSettings


def gather_hindsight(
    run: Run,
    settings: GatherHindsightSettings,
    *,
    later: list[Path],
    foreseen: list[Path],
    rediscoveries: list[Path],
    scores: list[Path],
    rediscovery: Path,
    tc: Path,
    figure: Path,
) -> None:
    """Put the cut-offs one below the other. The lists of files are parallel.

    Args:
        run: seed and provenance.
        settings: cut-offs, radii.
        later: rediscover/later.parquet of each cut-off.
        foreseen: rediscover/foreseen.parquet of each.
        rediscoveries: rediscover/rediscovery.parquet of each.
        scores: rediscover/tc.parquet of each.
        rediscovery: written: all shares in one table.
        tc: written: all scores in one table.
        figure: written: what was found, by year of the report.
    """
    for place, kind, parts in ((rediscovery, REDISCOVERY, rediscoveries), (tc, SCORES, scores)):
        tables.write(place, kind, pa.concat_tables([tables.read(part, kind) for part in parts]), run.metadata)
    found = [
        found_later.Cutoff.of(year, tables.read(compounds, LATER), tables.read(near, FORESEEN))
        for year, compounds, near in zip(settings.cutoffs, later, foreseen, strict=True)
    ]
    found_later.draw(found, radius=min(settings.radii), path=figure)


main = command(gather_hindsight)

if __name__ == "__main__":
    sys.exit(main())
