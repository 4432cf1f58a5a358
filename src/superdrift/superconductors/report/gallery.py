"""All figures of a run, each with a title and a caption that says what is seen and what it does not show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from superdrift.report.numbers import Numbers
from superdrift.report.page import Picture, number, percent
from superdrift.superconductors.report import estimator_figures, figures, maps
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
    groups: Mapping[str, Path]
    trajectories: Mapping[str, Path]


def draw(artifacts: Artifacts, numbers: Numbers, folder: Path) -> list[Picture]:
    """Draw every figure that this run has data for into `folder`; returned in the order of the page."""
    a = artifacts
    plan: dict[str, tuple[str, str, Callable[[Path], Path | None]]] = {
        "critical_temperature": (
            "Critical temperatures",
            "Known superconductors (measured) and ranked candidates (estimated), by family. An estimate is "
            "an average over known compounds, so the candidates hardly reach beyond the known range; ranking "
            "favours the upper end.",
            lambda path: figures.critical_temperatures(a.compounds, a.candidates, path),
        ),
        "shares": (
            "What passes each check",
            "Lines show 95 % intervals. Superscript 1: of the rows that pass the basic checks; otherwise of "
            "all samples. Where the training compounds themselves often fail, the check is a poor judge.",
            lambda path: figures.shares(numbers, path),
        ),
        "estimators": (
            "When an estimate can be trusted",
            "Held-out superconductors in tenths by distance to the nearest known one, the nearest first; bands are "
            "95 % intervals. Left: compositions held out at random, which leaves near-copies in training. Middle and "
            "right: whole chemical systems with their near-duplicates. The farthest are mostly metals of low Tc.",
            lambda path: estimator_figures.by_distance(numbers, path),
        ),
        "map": (
            "Map of compositions (t-SNE)",
            "Each panel embeds the compounds of one source with known ones. Numbers name the largest groups "
            "without known compounds. Distances between far-apart islands, and their sizes, mean nothing "
            "in such a map.",
            lambda path: maps.composition_map(a.clustered, a.groups, path),
        ),
        "copper_valence": (
            "Formal valence of copper",
            "What remains for copper when every other ion has its common charge. Known superconducting "
            "cuprates gather somewhat above 2; the tails are mostly nominal oxygen contents, not chemistry.",
            lambda path: figures.copper_valence(a.screened, a.training, path),
        ),
        "drift": ("Tc along the drift", _drift_caption(numbers, list(a.trajectories)),
                  lambda path: maps.drift_climbs(a.trajectories, path)),
        "training": ("Training", _training_caption(numbers, list(a.histories)),
                     lambda path: figures.training_curves(a.histories, path)),
    }  # fmt: skip
    for old in folder.glob("*.svg"):
        old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, (title, caption, plot) in plan.items():
        path = plot(folder / f"{name}.svg")
        if path is not None:
            drawn.append(Picture(path, title, caption))
    return drawn


def _drift_caption(numbers: Numbers, starts: list[str]) -> str:
    """Where the climbs and walks ended, and what the independent estimator makes of the climbed compounds."""
    text = "By the predictor that is climbed, which flatters its own ascent."
    for start in starts:
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


def _training_caption(numbers: Numbers, families: list[str]) -> str:
    """Which step was kept, and how far the validation loss lies above the training loss there."""
    text = "Validation on a fixed grid of times and noise; a gap that opens means memorising."
    for family in families:
        step, train, validation = (numbers.value(family, q) for q in ("best_step", "train_loss", "validation_loss"))
        losses = f"training {number(train, 3)}, validation {number(validation, 3)}"
        text += f" {family.capitalize()}: step {number(step, 0)}, {losses}."
    return text
