"""A climb along its steps: what the climbed ensemble says, what one of other seeds says, and what the judge says."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.record import Row
from superdrift.report.figure_style import PALETTE, house_style, panels, save

CURVES = {"climbed": "climbed ensemble", "other seeds": "ensemble of other seeds", "judge": "judge, other compounds"}
HALVES = {"first": "first half climbed, second judges", "second": "second half climbed, first judges"}


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw mean Tc against steps for each half that was climbed on.

    Args:
        rows: of the benchmark's table.
        path: of the SVG.
    """
    halves = [half for half in HALVES if any(row["half"] == half and row["step"] is not None for row in rows)]
    if not halves:
        return
    with house_style():
        figure, axes = panels(len(halves), columns=len(halves), height=2.8)
        for axis, half in zip(axes, halves, strict=True):
            for (curve, label), colour in zip(CURVES.items(), PALETTE, strict=False):
                own = [
                    row for row in rows if row["half"] == half and row["step"] is not None and row["metric"] == curve
                ]
                steps, value, low, high = (
                    np.array([row[key] for row in own]) for key in ("step", "value", "low", "high")
                )
                axis.plot(steps, value, color=colour, label=label)
                axis.fill_between(steps, low, high, color=colour, alpha=0.15, lw=0)
            axis.set(xlabel="step", ylabel="mean Tc (K)", title=HALVES[half])
            axis.set_ylim(bottom=0)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        save(figure, path)
