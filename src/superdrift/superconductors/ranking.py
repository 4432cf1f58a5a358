"""From screened and estimated samples to ranked candidates: gates, score, and a net to keep them apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.elements import N_ELEMENTS, mask_of
from superdrift.composition.greedy_net import greedy_net
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io.tables import matrix
from superdrift.superconductors.matched_rows import match
from superdrift.superconductors.screening.verdicts import Verdicts
from superdrift.superconductors.settings.ranking import RankSettings
from superdrift.superconductors.tables import CANDIDATES, ESTIMATED, VERDICTS

_CHUNK = 4096
"""Candidates thinned at once: bounds the number of pairs; no result depends on it."""


@dataclass
class Tally:
    """How many samples each gate removed, in the order of the gates."""

    samples: int = 0
    removed: dict[str, int] = field(default_factory=dict)

    def line(self, kept: int) -> str:
        """One line for the log."""
        gates = ", ".join(f"{gate} {count:,}" for gate, count in self.removed.items())
        return f"{kept:,} candidates of {self.samples:,} samples; removed by gate: {gates or 'none'}"


def verdict_gates(screened: pa.Table, settings: RankSettings) -> dict[str, NDArray[np.bool_]]:
    """Gates that the screening decides, by name, in order; (n,) each for n screened rows, true: passes.

    The first three together are `Verdicts.candidate`; one by one they say what removed a row.
    """
    verdicts = Verdicts.of(screened)
    metallic = verdicts["metallic"]
    return {
        "basic checks failed": verdicts["basic_pass"],
        "duplicate": ~verdicts["duplicate"],
        "not novel": verdicts["novel"],
        "metallic": ~metallic | settings.allow_metallic,
        "implausible metal": ~metallic | verdicts["metal_plausible"] | (not settings.require_metal_plausible),
        "charge not valid": metallic | verdicts["charge_valid"] | (not settings.require_charge_valid),
        "valence of no superconductor": _unopposed(screened) | (not settings.require_charge_valid),
    }


def _unopposed(screened: pa.Table) -> NDArray[np.bool_]:
    """(n,) rows whose valence known superconductors do not speak against: null is no verdict."""
    return pc.fill_null(screened["superconductor_valence"], True).to_numpy().astype(bool)


def composition_gates(
    amounts: NDArray[np.floating], applicable: NDArray[np.bool_], known: CompositionIndex, settings: RankSettings
) -> dict[str, NDArray[np.bool_]]:
    """Gates that need the composition: applicable, elements allowed, far from known compounds.

    Args:
        amounts: (n, 96) atoms per formula unit.
        applicable: (n,) the estimate means something.
        known: index of the known compounds.
        settings: forbidden elements and spacing.
    """
    forbidden = amounts[:, mask_of(settings.forbidden_elements, key="rank.forbidden_elements")] > 0
    distance = known.nearest(amounts)[0]
    return {
        "not applicable": applicable,
        "forbidden element": ~forbidden.any(axis=1),
        "near a known compound": distance >= settings.spacing - TOLERANCE,
    }


def pass_gates(gates: Mapping[str, NDArray[np.bool_]], tally: Tally) -> NDArray[np.bool_]:
    """Rows that pass every gate; each removed row is counted for the first gate that stops it."""
    passed: NDArray[np.bool_] | None = None
    for name, gate in gates.items():
        before = np.ones(len(gate), dtype=bool) if passed is None else passed
        passed = before & gate
        tally.removed[name] = tally.removed.get(name, 0) + int((before & ~gate).sum())
    if passed is None:
        raise ValueError("no gates were given")
    return passed


def gather(
    screened: Iterable[pa.Table],
    estimated: pa.Table,
    known: CompositionIndex,
    settings: RankSettings,
    tally: Tally,
    *,
    place: str,
) -> tuple[pa.Table, NDArray[np.float32]]:
    """Rows of one source that pass every gate, with their estimates, and their (n, 96) amounts.

    Args:
        screened: batches of a screened table.
        estimated: the estimated table of the same source.
        known: index of the known compounds.
        settings: the gates.
        tally: counts what each gate removes.
        place: the estimated table's file, for messages.
    """
    ids, found, vectors = estimated["id"].to_numpy(), [], [np.zeros((0, N_ELEMENTS), dtype=np.float32)]
    estimates = estimated.drop_columns(["id"])
    for batch in screened:
        tally.samples += batch.num_rows
        rows = batch.filter(pa.array(pass_gates(verdict_gates(batch, settings), tally)))
        joined = estimates.take(match(ids, rows["id"].to_numpy(), place=place))
        amounts, rows = matrix(rows["amounts"]), rows.drop_columns(["amounts"])
        passed = pass_gates(composition_gates(amounts, _truth(joined["applicable"]), known, settings), tally)
        for name in joined.column_names:
            rows = rows.append_column(joined.field(name), joined[name])
        found.append(rows.filter(pa.array(passed)))
        vectors.append(amounts[passed])
    if not found:
        columns = [*(c.name for c in VERDICTS), *(c.name for c in ESTIMATED.columns if c.name != "id")]
        return pa.schema([CANDIDATES.schema.field(name) for name in columns]).empty_table(), vectors[0]
    return pa.concat_tables(found), np.concatenate(vectors)


def score(probability: NDArray[np.float64], tc_low: NDArray[np.float64]) -> NDArray[np.float64]:
    """Superconducting probability × lower bound of Tc, in K; a bound at or below 0 K gives 0."""
    return probability * np.maximum(tc_low, 0.0)


def ranked_order(
    scores: NDArray[np.float64],
    expected_tc: NDArray[np.float64],
    source: NDArray[np.int64],
    ids: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Rows by falling score; ties by falling expected Tc, then source and id, so that there is one order."""
    return np.lexsort((ids, source, -expected_tc, -scores))


