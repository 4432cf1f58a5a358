"""Rule `rank`: the candidates of all sources that pass the gates, best first."""

import logging
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from superdrift import tables
from superdrift.composition.vector import atomic_fractions
from superdrift.errors import InputError
from superdrift.ranking import Tally, gather, match, place_in_clusters, rank_rows
from superdrift.settings import RankSettings
from superdrift.stages.command import Run, command

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
        sources: names of the sources.
        screened: screen/{source}/screened.parquet of each.
        estimated: estimate/{source}/estimated.parquet of each.
        projected: project/{source}/projected.parquet of each.
        candidates: written: candidates.parquet.
        clustered: cluster/{source}/clustered.parquet of each; none: the cluster columns stay null.
    """
    files = {"screened": screened, "estimated": estimated, "projected": projected}
    for option, paths in {**files, **({"clustered": clustered} if clustered else {})}.items():
        if len(paths) != len(sources) or not sources:
            raise InputError(
                f"--{option} has {len(paths)} files for {len(sources)} sources; give one for each, in order"
            )
    known = cKDTree(
        atomic_fractions(tables.matrix(tables.read(compounds, tables.COMPOUNDS, ["amounts"])["amounts"]))
    )
    tally, parts, amounts = Tally(), [], []
    for i, source in enumerate(sources):
        batches = tables.read_batches(screened[i], tables.SCREENED)
        estimates = tables.read(estimated[i], tables.ESTIMATED)
        rows, vectors = gather(batches, estimates, known, settings, tally, place=str(estimated[i]))
        moves = tables.read(projected[i], tables.PROJECTED, ["id", "moved"])
        ids = rows["id"].to_numpy()
        moved = moves["moved"].take(match(moves["id"].to_numpy(), ids, place=str(projected[i])))
        places = tables.read(clustered[i], tables.CLUSTERED) if clustered else None
        extra = {
            "source": pa.array([source] * len(ids), pa.string()),
            "moved": moved,
            **place_in_clusters(ids, places),
        }
        for name, column in extra.items():
            rows = rows.append_column(tables.CANDIDATES.schema.field(name), column)
        parts.append(rows)
        amounts.append(vectors)
    ranked = rank_rows(pa.concat_tables(parts), np.concatenate(amounts), settings, tally)
    logger.info(tally.line(ranked.num_rows))
    tables.write(candidates, tables.CANDIDATES, ranked, run.metadata)


main = command(rank)

if __name__ == "__main__":
    sys.exit(main())
