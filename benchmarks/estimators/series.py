"""Doping series predicted by estimators that have seen nothing near them: where is the optimum?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from superdrift.composition.distance import TOLERANCE
from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector
from superdrift.report.figure_style import ACCENT, KNOWN, OTHER, house_style, panels, save
from superdrift.superconductors.report.figures.colours import COLOUR
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tc.boosting import Size, Trees, choose_size
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.forest import fit_forest
from superdrift.superconductors.tc.held_out import blended, middle, targets
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbours import Choice, Neighbours
from superdrift.superconductors.tc.splits import make_splits

PLATEAU = 0.99
"""The optimum is the mean x of all points whose Tc is at least this share of the highest: trees predict in steps."""
ON_SERIES = 0.003
"""Half L1; a known compound this close to a point of the series is drawn at its x."""
SEEDS = (1, 2, 3)
"""Of the folds and of the trees; low and high are the extremes over them, the figure draws the mean."""
WEIGHT = 0.5
"""Of the forest beside the boosted trees."""


@dataclass(frozen=True)
class Series:
    """A doping series: its name, its formula with {x} and {rest}, the grid of x, and its measured optimum."""

    name: str
    title: str
    formula: str
    whole: float
    x: NDArray[np.float64]
    optimum: float
    family: str

    def amounts(self) -> NDArray[np.float64]:
        """(n, 96) compositions along the grid."""
        texts = [self.formula.format(x=f"{x:.3f}", rest=f"{self.whole - x:.3f}") for x in self.x]
        return np.stack([to_vector(parse_formula(text)) for text in texts])


# Optima: Takagi et al., Phys. Rev. B 40, 2254 (1989) and Radaelli et al., Phys. Rev. B 49, 4163 (1994): x = 0.15 to
# 0.16; Rotter et al., Angew. Chem. 47, 7949 (2008): x = 0.4.
SERIES = (
    Series(
        "La2-xSrxCuO4",
        r"La$_{2-x}$Sr$_x$CuO$_4$",
        "La{rest}Sr{x}CuO4",
        2.0,
        np.arange(0.02, 0.401, 0.005),
        0.16,
        "cuprates",
    ),
    Series(
        "Ba1-xKxFe2As2",
        r"Ba$_{1-x}$K$_x$Fe$_2$As$_2$",
        "Ba{rest}K{x}Fe2As2",
        1.0,
        np.arange(0.05, 0.951, 0.01),
        0.40,
        "pnictides",
    ),
)


def series(known: Known, settings: FitSettings, figure: Path) -> Iterator[dict[str, Any]]:
    """Optimum x of each series by trees and by neighbours, with everything near the series withheld; draws a figure."""
    drawn = []
    for one in SERIES:
        amounts = one.amounts()
        near = CompositionIndex(amounts).nearest(known.amounts)[0] <= settings.group_radius + TOLERANCE
        yield {"model": "known", "split": one.name, "metric": "withheld", "value": float(near.sum()), "n": len(near)}
        found = [_predict(known, ~near, amounts, settings, seed=seed) for seed in SEEDS]
        for model in found[0]:
            optima = [one.x[curves[model] >= PLATEAU * curves[model].max()].mean() for curves in found]
            highest = [curves[model].max() for curves in found]
            for metric, values, unit in (("optimum_x", optima, "1"), ("tc_max", highest, "K")):
                ends = {"value": float(np.mean(values)), "low": float(min(values)), "high": float(max(values))}
                common = {"model": model, "split": one.name, "metric": metric, "unit": unit, "repeats": len(SEEDS)}
                yield common | ends
        curves = {model: np.mean([part[model] for part in found], axis=0) for model in found[0]}
        distance, place = CompositionIndex(amounts).nearest(known.amounts)
        on = (distance <= ON_SERIES) & known.superconducting
        yield {"model": "known", "split": one.name, "metric": "optimum_x", "value": one.optimum, "unit": "1"}
        drawn.append((one, curves, one.x[place[on]], known.tc[on]))
    _draw(drawn, figure)


def _predict(
    known: Known, rows: NDArray[np.bool_], amounts: NDArray[np.float64], settings: FitSettings, *, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Tc along the series by estimators fitted to some rows, with sizes chosen among those rows alone."""
    rest = known.take(rows)
    largest = int(settings.largest_group * len(rest.ids))
    groups = chemical_groups(rest.fractions, radius=settings.group_radius, largest=largest)
    split = make_splits(rest, groups, folds=settings.folds, generator=np.random.default_rng(seed))[-1]
    fitted, targeted = targets(rest)["tc"]
    x, tc, folds = features(rest.amounts)[fitted], targeted[fitted], split.folds[fitted]
    sizes = [choose_size(x, tc, folds == fold, "tc", settings.boosting, seed=seed)[0] for fold in range(split.number)]
    trees = Trees.fit(x, tc, "tc", Size.typical(sizes), settings.boosting, seed=seed)
    forest = fit_forest(x, tc, settings.forest, seed=seed, threads=settings.threads)
    along = features(amounts)
    choice = Choice(settings.neighbours[0], settings.metrics[0], settings.weights[0])
    found, neighbours = forest(along), Neighbours(rest, choice, choice).predict(amounts).tc
    blend = blended(trees.predict(along, threads=settings.threads), found.tc, WEIGHT)
    return {"estimator": middle(blend, found.median, neighbours), "knn": neighbours}


def _draw(drawn: list[tuple[Series, dict[str, NDArray[np.float64]], Any, Any]], path: Path) -> None:
    """Measured and predicted Tc along each series."""
    with house_style():
        figure, axes = panels(len(drawn), columns=len(drawn), height=2.6)
        for axis, (one, curves, x, tc) in zip(axes, drawn, strict=True):
            axis.plot(x, tc, "o", color=KNOWN, markersize=3)
            axis.plot(one.x, curves["knn"], color=ACCENT, linewidth=1.0)
            axis.plot(one.x, curves["estimator"], color=COLOUR[one.family])
            axis.axvline(one.optimum, color=KNOWN, linewidth=0.8, linestyle=":")
            axis.set(title=one.title, xlabel="x")
            axis.set_ylim(bottom=0)
        axes[0].set_ylabel(r"$T_\mathrm{c}$ (K)")
        handles = [
            Line2D([], [], color=KNOWN, marker="o", ls="", ms=4),
            Line2D([], [], color=OTHER),
            Line2D([], [], color=ACCENT, lw=1.0),
            Line2D([], [], color=KNOWN, ls=":", lw=0.8),
        ]
        labels = ["measured, all withheld", "default", "neighbours (published)", "measured optimum"]
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
        save(figure, path)
