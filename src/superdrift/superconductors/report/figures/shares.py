"""Figure: the share of samples that passes each check, beside the training compounds and the published shares."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from superdrift.report.figure_style import INK, OTHER, RULE, house_style, panels, save
from superdrift.report.numbers import Numbers
from superdrift.superconductors.data.families import MODEL_FAMILIES
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.report.table1 import read_published

_SHARES = (
    ("basic_pass", "basic checks"),
    ("unique", "unique ¹"),
    ("novel", "novel ¹"),
    ("valid_published", "valid, published check"),
    ("charge_valid", "charge valid"),
    ("site_balanced", "site balanced"),
)


def draw(numbers: Numbers, path: Path) -> Path | None:
    """What share of each family's samples passes each check, beside the training compounds and the paper."""
    shown = [family for family in MODEL_FAMILIES if numbers.get(family, "basic_pass")]
    if not shown:
        return None
    published = {row["version"]: row for row in read_published("table1.csv")}
    with house_style():
        figure, axes = panels(len(shown), columns=2, height=2.25)
        for place, (axis, family) in enumerate(zip(axes, shown, strict=True)):
            _dots(axis, numbers, family, published[family])
            if place % 2:
                axis.set_yticklabels([])
        handles = [
            Line2D([], [], color=OTHER, marker="o", ls="", ms=6),
            Line2D([], [], color=OTHER, marker="|", ls="", ms=11, mew=2),
            Line2D([], [], color=INK, marker="D", ls="", ms=5, mfc="none"),
        ]
        labels = ["this run", "training compounds", "published (Yuan & Dordevic 2024)"]
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return save(figure, path)


def _dots(axis: Axes, numbers: Numbers, family: str, published: Mapping[str, object]) -> None:
    """One row a check: this run with its interval, the training compounds, the published figure."""
    paper = {
        "basic_pass": published["basic_pass_percent"],
        "unique": published["unique_percent"],
        "novel": published["novel_percent"],
        "valid_published": published["valid_percent"],
    }
    for place, (quantity, _) in enumerate(_SHARES):
        axis.axhline(place, color=RULE, lw=0.8, zorder=0)
        training = numbers.value(family, f"{quantity}_training")
        if training is not None:
            axis.plot(100 * training, place, "|", color=OTHER, ms=11, mew=2)
        if paper.get(quantity) is not None:
            axis.plot(float(str(paper[quantity])), place, "D", mec=INK, mfc="none", ms=5)
        ours = numbers.get(family, quantity)
        if ours is not None and ours.value is not None:
            ends = [100 * (ours.low or 0.0), 100 * (ours.high if ours.high is not None else ours.value)]
            axis.plot(ends, [place, place], color=COLOUR[family], lw=2.2)
            axis.plot(100 * ours.value, place, "o", color=COLOUR[family], ms=6)
    axis.set_yticks(range(len(_SHARES)), [label for _, label in _SHARES])
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    axis.spines["left"].set_visible(False)
    axis.set_xlim(-3, 103)
    axis.set_title(family, color=COLOUR[family])
    axis.xaxis.set_major_formatter(PercentFormatter(100))
