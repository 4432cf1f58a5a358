"""All figures of the report in the order of the page, each with its title and caption.

A caption says what is seen and what it does not show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from superdrift.report.formatting import number, percent
from superdrift.report.numbers import Numbers
from superdrift.report.sections import CaptionedFigure
from superdrift.superconductors.report.figures import (
    composition_map,
    copper_valence,
    critical_temperature,
    drift,
    estimator_errors,
    shares,
    training_curves,
)
from superdrift.superconductors.sources import DRIFTED, source_name


@dataclass(frozen=True)
class Artifacts:
    """The tables of a run that are drawn; the mappings go from family, source or start to the file."""

    compounds: Path
    candidates: Path
    histories: Mapping[str, Path]
    screened: Mapping[str, Path]
    training: Mapping[str, Path]
    clustered: Mapping[str, Path]
    families: Path
    trajectories: Mapping[str, Path]


@dataclass(frozen=True)
class _Figure:
    """One figure: the name of its file, its title, its caption, and what draws it (None where it has no data)."""

    name: str
    title: str
    caption: str | Callable[[Artifacts, Numbers], str]
    draw: Callable[[Artifacts, Numbers, Path], Path | None]


def _drift_caption(artifacts: Artifacts, numbers: Numbers) -> str:
    """Where the climbs and walks ended, and what the independent estimator makes of the climbed compounds."""
    text = "By the predictor that is climbed, which flatters its own ascent."
    for start in artifacts.trajectories:
        source = source_name(DRIFTED, start)
        climb, walk = (numbers.value(source, f"tc_climbed_{kind}_mean") for kind in ("climb", "walk"))
        text += (
            f" From {start}: {number(numbers.value(source, 'tc_climbed_start'), 0)} K at the start, "
            f"{number(climb, 0)} K at the end of the drift, {number(walk, 0)} K at that of the random walk. "
            "The independent estimate for the valid compounds they led to is "
            f"{number(numbers.value(source, 'tc_mean'), 0)} K; "
            f"{percent(numbers.value(source, 'charge_valid'), 0)} of all are charge valid."
        )
    return text


def _training_caption(artifacts: Artifacts, numbers: Numbers) -> str:
    """Which step was kept, and how far the validation loss lies above the training loss there."""
    text = "Validation on a fixed grid of times and noise; a gap that opens means memorising."
    for family in artifacts.histories:
        step, train, validation = (numbers.value(family, q) for q in ("best_step", "train_loss", "validation_loss"))
        losses = f"training {number(train, 3)}, validation {number(validation, 3)}"
        text += f" {family.capitalize()}: step {number(step, 0)}, {losses}."
    return text


_FIGURES = (
    _Figure(
        "critical_temperature",
        "Critical temperatures",
        "Known superconductors (measured) and ranked candidates (estimated), by family. An estimate is "
        "an average over known compounds, so the candidates hardly reach beyond the known range; ranking "
        "favours the upper end.",
        lambda run, numbers, path: critical_temperature.draw(run.compounds, run.candidates, path),
    ),
    _Figure(
        "shares",
        "What passes each check",
        "Lines show 95 % intervals. Superscript 1: of the rows that pass the basic checks; otherwise of "
        "all samples. Where the training compounds themselves often fail, the check is a poor judge.",
        lambda run, numbers, path: shares.draw(numbers, path),
    ),
    _Figure(
        "estimators",
        "When an estimate can be trusted",
        "Held-out superconductors in tenths by distance to the nearest known one, the nearest first; bands are "
        "95 % intervals. Left: compositions held out at random, which leaves near-copies in training. Middle and "
        "right: whole chemical systems with their near-duplicates. The farthest are mostly metals of low Tc.",
        lambda run, numbers, path: estimator_errors.draw(numbers, path),
    ),
    _Figure(
        "map",
        "Map of compositions (t-SNE)",
        "Each panel embeds the compounds of one source with known ones. New families, where the tests found any, are "
        "marked with the number of their group; groups are found without the map. Distances between far-apart "
        "islands, and their sizes, mean nothing in such a map.",
        lambda run, numbers, path: composition_map.draw(run.clustered, run.families, path),
    ),
    _Figure(
        "copper_valence",
        "Formal valence of copper",
        "What remains for copper when every other ion has its common charge. Known superconducting "
        "cuprates gather somewhat above 2; the tails are mostly nominal oxygen contents, not chemistry.",
        lambda run, numbers, path: copper_valence.draw(run.screened, run.training, path),
    ),
    _Figure(
        "drift",
        "Tc along the drift",
        _drift_caption,
        lambda run, numbers, path: drift.draw(run.trajectories, path),
    ),
    _Figure(
        "training",
        "Training",
        _training_caption,
        lambda run, numbers, path: training_curves.draw(run.histories, path),
    ),
)
"""The figures in the order of the page; one without data for this run is left out."""


def draw_all(artifacts: Artifacts, numbers: Numbers, folder: Path) -> list[CaptionedFigure]:
    """Draw every figure that this run has data for into `folder`, emptied before; in the order of the page."""
    for old in folder.glob("*.svg"):
        old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for figure in _FIGURES:
        path = figure.draw(artifacts, numbers, folder / f"{figure.name}.svg")
        if path is not None:
            caption = figure.caption if isinstance(figure.caption, str) else figure.caption(artifacts, numbers)
            drawn.append(CaptionedFigure(path, figure.title, caption))
    return drawn
