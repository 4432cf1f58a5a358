"""Stage cluster: screened samples of one source → groups of them, their general formulas and doping curves, and a map.

Groups are found without the map, which is for the eye alone.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector
from superdrift.io import tables
from superdrift.run.command import Run, command
from superdrift.run.seeds import derive, generator
from superdrift.superconductors.generation.filter_order import FILTER_ORDERS, places
from superdrift.superconductors.matched_rows import match
from superdrift.superconductors.new_families.embedding import embed
from superdrift.superconductors.new_families.groups import NO_GROUP, Group, Grouping, group_columns, group_scales
from superdrift.superconductors.new_families.selection import draw, known_family, worth_grouping
from superdrift.superconductors.new_families.tables import CLUSTERED, DOPING, GROUPS
from superdrift.superconductors.screening.judged_amounts import judged_amounts
from superdrift.superconductors.settings.new_families import ClusterSettings
from superdrift.superconductors.sources import CONDITIONED, INPAINTED, parse_name
from superdrift.superconductors.tables import COMPOUNDS, ESTIMATED, SCREENED
from superdrift.superconductors.tables import CONDITIONED as SAMPLES_OF_REFERENCE

_VERDICTS = ["basic_pass", "duplicate", "novel", "valid_published", "charge_valid", "metal_plausible"]
_TC = ["tc_k", "tc_low_k", "tc_high_k"]


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
    doping: Path,
    samples: Path | None = None,
    formula: str | None = None,
    element_order: str = "atomic_number",
) -> None:
    """Group the generated compounds of one source.

    Args:
        run: seed and provenance.
        settings: thinning, cut, size of groups, the map.
        screened: verdicts of the source, and the amounts that were judged.
        estimated: its critical temperatures.
        compounds: known compounds.
        source: name of the source; groups drawn around a reference carry it.
        clustered: written; known compounds drawn for the map, then the generated ones.
        groups: written; one row per group.
        doping: written; estimated Tc against x, one row per member of a group with a letter in its formula.
        samples: of ILVR: condition/{reference}/samples.parquet, with the scale of each.
        formula: of the reference compound.
        element_order: of ILVR, along which it filtered.
    """
    new = _generated(screened, estimated, samples)
    every = tables.read(compounds, COMPOUNDS, ["id", "family", "superconducting", "amounts"])
    index = CompositionIndex(tables.matrix(every["amounts"]))
    reference = None if formula is None else to_vector(parse_formula(formula))
    found, grouping = group_scales(
        new.amounts, new.scale, index, new.tc_k[:, 0], reference=reference, settings=settings,
        streams=lambda scale: generator(run.seed, "cluster", source, scale),
        order=places(FILTER_ORDERS[element_order]),
    )  # fmt: skip
    kind, subject = parse_name(source)
    far = None if reference is None else float(index.nearest(reference[None])[0][0])
    columns = group_columns(found, subject if kind in (CONDITIONED, INPAINTED) else None, far)
    tables.write(groups, GROUPS, columns, run.metadata)
    tables.write(doping, DOPING, _curves(found, new), run.metadata)
    alike = known_family(every, source=source, generated_families=new.family)
    old = draw(every, alike, most=settings.known, stream=generator(run.seed, "cluster", source, "known"))
    seed = derive(run.seed, "cluster", source, "map")
    tables.write(clustered, CLUSTERED, _map(old, new, grouping, settings, seed), run.metadata)


@dataclass(frozen=True)
class _Generated:
    """The n generated compounds that are worth grouping.

    Attributes:
        ids: (n,) within the source.
        family: (n,) by the elements.
        amounts: (n, 96) atoms per formula unit.
        scale: (n,) N of the low-pass filter; 0 where there is none.
        tc_k: (n, 3) estimated Tc and the ends of its interval, K; nan where there is none.
    """

    ids: NDArray[np.int64]
    family: list[str]
    amounts: NDArray[np.float32]
    scale: NDArray[np.int64]
    tc_k: NDArray[np.float64]


def _generated(screened: Path, estimated: Path, samples: Path | None) -> _Generated:
    """Read them; a compound without an estimate has none."""
    verdicts = tables.read(screened, SCREENED, ["id", "family", *_VERDICTS])
    wanted = worth_grouping(verdicts)
    rows = verdicts.filter(pa.array(wanted))
    ids, scale = rows["id"].to_numpy(), np.zeros(rows.num_rows, dtype=np.int64)
    if samples is not None:
        drawn = tables.read(samples, SAMPLES_OF_REFERENCE, ["id", "scale"])
        scale = drawn["scale"].to_numpy()[match(drawn["id"].to_numpy(), ids, place=str(samples))].astype(np.int64)
    estimates = tables.read(estimated, ESTIMATED, ["id", *_TC])
    tc = np.full((len(ids), len(_TC)), np.nan)
    place = {row: position for position, row in enumerate(estimates["id"].to_pylist())}
    has = np.array([row in place for row in ids.tolist()], dtype=bool)
    at = [place[row] for row in ids[has].tolist()]
    tc[has] = np.stack([estimates[name].to_numpy()[at] for name in _TC], axis=1)
    return _Generated(ids, rows["family"].to_pylist(), judged_amounts(screened, wanted), scale, tc)


def _curves(groups: list[Group], new: _Generated) -> dict[str, Any]:
    """Columns of `DOPING`: x and the estimates of the members of the groups whose formula has an x."""
    parts = [(number, group) for number, group in enumerate(groups) if "x" in group.formula.variables]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(group.rows for _, group in parts)])
    x = np.concatenate([np.zeros(0), *(group.formula.variables["x"] for _, group in parts)])
    number = np.repeat([number for number, _ in parts], [len(group.rows) for _, group in parts]).astype(np.int64)
    known = np.isfinite(new.tc_k[rows, 0])
    tc = dict(zip(_TC, new.tc_k[rows][known].T, strict=True))
    return {"group": number[known], "id": new.ids[rows][known], "x": x[known], **tc}


def _map(old: pa.Table, new: _Generated, grouping: Grouping, settings: ClusterSettings, seed: int) -> dict[str, Any]:
    """Columns of `CLUSTERED`: known compounds and those generated ones that stand for their near-duplicates placed."""
    kept, known = grouping.kept, old.num_rows
    together = np.concatenate([tables.matrix(old["amounts"]), new.amounts[kept]])
    plane = embed(together, perplexity=settings.perplexity, seed=seed, threads=settings.threads)
    placed = np.full((len(new.ids), 2), np.nan)
    placed[kept] = plane[known:]
    x, y = (pa.array(column, from_pandas=True) for column in np.concatenate([plane[:known], placed]).T)
    group = [None] * known + [None if number == NO_GROUP else number for number in grouping.group.tolist()]
    return {
        "id": old["id"].to_pylist() + new.ids.tolist(),
        "known": np.arange(known + len(new.ids)) < known,
        "x": x,
        "y": y,
        "group": group,
    }


main = command(cluster)

if __name__ == "__main__":
    sys.exit(main())
