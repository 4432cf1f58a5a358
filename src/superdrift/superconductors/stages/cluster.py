"""Stage cluster: screened samples + known compounds → a map, clusters, and their general formulas."""

import sys
from pathlib import Path

import numpy as np

from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.new_families.clusters import cluster_map
from superdrift.superconductors.new_families.embedding import embed
from superdrift.superconductors.new_families.groups import group_clusters, group_columns
from superdrift.superconductors.new_families.selection import draw, known_family, worth_grouping
from superdrift.superconductors.screening.judged_amounts import judged_amounts
from superdrift.superconductors.settings.new_families import ClusterSettings
from superdrift.superconductors.sources import CONDITIONED, INPAINTED, parse_name
from superdrift.superconductors.tables import CLUSTERED, COMPOUNDS, ESTIMATED, GROUPS, SCREENED

_VERDICTS = ["basic_pass", "duplicate", "novel", "valid_published", "charge_valid"]


def cluster(
    run: Run,
    settings: ClusterSettings,
    *,
    screened: Path,
    estimated: Path,
    compounds: Path,
    source: str,
    clustered: Path,
    groups: Path,
) -> None:
    """Group the generated compounds of one source.

    Args:
        run: seed and provenance.
        settings: how many compounds, the map, the clusters.
        screened: verdicts of the source, and the amounts that were judged.
        estimated: its critical temperatures.
        compounds: known compounds.
        source: name of the source; groups of a conditioned one carry its reference.
        clustered: written; the known compounds drawn, then the generated ones.
        groups: written; one row per group.
    """
    verdicts = tables.read(screened, SCREENED, ["id", "family", *_VERDICTS])
    stream = generator(run.seed, "cluster", source)
    new = draw(verdicts, worth_grouping(verdicts), most=settings.generated, stream=stream)
    every = tables.read(compounds, COMPOUNDS, ["id", "family", "superconducting", "amounts"])
    alike = known_family(every, source=source, generated_families=new["family"].to_pylist())
    old = draw(every, alike, most=settings.known, stream=stream)
    generated = judged_amounts(screened, np.isin(verdicts["id"], new["id"]))
    amounts = np.concatenate([tables.matrix(old["amounts"]), generated])
    known = np.arange(len(amounts)) < old.num_rows
    seed = derive(run.seed, "cluster", source, "map")
    plane = embed(amounts, perplexity=settings.perplexity, seed=seed, threads=settings.threads)
    numbers = cluster_map(plane, min_cluster_size=settings.min_cluster_size)
    estimates = tables.read(estimated, ESTIMATED, ["id", "tc_k"])
    tc_by_id = dict(zip(estimates["id"].to_pylist(), estimates["tc_k"].to_pylist(), strict=True))
    ids = old["id"].to_pylist() + new["id"].to_pylist()
    tc_k = np.array([np.nan] * old.num_rows + [tc_by_id.get(row, np.nan) for row in new["id"].to_pylist()])
    found, group = group_clusters(amounts, numbers, known, tc_k, optional_share=settings.optional_share)
    columns = {"id": ids, "known": known, "x": plane[:, 0], "y": plane[:, 1], "cluster": numbers}
    columns["group"] = [number if number >= 0 else None for number in group.tolist()]
    tables.write(clustered, CLUSTERED, columns, run.metadata)
    kind, subject = parse_name(source)
    reference = subject if kind in (CONDITIONED, INPAINTED) else None
    tables.write(groups, GROUPS, group_columns(found, reference), run.metadata)


main = command(cluster)

if __name__ == "__main__":
    sys.exit(main())
