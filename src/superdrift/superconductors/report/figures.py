"""The figures of the report that compare whole versions: Tc, shares, formal valence, training.

Each returns the file it wrote, or None where this run has nothing to show.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from superdrift.io import tables
from superdrift.learning.history import HISTORY
from superdrift.report.numbers import Numbers
from superdrift.report.style import COLOUR, INK, KNOWN, OTHER, RULE, house_style, panels, save
from superdrift.superconductors.data.families import FAMILIES, VERSIONS
from superdrift.superconductors.report.table1 import read_published
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, SCREENED

_TC_STEP = 5.0
"""K; width of the bins of a histogram of Tc. Layout."""
_VALENCE = np.linspace(0.5, 4.0, 71)
_SHARES = (
    ("basic_pass", "basic checks"),
    ("unique", "unique ¹"),
    ("novel", "novel ¹"),
    ("valid_published", "valid, published check"),
    ("charge_valid", "charge valid"),
    ("site_balanced", "site balanced"),
)


def critical_temperatures(compounds: Path, candidates: Path, path: Path) -> Path | None:
    """Tc of the known superconductors and of the ranked candidates, one panel a family."""
    known = tables.read(compounds, COMPOUNDS, ["family", "tc_k"])
    found = tables.read(candidates, CANDIDATES, ["family", "tc_k"])
    shown = [name for name in FAMILIES if _tc(known, name).size or _tc(found, name).size]
    if not shown:
        return None
    with house_style():
        figure, axes = panels(len(shown), columns=3, height=2.3)
        for axis, family in zip(axes, shown, strict=True):
            ours, theirs = _tc(found, family), _tc(known, family)
            top = max([*ours, *theirs, _TC_STEP])
            bins = np.arange(0.0, top + 2 * _TC_STEP, _TC_STEP)
            _histogram(axis, theirs, bins, KNOWN, filled=True)
            _histogram(axis, ours, bins, COLOUR[family], filled=False)
            axis.set_title(family)
            axis.set_xlabel(r"$T_\mathrm{c}$ (K)")
            axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            handles = [Patch(color=KNOWN, alpha=0.6), Line2D([], [], color=COLOUR[family])]
            axis.legend(handles, [f"known, {theirs.size:,}", f"candidates, {ours.size:,}"], loc="upper right")
            axis.set_ylim(top=1.35 * axis.get_ylim()[1])
        axes[0].set_ylabel(f"share per {_TC_STEP:g} K")
        return save(figure, path)


def shares(numbers: Numbers, path: Path) -> Path | None:
    """What share of each version's samples passes each check, beside the training compounds and the paper."""
    shown = [version for version in VERSIONS if numbers.get(version, "basic_pass")]
    if not shown:
        return None
    published = {row["version"]: row for row in read_published("table1.csv")}
    with house_style():
        figure, axes = panels(len(shown), columns=2, height=2.25)
        for place, (axis, version) in enumerate(zip(axes, shown, strict=True)):
            _dots(axis, numbers, version, published[version])
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


def copper_valence(sources: Mapping[str, Path], training: Mapping[str, Path], path: Path) -> Path | None:
    """Formal valence of copper: known cuprates, and what each unconditional version generated."""
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
            _histogram(axis, known[0], _VALENCE, KNOWN, filled=True)
            handles.append(Patch(color=KNOWN, alpha=0.6))
            labels.append(f"known cuprates, {known[0].size:,}")
        for name, values in generated.items():
            _histogram(axis, values, _VALENCE, COLOUR[name], filled=False)
            handles.append(Line2D([], [], color=COLOUR[name]))
            labels.append(f"generated, {name}, {values.size:,}")
        axis.legend(handles, labels, loc="upper right")
        axis.set_xlim(_VALENCE[0], _VALENCE[-1])
        axis.set_xlabel("formal valence of copper (e)")
        axis.set_ylabel("share per 0.05 e")
        axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        return save(figure, path)


def training_curves(histories: Mapping[str, Path], path: Path) -> Path | None:
    """Training and validation loss of each version; the step whose weights were kept is marked."""
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
    if np.isfinite(validation).any():
        best = int(np.nanargmin(validation))
        axis.plot(step[best], validation[best], "o", ms=6, mfc="white", mec=INK, mew=1.5, zorder=5)
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    losses = np.concatenate([train, validation])
    if (losses > 0).all() and losses.max() > 20 * losses.min():
        axis.set_yscale("log")


def _dots(axis: Axes, numbers: Numbers, version: str, published: Mapping[str, object]) -> None:
    """One row a check: this run with its interval, the training compounds, the published figure."""
    paper = {
        "basic_pass": published["basic_pass_percent"],
        "unique": published["unique_percent"],
        "novel": published["novel_percent"],
        "valid_published": published["valid_percent"],
    }
    for place, (quantity, _) in enumerate(_SHARES):
        axis.axhline(place, color=RULE, lw=0.8, zorder=0)
        training = numbers.value(version, f"{quantity}_training")
        if training is not None:
            axis.plot(100 * training, place, "|", color=OTHER, ms=11, mew=2)
        if paper.get(quantity) is not None:
            axis.plot(float(str(paper[quantity])), place, "D", mec=INK, mfc="none", ms=5)
        ours = numbers.get(version, quantity)
        if ours is not None and ours.value is not None:
            ends = [100 * (ours.low or 0.0), 100 * (ours.high if ours.high is not None else ours.value)]
            axis.plot(ends, [place, place], color=COLOUR[version], lw=2.2)
            axis.plot(100 * ours.value, place, "o", color=COLOUR[version], ms=6)
    axis.set_yticks(range(len(_SHARES)), [label for _, label in _SHARES])
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    axis.spines["left"].set_visible(False)
    axis.set_xlim(-3, 103)
    axis.set_title(version, color=COLOUR[version])
    axis.xaxis.set_major_formatter(PercentFormatter(100))


def _histogram(
    axis: Axes, values: NDArray[np.float64], bins: NDArray[np.float64], colour: str, *, filled: bool
) -> None:
    """Share of the values in each bin."""
    if not values.size:
        return
    heights = np.histogram(values, bins)[0] / values.size
    if filled:
        axis.stairs(heights, bins, fill=True, color=colour, alpha=0.6)
    else:
        axis.stairs(heights, bins, color=colour, lw=1.8)


def _tc(data: pa.Table, family: str) -> NDArray[np.float64]:
    return data.filter(pc.equal(data["family"], family))["tc_k"].drop_null().to_numpy()


def _valences(screened: Path) -> NDArray[np.float64]:
    """Formal valences of the rows whose redox ion is copper and that pass the basic checks."""
    columns: Sequence[str] = ["basic_pass", "redox_ion", "formal_valence"]
    data = tables.read(screened, SCREENED, columns)
    copper = pc.fill_null(pc.equal(data["redox_ion"], "Cu"), False)
    return data.filter(pc.and_(copper, data["basic_pass"]))["formal_valence"].drop_null().to_numpy()
