"""The answer to a request as lines of text, for a terminal."""

from collections.abc import Sequence
from typing import Any

from superdrift.io.columns import in_columns
from superdrift.superconductors.ask.proposals import Proposals

_HEADER = ("rank", "formula", "Tc (K)", "interval (K)", "P(sc)", "charges", "distance", "nearest known")
_LEFT = frozenset({"formula", "charges", "nearest known"})


def report_lines(proposals: Proposals, *, said: str, top: int) -> list[str]:
    """What was asked for, how much came of it, and the best proposals."""
    shown = proposals.ranked.slice(0, top).to_pylist()
    found = proposals.ranked.num_rows
    return [
        said,
        f"{proposals.drawn:,} drawn, {proposals.distinct:,} distinct, {proposals.novel:,} of these novel,"
        f" {proposals.charge_valid:,} of these charge-valid",
        f"{found:,} ranked; of the distinct ones taken away: {_removed(proposals) or 'none'}",
        "",
        *(table_lines(shown) if shown else ["no compound that was drawn passed all gates"]),
    ]


def _removed(proposals: Proposals) -> str:
    """The gates that removed any, with how many."""
    return ", ".join(f"{gate} {count:,}" for gate, count in proposals.tally.removed.items() if count)


def table_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Ranked proposals in aligned columns."""
    return in_columns([_HEADER, *map(_cells, rows)], left=_LEFT)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    distance = row["distance_to_known"]
    return (
        str(row["rank"]),
        row["formula"],
        f"{row['tc_k']:.1f}",
        f"{row['tc_low_k']:.0f}-{row['tc_high_k']:.0f}",
        f"{row['superconducting_probability']:.2f}",
        row["charges"] or "-",
        "-" if distance is None else f"{distance:.3f}",
        row["nearest_known"] or "-",
    )
