"""The candidates of a finished run as lines of text, for a terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from superdrift.io import tables
from superdrift.io.columns import in_columns
from superdrift.superconductors.tables import CANDIDATES


def run_summary(folder: Path, top: int) -> list[str]:
    """The best candidates of a run, and where its files are."""
    path = folder / "candidates.parquet"
    data = tables.read(path, CANDIDATES).sort_by("rank")
    shown = data.slice(0, top).to_pylist()
    lines = [f"{folder}: {data.num_rows:,} candidates, the first {len(shown)} by score", ""]
    lines += aligned(shown) if shown else ["no compound of this run passed all gates"]
    files = {"page": "report/report.html", "candidates": path.name, "Table 1": "report/table1.csv"}
    lines += [
        "",
        *(f"{name:<11} {folder / file}" for name, file in files.items() if (folder / file).exists()),
    ]
    return lines


def aligned(candidates: Sequence[dict[str, Any]]) -> list[str]:
    """Candidates as lines of aligned columns: text to the left, numbers to the right, units in the header."""
    header = (
        "rank",
        "formula",
        "source",
        "Tc (K)",
        "interval (K)",
        "P(sc)",
        "valence (e)",
        "distance",
        "nearest known",
    )
    return in_columns([header, *(_cells(row) for row in candidates)], left={"formula", "source", "nearest known"})


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    valence, distance = row["formal_valence"], row["distance_to_known"]
    return (
        str(row["rank"]),
        row["formula"],
        row["source"],
        f"{row['tc_k']:.1f}",
        f"{row['tc_low_k']:.0f}-{row['tc_high_k']:.0f}",
        f"{row['superconducting_probability']:.2f}",
        "-" if valence is None else f"{row['redox_ion']} {valence:+.2f}",
        "-" if distance is None else f"{distance:.3f}",
        row["nearest_known"] or "-",
    )
