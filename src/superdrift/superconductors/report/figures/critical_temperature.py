"""Figure: critical temperatures of the known superconductors and of the ranked candidates, by family."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from superdrift.io import tables
from superdrift.report.figure_style import KNOWN, house_style, panels, save, share_histogram
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS

_TC_STEP = 5.0
"""Width of a bin in K."""


def draw(compounds: Path, candidates: Path, path: Path) -> Path | None:
    """Tc of the known superconductors and of the ranked candidates, one panel a family."""
    known = tables.read(compounds, COMPOUNDS, ["family", "tc_k"])
    found = tables.read(candidates, CANDIDATES, ["family", "tc_k"])
    shown = [name for name in COMPOUND_FAMILIES if _tc(known, name).size or _tc(found, name).size]
    if not shown:
        return None
    with house_style():
        figure, axes = panels(len(shown), columns=3, height=2.3)
        for axis, family in zip(axes, shown, strict=True):
            ours, theirs = _tc(found, family), _tc(known, family)
            top = max([*ours, *theirs, _TC_STEP])
            bins = np.arange(0.0, top + 2 * _TC_STEP, _TC_STEP)
            share_histogram(axis, theirs, bins, KNOWN, filled=True)
            share_histogram(axis, ours, bins, COLOUR[family], filled=False)
            axis.set_title(family)
            axis.set_xlabel(r"$T_\mathrm{c}$ (K)")
            axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            handles = [Patch(color=KNOWN, alpha=0.6), Line2D([], [], color=COLOUR[family])]
            axis.legend(handles, [f"known, {theirs.size:,}", f"candidates, {ours.size:,}"], loc="upper right")
            axis.set_ylim(top=1.35 * axis.get_ylim()[1])
        axes[0].set_ylabel(f"share per {_TC_STEP:g} K")
        return save(figure, path)


def _tc(data: pa.Table, family: str) -> NDArray[np.float64]:
    return data.filter(pc.equal(data["family"], family))["tc_k"].drop_null().to_numpy()
