"""Figure: when an estimate can be trusted: its error and coverage by distance to the known compounds."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from superdrift.report.figure_style import ACCENT, KNOWN, OTHER, house_style, panels, save
from superdrift.report.numbers import Numbers
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.tc.scores import DECILES

_METHODS = (
    ("null", "mean of the family", KNOWN),
    ("knn", "neighbours (published)", ACCENT),
    ("estimator", "default", COLOUR["cuprates"]),
)
_SPLITS = (("random", "random split"), ("grouped", "unseen chemical systems"))
_TENTHS = np.arange(1, DECILES + 1)


def draw(numbers: Numbers, path: Path) -> Path | None:
    """Mean error of Tc, and share of compounds in their interval, by tenths of the distance to the known."""
    if numbers.get("estimator-grouped", "mae_distance_1") is None:
        return None
    with house_style():
        figure, axes = panels(len(_SPLITS) + 1, columns=3, height=2.4)
        for axis, (split, title) in zip(axes, _SPLITS, strict=False):
            for method, label, colour in _METHODS:
                _line(axis, numbers, f"{method}-{split}", "mae", colour=colour, label=label)
            axis.set(title=title, xlabel="tenth by distance", xticks=_TENTHS[::3])
            axis.set_ylim(bottom=0)
        axes[0].set_ylabel(r"mean error of $T_\mathrm{c}$ (K)")
        axes[0].legend(loc="upper right", fontsize=7.5)
        for split, label, colour in (("random", "random", OTHER), ("grouped", "unseen systems", COLOUR["cuprates"])):
            _line(axes[-1], numbers, f"estimator-{split}", "coverage", colour=colour, label=label)
        axes[-1].set(title="in their interval", xlabel="tenth by distance", xticks=_TENTHS[::3], ylim=(0.5, 1.0))
        axes[-1].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes[-1].legend(loc="lower left", fontsize=7.5)
        return save(figure, path)


def _line(axis: Axes, numbers: Numbers, source: str, metric: str, *, colour: str, label: str) -> None:
    """One score along the tenths, with its intervals as a band."""
    rows = [numbers.get(source, f"{metric}_distance_{tenth}") for tenth in _TENTHS]
    ends = np.array([(np.nan,) * 3 if row is None else (row.value, row.low, row.high) for row in rows], dtype=float)
    axis.fill_between(_TENTHS, ends[:, 1], ends[:, 2], color=colour, alpha=0.15, linewidth=0)
    axis.plot(_TENTHS, ends[:, 0], color=colour, marker="o", markersize=3, label=label)
