"""Stage rank: candidates of all sources → those that pass the gates, best first."""

import logging
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io import tables
from superdrift.run.command import Run, command, paired
from superdrift.superconductors.matched_rows import match
from superdrift.superconductors.new_families.tables import CLUSTERED
from superdrift.superconductors.ranking import Tally, gather, group_numbers, rank_rows
from superdrift.superconductors.settings.ranking import RankSettings
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, ESTIMATED, PROJECTED, SCREENED

logger = logging.getLogger("superdrift")


def rank(
    run: Run,
    settings: RankSettings,
    *,
    compounds: Path,
    sources: list[str],
    screened: list[Path],
    estimated: list[Path],
    projected: list[Path],
    candidates: Path,
    clustered: list[Path] = [],  # noqa: B006 - never changed
) -> None:
    """Gather, gate, score, sort and thin. The lists of files are parallel to `sources`.

    Args:
        run: seed and provenance.
        settings: gates, spacing, how many to keep.
        compounds: prepare/compounds.parquet; candidates keep their distance from these too.
        sources: names of the sources, at least one.
        screened: screen/{source}/screened.parquet of each.
        estimated: estimate/{source}/estimated.parquet of each.
        projected: project/{source}/projected.parquet of each.
        candidates: written: candidates.parquet.
        clustered: cluster/{source}/clustered.parquet of each; none: the groups stay null.
    """
    for option, files in {"screened": screened, "estimated": estimated, "projected": projected}.items():
        paired(sources, files, of="--sources", option=f"--{option}")
    paired(sources if clustered else [], clustered, of="--sources", option="--clustered")
    known = CompositionIndex(tables.matrix(tables.read(compounds, COMPOUNDS, ["amounts"])["amounts"]))
    tally, parts = Tally(), []
    for i, source in enumerate(sources):
        batches = tables.read_batches(screened[i], SCREENED)
        estimates = tables.read(estimated[i], ESTIMATED)
        rows, amounts = gather(batches, estimates, known, settings, tally, place=str(estimated[i]))
        parts.append((_joined(rows, source, projected[i], clustered[i] if clustered else None), amounts))
    tabled, vectors = zip(*parts, strict=True)
    ranked = rank_rows(pa.concat_tables(tabled), np.concatenate(vectors), settings, tally)
    logger.info(tally.line(ranked.num_rows))
    tables.write(candidates, CANDIDATES, ranked, run.metadata)


def _joined(rows: pa.Table, source: str, projected: Path, clustered: Path | None) -> pa.Table:
    """Rows with the columns that other stages know: source, moved, group."""
    ids = rows["id"].to_numpy()
    moves = tables.read(projected, PROJECTED, ["id", "moved"])
    moved = moves["moved"].take(match(moves["id"].to_numpy(), ids, place=str(projected)))
    group = group_numbers(ids, tables.read(clustered, CLUSTERED, ["id", "known", "group"]) if clustered else None)
    for name, column in {"source": pa.array([source] * len(ids), pa.string()), "moved": moved, "group": group}.items():
        rows = rows.append_column(CANDIDATES.schema.field(name), column)
    return rows


main = command(rank)

if __name__ == "__main__":
    sys.exit(main())
