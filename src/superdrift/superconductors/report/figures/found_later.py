"""Figure: of the compounds reported after a cut-off, how many had been proposed, by year of the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes

from superdrift.composition.distance import TOLERANCE
from superdrift.report.figure_style import ACCENT, KNOWN, OTHER, PALETTE, RULE, house_style, panels, save
from superdrift.superconductors.data.families import COMPOUND_FAMILIES

_METHODS = {
    "generator": ("generator", PALETTE[1]),
    "substitution": ("substitution (data-mined)", PALETTE[2]),
    "pettifor": ("substitution (Pettifor)", ACCENT),
    "noise": ("known + noise", OTHER),
    "known": ("known compounds", KNOWN),
}
"""Methods in the order of the legend: what they are called, and their colours."""


@dataclass(frozen=True)
class Cutoff:
    """The later compounds of one cut-off.

    Attributes:
        year: the last year that was known.
        found: one row per later compound, method and radius: family, year, method, radius, distance.
    """

    year: int
    found: pd.DataFrame

    @classmethod
    def of(cls, year: int, later: pa.Table, foreseen: pa.Table) -> Self:
        """From the tables `LATER` and `FORESEEN`."""
        compounds = later.select(["id", "family", "year"]).to_pandas()
        return cls(year, foreseen.select(["id", "method", "distance", "radius"]).to_pandas().merge(compounds, on="id"))


def draw(cutoffs: Sequence[Cutoff], *, radius: float, path: Path) -> Path:
    """Cumulative number of later compounds within `radius` (half L1) of a proposal: cut-offs down, families across."""
    with house_style():
        figure, axes = panels(len(cutoffs) * len(COMPOUND_FAMILIES), columns=len(COMPOUND_FAMILIES), height=2.0)
        places = [(cutoff, family) for cutoff in cutoffs for family in COMPOUND_FAMILIES]
        for axis, (cutoff, family) in zip(axes, places, strict=True):
            rows = cutoff.found[(cutoff.found["family"] == family) & (cutoff.found["radius"] == radius)]
            _lines(axis, rows, cutoff.year, radius)
            total = rows["id"].nunique()
            axis.set_title(f"{family}: {total} after {cutoff.year}")
        for axis in axes[:: len(COMPOUND_FAMILIES)]:
            axis.set_ylabel(f"within {radius:g} of a proposal")
        for axis in axes[-len(COMPOUND_FAMILIES) :]:
            axis.set_xlabel("reported up to")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return save(figure, path)


def _lines(axis: Axes, rows: pd.DataFrame, cutoff: int, radius: float) -> None:
    """One rising line a method."""
    axis.grid(axis="y", color=RULE, linewidth=0.6)
    for method, (label, colour) in _METHODS.items():
        own = rows[rows["method"] == method]
        if own.empty:
            continue
        hits = own[own["distance"] <= radius + TOLERANCE].groupby("year").size()
        years = range(cutoff, int(rows["year"].max()) + 1)
        axis.step(years, hits.reindex(years, fill_value=0).cumsum(), where="post", color=colour, label=label)
    axis.set_ylim(bottom=0)
    axis.locator_params(axis="both", integer=True, nbins=5)
