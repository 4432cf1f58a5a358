"""Stage rediscover: what a cut-off's generator and the nulls proposed of the compounds reported later."""

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.io import tables
from superdrift.run import seeds
from superdrift.run.command import Run, command, paired
from superdrift.superconductors.data.families import COMPOUND_FAMILIES, EVERYTHING, members
from superdrift.superconductors.data.row_selection import superconducting
from superdrift.superconductors.hindsight.later import COLUMNS, Later, later_compounds
from superdrift.superconductors.hindsight.reach import substitution_distance
from superdrift.superconductors.hindsight.rediscovery import (
    KNOWN,
    Found,
    Proposals,
    Share,
    columns,
    found_by,
    shares,
)
from superdrift.superconductors.hindsight.tables import FORESEEN, LATER, REDISCOVERY
from superdrift.superconductors.matched_rows import match
from superdrift.superconductors.settings.hindsight import RediscoverSettings
from superdrift.superconductors.sources import method_and_family
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, SCREENED

logger = logging.getLogger("superdrift")

ALL = "all"
"""Name of all later compounds in the table, and of the family whose proposals they, and families without a model of
their own, are looked up in."""


def rediscover(
    run: Run,
    settings: RediscoverSettings,
    *,
    every: Path,
    compounds: Path,
    cutoff: int,
    sources: list[str],
    screened: list[Path],
    ranked: list[Path],
    later: Path,
    foreseen: Path,
    rediscovery: Path,
) -> None:
    """Look the later compounds up among the proposals of every method. The lists of files are parallel to `sources`.

    Args:
        run: seed and provenance.
        settings: radii, numbers of ranked proposals, spacing.
        every: prepare/compounds.parquet of all years.
        compounds: that of the cut-off: what was known.
        cutoff: the last year that was known.
        sources: names of the sources: families, and nulls for families.
        screened: screen/{source}/screened.parquet of each.
        ranked: rank/{source}/candidates.parquet of each.
        later: written: the later compounds.
        foreseen: written: how near each method came to each of them.
        rediscovery: written: the shares.
    """
    tables_of = paired(sources, list(zip(screened, ranked, strict=True)), of="--sources", option="--screened")
    known = tables.read(compounds, COMPOUNDS, ["family", "superconducting", "amounts"])
    amounts = tables.matrix(known["amounts"])
    found = later_compounds(tables.read(every, COMPOUNDS, COLUMNS), amounts, cutoff=cutoff, spacing=settings.spacing)
    reach = substitution_distance(found.amounts, amounts)
    tables.write(later, LATER, _later_columns(found, reach), run.metadata)
    rows: list[Share] = []
    with tables.Writer(foreseen, FORESEEN, run.metadata) as writer:
        for family in (*COMPOUND_FAMILIES, ALL):
            chosen = ~found.apart & ((found.families == family) | (family == ALL))
            part, model = found.only(chosen), family if family in sources else EVERYTHING
            looked = [found_by(p, part, settings.radii) for p in _proposals(tables_of, known, model)]
            near = {radius: reach[chosen] <= radius + TOLERANCE for radius in settings.radii}
            stream = seeds.generator(run.seed, "rediscover", cutoff, family)
            rows += shares(looked, part, near, tops=settings.tops, cutoff=cutoff, family=family, generator=stream)
            if family != ALL:
                _append(writer, looked, part)
            logger.info("%d %s later; found by %d methods of %s", len(part.amounts), family, len(looked), model)
    tables.write(rediscovery, REDISCOVERY, columns(rows), run.metadata)


def _proposals(files: Mapping[str, tuple[Path, Path]], known: pa.Table, family: str) -> Iterator[Proposals]:
    """What each method proposes for a family, one after another: they are large."""
    for name, (screened, ranked) in files.items():
        method, of = method_and_family(name)
        if of == family:
            drawn = tables.read(screened, SCREENED, ["id", "amounts", "basic_pass"])
            passed, amounts = drawn["basic_pass"].to_numpy(), tables.matrix(drawn["amounts"])
            ids = tables.read(ranked, CANDIDATES, ["id"])["id"].to_numpy()
            yield Proposals(method, amounts[passed], amounts[match(drawn["id"].to_numpy(), ids, place=str(screened))])
    own = members(known["family"].to_pylist(), family) & superconducting(known)
    amounts = tables.matrix(known["amounts"])[own]
    yield Proposals(KNOWN, amounts, amounts[:0])


def _later_columns(later: Later, reach: NDArray[np.float64]) -> dict[str, Any]:
    """Columns of `LATER`."""
    names = ("id", "formula", "family", "tc_consensus_k", "year")
    return {name: later.table[name] for name in names} | {
        "distance_to_known": later.distance, "substitution_distance": reach, "high_pressure": later.apart,
    }  # fmt: skip


def _append(writer: tables.Writer, found: Sequence[Found], later: Later) -> None:
    """One batch of `FORESEEN` for each method and radius."""
    for part in found:
        for radius, rank in part.rank.items():
            n = len(rank)
            writer.append({
                "id": later.table["id"], "method": [part.method] * n, "distance": part.distance, "radius": [radius] * n,
                "rank": pa.array(rank, mask=rank == 0),
            })  # fmt: skip


main = command(rediscover)

if __name__ == "__main__":
    sys.exit(main())
