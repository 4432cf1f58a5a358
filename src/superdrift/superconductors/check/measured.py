"""What was measured of formulas that are known: Tc of all entries of a composition, or that there is none; sources."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.io import tables
from superdrift.superconductors.check.tables import MEASURED
from superdrift.superconductors.tables import COMPOUNDS

LOOKED_UP = "literature"
"""The source whose rows were each looked up for this project: where it holds a composition, Tc is that of its entries,
because the archives mix measurements of films, wires and doped samples under one formula."""
SOURCES = 3
"""Entries of a composition that are named; the others are counted. A definition of what is printed."""

_COLUMNS = (
    "formula",
    "reduced_formula",
    "superconducting",
    "tc_k",
    "tc_consensus_k",
    "amounts",
    "flags",
    "reference",
    "origin",
    "row",
)


def measured(amounts: NDArray[np.floating], compounds: Path, *, radius: float) -> pa.Table:
    """What is measured of (n, 96) compositions: columns `known_…`, null where none is known.

    Args:
        amounts: atoms per formula unit.
        compounds: compounds.parquet to look in.
        radius: half L1; the nearest composition within it is the one.

    Returns:
        (n,) rows. Tc: median (of the entries in `LOOKED_UP`, if any), lowest and highest of the superconducting
        entries, K. A composition with any superconducting entry superconducts; null where none of its entries was
        measured. Source: origin, line and, where it is known, the first report of the first entries.
    """
    known = tables.read(compounds, COMPOUNDS, _COLUMNS)
    distance, nearest = CompositionIndex(tables.matrix(known["amounts"])).nearest(amounts)
    within = distance <= radius + TOLERANCE
    compositions = known["reduced_formula"].take(np.where(within, nearest, 0)).to_pylist()
    asked = pa.array({name for name, there in zip(compositions, within, strict=True) if there}, pa.string())
    entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in known.drop_columns(["amounts"]).filter(pc.is_in(known["reduced_formula"], asked)).to_pylist():
        entries[entry["reduced_formula"]].append(entry)
    found = [
        _summary(entries[name]) if there else dict.fromkeys(MEASURED.schema.names)
        for name, there in zip(compositions, within, strict=True)
    ]
    return pa.Table.from_pylist(found, schema=MEASURED.schema)


def unmeasured(n: int) -> pa.Table:
    """The columns of `measured` for n compositions of which no measurement is at hand: all null."""
    return pa.Table.from_pylist([dict.fromkeys(MEASURED.schema.names)] * n, schema=MEASURED.schema)


def _summary(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns of `measured` of one composition, entries that somebody looked up for this project first."""
    entries = sorted(entries, key=lambda entry: entry["origin"] != LOOKED_UP)
    positive = [entry for entry in entries if entry["superconducting"]]
    tc = [entry["tc_k"] for entry in positive]
    best = [entry["tc_k"] for entry in positive if entry["origin"] == LOOKED_UP] or tc
    negative = [entry for entry in entries if entry["superconducting"] is False]
    named = positive or negative or entries
    more = f" and {len(named) - SOURCES} more" if len(named) > SOURCES else ""
    return {
        "known_formula": named[0]["formula"],
        "known_superconducting": bool(positive) if positive or negative else None,
        "known_tc_k": float(np.median(best)) if tc else None,
        "known_tc_low_k": min(tc, default=None),
        "known_tc_high_k": max(tc, default=None),
        "known_flags": sorted({flag for entry in named for flag in entry["flags"]}),
        "known_source": "; ".join(_source(entry) for entry in named[:SOURCES]) + more,
    }


def _source(entry: dict[str, Any]) -> str:
    """Where an entry stands, with the first report of its composition."""
    text = f"{entry['origin']}, line {entry['row']}"
    return f"{text}: {entry['reference']}" if entry["reference"] else text
