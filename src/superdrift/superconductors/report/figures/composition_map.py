"""Figure: t-SNE map of the compositions of each source among known compounds."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.patheffects as effects
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from superdrift.io import tables
from superdrift.report.figure_style import ACCENT, INK, KNOWN, OTHER, house_style, panels, save
from superdrift.superconductors.new_families.tables import CLUSTERED, FAMILIES
from superdrift.superconductors.report.figures.colours import colour_of


def draw(clustered: Mapping[str, Path], families: Path, path: Path) -> Path | None:
    """t-SNE maps: known compounds grey, generated ones coloured, new families numbered."""
    placed = {name: tables.read(file, CLUSTERED).to_pandas().dropna(subset=["x"]) for name, file in clustered.items()}
    decided = tables.read(families, FAMILIES, ["source", "group", "new_family"]).to_pandas()
    new = decided[decided["new_family"]]
    placed = {name: points for name, points in placed.items() if len(points)}
    if not placed:
        return None
    with house_style():
        figure, axes = panels(len(placed), columns=3 if len(placed) > 4 else 2, height=2.5)
        for axis, (name, points) in zip(axes, placed.items(), strict=True):
            _map(axis, name, points, new.loc[new["source"] == name, "group"].tolist())
        handles = [
            Line2D([], [], color=KNOWN, marker="o", ls="", ms=4),
            Line2D([], [], color=OTHER, marker="o", ls="", ms=4),
            Line2D([], [], color=ACCENT, marker="o", ls="", ms=6, mec=INK, mew=0.4),
        ]
        labels = ["known", "generated", "new family, with the number of its group"]
        shown = len(labels) if len(new) else len(labels) - 1
        figure.legend(handles[:shown], labels[:shown], loc="outside lower center", ncols=3)
        return save(figure, path)


def _map(axis: Axes, name: str, points: pd.DataFrame, numbered: list[int]) -> None:
    """One source. Points are a raster inside the SVG: thousands of them as shapes would weigh megabytes."""
    known = points["known"]
    size = 3.0 if len(points) > 1500 else 8.0
    axis.scatter(points.x[known], points.y[known], s=size, c=KNOWN, lw=0, alpha=0.55, rasterized=True)
    axis.scatter(points.x[~known], points.y[~known], s=size, c=colour_of(name), lw=0, alpha=0.7, rasterized=True)
    for group in numbered:
        members = points[~known & (points["group"] == group)]
        axis.scatter(members.x, members.y, s=3 * size, c=ACCENT, ec=INK, lw=0.2, rasterized=True)
        label = axis.annotate(
            str(group), (members.x.mean(), members.y.mean()), xytext=(5, 5), textcoords="offset points",
            fontsize=8.5, weight="bold", color=INK,
        )  # fmt: skip
        label.set_path_effects([effects.withStroke(linewidth=2.5, foreground="white")])
    axis.set_title(name, color=colour_of(name))
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_aspect("equal", adjustable="datalim")
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