def thin(amounts: NDArray[np.floating], *, spacing: float, keep: int) -> NDArray[np.int64]:
    """Greedy net in row order: rows kept when each lies at least `spacing` (half L1) from all kept before it.

    Args:
        amounts: (n, 96) atoms per formula unit, best first.
        spacing: half L1.
        keep: stop at so many.

    Returns:
        (m,) kept rows in order, m ≤ keep.
    """
    kept = np.zeros(0, dtype=np.int64)
    for start in range(0, len(amounts), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(amounts)))
        if len(kept):
            distance = CompositionIndex(amounts[kept]).nearest(amounts[rows])[0]
            rows = rows[distance >= spacing - TOLERANCE]
        if len(rows):
            kept = np.concatenate([kept, rows[greedy_net(amounts[rows], spacing)]])
        if len(kept) >= keep:
            break
    return kept[:keep]


def rank_rows(rows: pa.Table, amounts: NDArray[np.float32], settings: RankSettings, tally: Tally) -> pa.Table:
    """Score, sort, thin and number the gathered rows of all sources (in the order of the sources).

    Args:
        rows: columns of `CANDIDATES` but rank and score.
        amounts: (n, 96) atoms per formula unit of the rows.
        settings: spacing, and how many to keep.
        tally: counts what thinning removes.
    """
    probability, tc, low = (rows[name].to_numpy() for name in ("superconducting_probability", "tc_k", "tc_low_k"))
    names = rows["source"].to_pylist()
    place = {name: i for i, name in enumerate(dict.fromkeys(names))}
    source = np.array([place[name] for name in names], dtype=np.int64)
    scores = score(probability, low)
    order = ranked_order(scores, probability * tc, source, rows["id"].to_numpy())
    kept = order[thin(amounts[order], spacing=settings.spacing, keep=settings.keep)]
    tally.removed["near a better one, or beyond rank.keep"] = len(order) - len(kept)
    schema = CANDIDATES.schema
    ranked = rows.take(kept)
    ranked = ranked.append_column(schema.field("rank"), pa.array(np.arange(1, len(kept) + 1)))
    return ranked.append_column(schema.field("score"), pa.array(scores[kept])).select(schema.names)


def group_numbers(ids: NDArray[np.int64], clustered: pa.Table | None) -> pa.Array:
    """Column `group` of a source's rows; null where a row is in no group."""
    groups: dict[int, int | None] = {}
    if clustered is not None:
        generated = clustered.filter(pc.invert(clustered["known"]))
        groups = dict(zip(generated["id"].to_pylist(), generated["group"].to_pylist(), strict=True))
    return pa.array([groups.get(row) for row in ids.tolist()], pa.int32())


def _truth(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return column.to_numpy(zero_copy_only=False).astype(bool)
