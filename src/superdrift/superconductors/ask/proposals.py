"""What a generator proposes for a request: samples drawn, the distinct ones checked and estimated, the best ranked."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray

from superdrift.composition.elements import N_ELEMENTS
from superdrift.composition.formulas import formulas
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions, distinct_compositions, round_amounts
from superdrift.io import tables
from superdrift.run.compiled import FEW_ROWS
from superdrift.run.progress import Progress
from superdrift.run.seeds import derive
from superdrift.superconductors.ask.generators import CPU, Generator
from superdrift.superconductors.check.formulas import check, known_compounds
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.generation.sampling import Sampling
from superdrift.superconductors.ranking import Tally, gather, rank_rows
from superdrift.superconductors.stages.generate import elements_drawn
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, ESTIMATED, SCREENED, VERDICTS

_UNCOMPILED = 2000
"""Compositions up to which they are checked in parts that need no compilation, which takes a minute the first time."""
_OF_A_RUN = ("source", "moved", "group")
"""Columns of `CANDIDATES` that say nothing here."""
PROPOSED = tables.Table("proposed", tuple(c for c in CANDIDATES.columns if c.name not in _OF_A_RUN))
"""What `superdrift generate --output` writes, one row per ranked proposal."""


@dataclass(frozen=True)
class Proposals:
    """What came of a request.

    Attributes:
        drawn: samples.
        distinct: different compositions among them.
        novel: of these, those that are no known compound, nor near one.
        charge_valid: of the novel ones, those whose charges balance.
        tally: what each gate of the ranking removed of the distinct ones.
        ranked: the others, thinned, best first; columns of `PROPOSED`.
    """

    drawn: int
    distinct: int
    novel: int
    charge_valid: int
    tally: Tally
    ranked: pa.Table


def propose(generator: Generator, request: Request, *, seed: int, known: Path | None) -> Proposals:
    """Draw what a request asks for, and rank it as a run ranks its samples.

    Args:
        generator: what draws.
        request: what is asked for.
        seed: same seed, same samples.
        known: folder of the run whose known compounds and estimators judge; None: those that come with the project.

    Raises:
        InputError: where the generator cannot hold what is asked for.
    """
    return judged(_drawn(generator, request, seed), generator, known=known)


def judged(amounts: NDArray[np.float32], generator: Generator, *, known: Path | None) -> Proposals:
    """Rank samples as a run ranks its own.

    Args:
        amounts: (n, 96) atoms per formula unit.
        generator: what drew them, with gates and spacing.
        known: as in `propose`.
    """
    distinct = amounts[distinct_compositions(atomic_fractions(amounts))]
    found = checked(distinct, known)
    novel = found["novel"].to_numpy()
    valid = pc.fill_null(found["charge_valid"], False).to_numpy()
    tally = Tally()
    ranked = _ranked(found, distinct, generator, known, tally)
    return Proposals(len(amounts), len(distinct), int(novel.sum()), int((novel & valid).sum()), tally, ranked)


def _drawn(generator: Generator, request: Request, seed: int) -> NDArray[np.float32]:
    """(n, 96) atoms per formula unit."""
    settings, parts = generator.settings, []
    torch.set_num_threads(settings.threads)
    sampling = Sampling(
        generator.model, settings.sampler, device=CPU, allowed=elements_drawn(settings), request=request
    )
    with Progress(settings.samples, f"generate {generator.family}", "sample") as progress:
        sampling.keep_frequencies(
            settings.samples, batch_size=settings.batch_size, seed=derive(seed, "request", "frequencies")
        )
        for start in range(0, settings.samples, settings.batch_size):
            count = min(settings.batch_size, settings.samples - start)
            drawn = sampling.batch(count, derive(seed, "request", start), progress.advance)
            parts.append(round_amounts(drawn, noise_floor=0.0))
    return np.concatenate(parts)


def checked(amounts: NDArray[np.float32], known: Path | None) -> pa.Table:
    """Verdicts and estimates of (n, 96) compositions, as `superdrift check` makes them; ids are rows."""
    size = FEW_ROWS if len(amounts) <= _UNCOMPILED else len(amounts)
    texts = formulas(amounts)
    parts = [
        check(texts[start : start + size], amounts[start : start + size], known)
        for start in range(0, len(amounts), size)
    ]
    table = pa.concat_tables(parts)
    return table.set_column(table.schema.get_field_index("id"), "id", pa.array(np.arange(table.num_rows)))


def gated(
    found: pa.Table, amounts: NDArray[np.float32], generator: Generator, known: Path | None, tally: Tally
) -> pa.Table:
    """The rows that pass the gates of the ranking; `id` is the row of `amounts`.

    Args:
        found: verdicts and estimates, of `checked`.
        amounts: (n, 96) of the same compositions.
        generator: whose gates.
        known: as in `propose`.
        tally: counts what each gate removes.
    """
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(amounts.ravel()), N_ELEMENTS)
    screened = found.select([column.name for column in VERDICTS]).append_column("amounts", vectors)
    estimated = found.select([column.name for column in ESTIMATED.columns])
    compounds = tables.matrix(tables.read(known_compounds(known), COMPOUNDS, ["amounts"])["amounts"])
    index = CompositionIndex(compounds)
    return gather(
        [screened.select(SCREENED.schema.names)], estimated, index, generator.ranking, tally, place="the estimates"
    )[0]


def _ranked(
    found: pa.Table, amounts: NDArray[np.float32], generator: Generator, known: Path | None, tally: Tally
) -> pa.Table:
    """The rows that pass the gates, best first."""
    rows = gated(found, amounts, generator, known, tally)
    constants = {"source": "request", "moved": 0.0, "group": None}
    for name, value in constants.items():
        column = CANDIDATES.schema.field(name)
        rows = rows.append_column(column, pa.array([value] * rows.num_rows, column.type))
    return rank_rows(rows, amounts[rows["id"].to_numpy()], generator.ranking, tally).select(PROPOSED.schema.names)
