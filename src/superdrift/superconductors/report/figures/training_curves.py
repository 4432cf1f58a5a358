"""Figure: training and validation loss of the model of each family."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from superdrift.io import tables
from superdrift.learning.history import HISTORY, kept_row
from superdrift.report.figure_style import INK, OTHER, house_style, panels, save
from superdrift.superconductors.report.figures.colours import COLOUR


def draw(histories: Mapping[str, Path], path: Path) -> Path | None:
    """Training and validation loss of each family; the step whose weights were kept is marked."""
    curves = {name: tables.read(file, HISTORY) for name, file in histories.items()}
    curves = {name: curve for name, curve in curves.items() if curve.num_rows}
    if not curves:
        return None
    with house_style():
        figure, axes = panels(len(curves), columns=2, height=2.1)
        for place, (axis, (name, curve)) in enumerate(zip(axes, curves.items(), strict=True)):
            _curve(axis, name, curve)
            axis.set_title(name)
            if place % 2 == 0:
                axis.set_ylabel("loss")
            if place >= len(curves) - 2:
                axis.set_xlabel("optimiser step")
        handles = [
            Line2D([], [], color=OTHER, alpha=0.45),
            Line2D([], [], color=OTHER),
            Line2D([], [], color=INK, marker="o", ls="", ms=6, mfc="white", mew=1.5),
        ]
        labels = ["training", "validation", "weights kept"]
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return save(figure, path)


def _curve(axis: Axes, name: str, curve: pa.Table) -> None:
    step = curve["step"].to_numpy()
    train, validation = curve["train_loss"].to_numpy(), curve["validation_loss"].to_numpy()
    colour = COLOUR.get(name, OTHER)
    axis.plot(step, train, color=colour, alpha=0.45)
    axis.plot(step, validation, color=colour)
    kept = kept_row(curve["best"].to_pylist())
    axis.plot(step[kept], validation[kept], "o", ms=6, mfc="white", mec=INK, mew=1.5, zorder=5)
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    losses = np.concatenate([train, validation])
    if (losses > 0).all() and losses.max() > 20 * losses.min():
        axis.set_yscale("log")
