"""The way up from one compound: what the generator makes of its coordinates at ever higher Tc, judged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import atomic_fractions, distinct_compositions, round_amounts, to_vector
from superdrift.io.columns import in_columns
from superdrift.io.tables import Column, Table
from superdrift.run.errors import InputError
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive
from superdrift.superconductors.ask.generators import Generator
from superdrift.superconductors.ask.proposals import PROPOSED, checked, gated
from superdrift.superconductors.check.formulas import check
from superdrift.superconductors.drift.transport import Transport, transport_of
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.ranking import Tally, score
from superdrift.superconductors.stages.generate import elements_drawn

WAY = Table(
    "way_up",
    (
        Column("tc_asked_k", pa.float64(), "lower end of the class of Tc that coordinates were decoded for", "K"),
        Column("distance_to_start", pa.float64(), "distance to the compound that the way starts from", "half L1"),
        *(column for column in PROPOSED.columns if column.name != "rank"),
    ),
)
"""What `superdrift drift --output` writes: every distinct compound that passed the gates, best first in each class."""
_HEADER = ("asked (K)", "formula", "Tc (K)", "interval (K)", "P(sc)", "from start", "from known", "nearest known")
_LEFT = frozenset({"formula", "nearest known"})


@dataclass(frozen=True)
class WayUp:
    """What was found on the way.

    Attributes:
        start: row of `superdrift check` for the start.
        classes: lower ends of the classes of Tc that were asked for, K.
        drawn: compounds decoded.
        distinct: different ones among them.
        rows: columns of `WAY`.
    """

    start: dict[str, Any]
    classes: list[float]
    drawn: int
    distinct: int
    rows: pa.Table


def way_up(
    generator: Generator, formula: str, request: Request, *, tc_k: float | None, to_k: float | None, seed: int,
    known: Path | None,
) -> WayUp:  # fmt: skip
    """Decode a compound's coordinates for ever higher Tc, and judge what comes as a run judges its samples.

    Args:
        generator: what decodes; its samples are shared among the classes of Tc.
        formula: of the start.
        request: what every compound on the way holds.
        tc_k: Tc of the start, K; None: as estimated.
        to_k: Tc to go up to, K; None: the highest that enough compounds of the family have.
        seed: same seed, same way.
        known: folder of the run whose known compounds and estimators judge; None: those that come with the project.

    Raises:
        InputError: for a start that the generator cannot write, or one that nothing lies above.
    """
    torch.set_num_threads(generator.settings.threads)
    amounts = to_vector(parse_formula(formula))
    start = check([formula], amounts[None], known).to_pylist()[0]
    transport, own_k = _transport(generator, request), start["tc_k"] if tc_k is None else tc_k
    drawing = torch.Generator().manual_seed(derive(seed, "way up", formula))
    own = transport.start(amounts, own_k, draws=1, generator=drawing)[1][0]
    classes = transport.rising(own, to_k)
    edges = [float(generator.model.tc_edges_k[place]) for place in classes]
    if len(classes) < 2:
        raise InputError(
            f"{formula}: Tc {own_k:.0f} K is in the highest class that is left, from {edges[0]:g} K on; give a lower"
            " --tc, or a higher --to"
        )
    draws = max(1, generator.settings.samples // len(classes))
    z, conditions = transport.start(amounts, own_k, draws=draws, generator=drawing)
    parts = []
    with Progress(draws * len(classes), f"way up from {formula}", "compound") as progress:
        for place in classes:
            parts.append(round_amounts(transport.at(z, conditions, place), noise_floor=0.0))
            progress.advance(draws)
    every, asked = np.concatenate(parts), np.repeat(edges, draws)
    rows = _rows(every, asked, generator, amounts, known)
    distinct = int(distinct_compositions(atomic_fractions(every)).size)
    return WayUp(start, edges, len(every), distinct, rows)


def _transport(generator: Generator, request: Request) -> Transport:
    """The way up by a generator's own sampler settings."""
    return transport_of(
        generator.model, generator.settings.sampler, request, elements_drawn(generator.settings)
    )  # fmt: skip


def _rows(
    every: NDArray[np.float32], asked: NDArray[np.float64], generator: Generator, start: NDArray[np.float32],
    known: Path | None,
) -> pa.Table:  # fmt: skip
    """The distinct compounds of each class that pass the gates, best first."""
    fractions = atomic_fractions(every)
    kept = np.sort(np.concatenate([
        np.flatnonzero(asked == edge)[distinct_compositions(fractions[asked == edge])] for edge in np.unique(asked)
    ]))  # fmt: skip
    found = gated(checked(every[kept], known), every[kept], generator, known, Tally())
    place = kept[found["id"].to_numpy()]
    scores = score(found["superconducting_probability"].to_numpy(), found["tc_low_k"].to_numpy())
    away = np.abs(fractions[place] - atomic_fractions(start[None])).sum(axis=1) / 2
    for name, values in (("tc_asked_k", asked[place]), ("distance_to_start", away), ("score", scores)):
        found = found.append_column(WAY.schema.field(name), pa.array(values))
    order = np.lexsort([found["id"].to_numpy(), -scores, asked[place]])
    return found.select(WAY.schema.names).take(order)


def way_lines(way: WayUp, *, said: str) -> list[str]:
    """The start and the best compound of each class of Tc, in aligned columns."""
    first, rows = way.start, way.rows.to_pylist()
    best = {row["tc_asked_k"]: row for row in reversed(rows)}
    header = [
        said,
        f"{way.drawn:,} decoded for {len(way.classes)} classes of Tc, {way.distinct:,} distinct,"
        f" {len(rows):,} passed all gates; the best of each class:",
        "",
    ]
    cells = [("start", first["formula"], *_estimate(first), "0", _distance(first), first["nearest_known"] or "-")]
    for edge in way.classes:
        row = best.get(edge)
        cells.append(
            (f"{edge:g}", "none passed all gates", *["-"] * 6) if row is None
            else (f"{edge:g}", row["formula"], *_estimate(row), f"{row['distance_to_start']:.3f}", _distance(row),
                  row["nearest_known"] or "-")
        )  # fmt: skip
    return header + in_columns([_HEADER, *cells], left=_LEFT)


def _estimate(row: dict[str, Any]) -> tuple[str, str, str]:
    return (
        f"{row['tc_k']:.1f}", f"{row['tc_low_k']:.0f}-{row['tc_high_k']:.0f}",
        f"{row['superconducting_probability']:.2f}",
    )  # fmt: skip


def _distance(row: dict[str, Any]) -> str:
    return "-" if row["distance_to_known"] is None else f"{row['distance_to_known']:.3f}"
