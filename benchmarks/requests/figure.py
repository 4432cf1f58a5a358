"""What guidance buys and costs: what was asked for against the variety of the samples, one line a request."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.lines import Line2D

from benchmarks.record import Row
from superdrift.report.figure_style import KNOWN, PALETTE, house_style, panels, save

VARIETY = "chemical systems"
"""Metric along the first axis."""
PANELS = {
    "novel ones that have it, by the judge": "novel samples at the Tc asked for, %",
    "charge-valid": "charge-valid samples, %",
}
"""Metrics of the panels, and how their axes are named."""


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw the samples that a Tc was asked of, guidance by guidance, and those that nothing was asked of.

    Args:
        rows: of the benchmark's table; requests of elements alone are left out.
        path: of the SVG.
    """
    requests = [name for name in dict.fromkeys(row["request"] for row in rows) if name.startswith("Tc")]
    with house_style():
        figure, axes = panels(len(PANELS), columns=len(PANELS), height=2.8)
        for axis, (metric, name) in zip(axes, PANELS.items(), strict=True):
            for request, colour in zip(requests, PALETTE, strict=False):
                own = _by_guidance(rows, request)
                free = own.pop("none")
                x, y = ([found[key] for found in own.values()] for key in (VARIETY, metric))
                axis.plot(x, [100 * value for value in y], "o-", color=colour, markersize=4)
                axis.plot(free[VARIETY], 100 * free[metric], "s", color=colour, markersize=4, markerfacecolor="none")
                for guidance, at, value in list(zip(own, x, y, strict=True))[:: max(1, len(x) - 1)]:
                    axis.annotate(guidance, (at, 100 * value), xytext=(3, 3), textcoords="offset points", fontsize=7.5)
            axis.set(xlabel="chemical systems among the samples", ylabel=name)
            axis.set_xlim(left=0)
            axis.set_ylim(bottom=0)
        handles = [Line2D([], [], color=colour) for _, colour in zip(requests, PALETTE, strict=False)]
        handles.append(Line2D([], [], color=KNOWN, marker="s", ls="", ms=4, markerfacecolor="none"))
        figure.legend(handles, [*requests, "nothing asked"], loc="outside lower center", ncols=len(handles))
        save(figure, path)


def _by_guidance(rows: Sequence[Row], request: str) -> dict[str, dict[str, float]]:
    """Guidance → metric → value, of one request."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["request"] == request and row["metric"] in (VARIETY, *PANELS):
            found.setdefault(row["guidance"], {})[row["metric"]] = row["value"]
    return found
