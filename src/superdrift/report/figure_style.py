"""House style of every figure: sizes, fonts, colours; files are the same for the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import NDArray

# After Okabe & Ito's palette (2008): distinct for every common kind of colour blindness.
PALETTE = ("#8F4C8B", "#0072B2", "#C44E00", "#00805F")
"""Colours of what a figure tells apart: purple, blue, vermilion, green."""
KNOWN = "#9AA3AC"
OTHER = "#45505B"
ACCENT = "#E69F00"
INK = "#1F2933"
RULE = "#D5DAE0"

WIDTH = 7.4
"""Width of a figure in inches: the text column of the page at the figures' own font size."""

_RULES = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": OTHER,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": OTHER,
    "ytick.color": OTHER,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 180,
    "svg.fonttype": "path",
    "svg.hashsalt": "superdrift",
}
"""Matplotlib's settings of every figure; sizes in points. Layout."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw inside this block."""
    with mpl.rc_context(_RULES):
        yield


def panels(count: int, *, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels, at most `columns` in a row, each row `height` inches high."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, height * rows + 0.3), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for empty in axes[count:]:
        empty.set_axis_off()
    return figure, axes[:count]


def share_histogram(
    axis: Axes, values: NDArray[np.float64], bins: NDArray[np.float64], colour: str, *, filled: bool
) -> None:
    """Draw the share of the values in each bin; nothing where there are none.

    Args:
        axis: axes to draw on.
        values: (n,) the values.
        bins: (b + 1,) edges of the bins, in the unit of the values.
        colour: of the area or the line.
        filled: an area rather than a line.
    """
    if not values.size:
        return
    heights = np.histogram(values, bins)[0] / values.size
    if filled:
        axis.stairs(heights, bins, fill=True, color=colour, alpha=0.6)
    else:
        axis.stairs(heights, bins, color=colour, lw=1.8)


def save(figure: Figure, path: Path) -> Path:
    """Write an SVG that holds neither date nor random names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": "superdrift"})
    return path
