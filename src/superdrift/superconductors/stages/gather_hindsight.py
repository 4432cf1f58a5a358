"""Stage gather_hindsight: the tables of all cut-offs → one table and one figure."""

import sys
from pathlib import Path

import pyarrow as pa

from superdrift.io import tables
from superdrift.run.command import Run, command
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
    rediscovery: Path,
    figure: Path,
) -> None:
    """Put the cut-offs one below the other. The lists of files are parallel.

    Args:
        run: seed and provenance.
        settings: cut-offs, radii.
        later: rediscover/later.parquet of each cut-off.
        foreseen: rediscover/foreseen.parquet of each.
        rediscoveries: rediscover/rediscovery.parquet of each.
        rediscovery: written: all of them in one.
        figure: written: what was found, by year of the report.
    """
    tables.write(rediscovery, REDISCOVERY, pa.concat_tables([tables.read(p, REDISCOVERY) for p in rediscoveries]),
                 run.metadata)  # fmt: skip
    found = [
        found_later.Cutoff.of(year, tables.read(compounds, LATER), tables.read(near, FORESEEN))
        for year, compounds, near in zip(settings.cutoffs, later, foreseen, strict=True)
    ]
    found_later.draw(found, radius=min(settings.radii), path=figure)


main = command(gather_hindsight)

if __name__ == "__main__":
    sys.exit(main())
