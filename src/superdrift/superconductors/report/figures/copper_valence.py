"""Figure: the formal valence of copper in known and in generated cuprates."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from superdrift.io import tables
from superdrift.report.figure_style import KNOWN, house_style, panels, save, share_histogram
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.tables import SCREENED

_VALENCE = np.linspace(0.5, 4.0, 71)
"""Edges of the bins in e."""


def draw(sources: Mapping[str, Path], training: Mapping[str, Path], path: Path) -> Path | None:
    """Formal valence of copper: known cuprates, and what each unconditional family generated."""
    known = [_valences(file) for name, file in training.items() if name == "cuprates"]
    generated = {n: _valences(sources[n]) for n in ("cuprates", "everything") if n in sources}
    generated = {name: values for name, values in generated.items() if values.size}
    if not generated:
        return None
    with house_style():
        figure, (axis,) = panels(1, columns=1, height=2.6)
        handles: list[Patch | Line2D] = []
        labels = []
        if known and known[0].size:
            share_histogram(axis, known[0], _VALENCE, KNOWN, filled=True)
            handles.append(Patch(color=KNOWN, alpha=0.6))
            labels.append(f"known cuprates, {known[0].size:,}")
        for name, values in generated.items():
            share_histogram(axis, values, _VALENCE, COLOUR[name], filled=False)
            handles.append(Line2D([], [], color=COLOUR[name]))
            labels.append(f"generated, {name}, {values.size:,}")
        axis.legend(handles, labels, loc="upper right")
        axis.set_xlim(_VALENCE[0], _VALENCE[-1])
        axis.set_xlabel("formal valence of copper (e)")
        axis.set_ylabel("share per 0.05 e")
        axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        return save(figure, path)


def _valences(screened: Path) -> NDArray[np.float64]:
    """Formal valences of the rows whose redox ion is copper and that pass the basic checks."""
    columns: Sequence[str] = ["basic_pass", "redox_ion", "formal_valence"]
    data = tables.read(screened, SCREENED, columns)
    copper = pc.fill_null(pc.equal(data["redox_ion"], "Cu"), False)
    return data.filter(pc.and_(copper, data["basic_pass"]))["formal_valence"].drop_null().to_numpy()
