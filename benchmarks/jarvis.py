"""Tc from composition on a split that others use: `supercon_chem_Tc` of the JARVIS leaderboard, scored by MAE.

Trained on the split's training rows alone, Tc = 0 (no Tc reported) included as the leaderboard gives it. Number and
size of the boosted trees, the forest's weight and the neighbours are chosen by cross-validation among the training rows
(subset `training, held out`); the test rows are predicted once. All of them are scored: formulas that
`parse_formula` refuses are read as what is known of them, or else get the mean of the training rows:

    python -m benchmarks.jarvis [--quick]
"""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from benchmarks.inputs import CONFIG, SEED, parsed, parser, public_file, quick_config, start
from benchmarks.record import origin, write
from superdrift.charges.ion_charges import COMMON_CHARGES
from superdrift.composition.distance import TOLERANCE
from superdrift.composition.elements import N_ELEMENTS, SYMBOLS
from superdrift.composition.formula import FormulaError, parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions, to_vector
from superdrift.run import registry
from superdrift.run.settings import from_mapping
from superdrift.statistics.bootstrap import regression_errors
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tc.boosting import Size, Trees, choose_size
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.forest import fit_forest
from superdrift.superconductors.tc.held_out import best_weight, blended
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.neighbours import Choice, Neighbourhood

SPLIT, FORMULAS = "jarvis_supercon", "stanev"
"""Names in data/registry.yaml: row numbers of the two parts, and the table that they are rows of."""
NEAR = 0.02
"""Half L1; nearer test rows are left out of the second figure: near-duplicates of training rows."""
ROWS_IF_QUICK = 1500
"""Training rows, and at most as many test rows."""
OXYGEN = SYMBOLS.index("O")
PLAIN = "extra trees, fractions alone"
PARTS = ("boosted trees", "forest", PLAIN, "mean")

Estimates = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Part:
    """Rows of one part of the split that can be read, and all their Tc.

    Attributes:
        amounts: (n, 96) atoms per formula unit; empty where nothing is known of a formula.
        tc: (n,) K, as the leaderboard gives it.
        refused: (n,) formulas that `parse_formula` refuses.
    """

    amounts: NDArray[np.float64]
    tc: NDArray[np.float64]
    refused: NDArray[np.bool_]

    @property
    def read(self) -> NDArray[np.bool_]:
        """(n,) rows whose composition is known at least in part."""
        return self.amounts.any(axis=1)

    def first(self, rows: int) -> "Part":
        """Its first rows, at most so many."""
        return Part(self.amounts[:rows], self.tc[:rows], self.refused[:rows])


@dataclass(frozen=True)
class Choices:
    """What the held-out training rows choose: size of the boosted trees, weight of the forest, neighbours."""

    size: Size
    weight: float
    neighbours: Choice

    def all_methods(self, parts: Estimates, training: Part, rows: Part) -> Estimates:
        """The default and its parts and rivals, for all rows: those that cannot be read get the training mean."""
        default = blended(parts["boosted trees"], parts["forest"], self.weight)
        found = {}
        for name, values in {"default": default, **parts}.items():
            found[name] = np.full(len(rows.tc), training.tc.mean())
            found[name][rows.read] = values
        return found


def main() -> None:
    """Measure, print and write benchmarks/jarvis.parquet."""
    arguments = parsed(parser("jarvis", __doc__, on_run=False))
    config = quick_config() if arguments.quick else CONFIG
    settings = from_mapping(FitSettings, config["estimate"], place="estimate")
    training, test = part("train"), part("test")
    if arguments.quick:
        training, test = training.first(ROWS_IF_QUICK), test.first(ROWS_IF_QUICK)
    held_out, choices = chosen(training, settings)
    rows = [*scores(training, held_out, {"training, held out": training.read}, settings),
            *scores(test, predicted(training, test, settings, choices), subsets(training, test), settings)]  # fmt: skip
    for row in rows:
        print("{subset:<22} {model:<28} {metric:<5} {value:>7.3f} [{low:.3f}, {high:.3f}] {unit} {n:>6}".format(**row))
    told = {"choices": asdict(choices), **{
        name: {"rows": len(rows.tc), "refused": int(rows.refused.sum()), "unread": int((~rows.read).sum())}
        for name, rows in (("training", training), ("test", test))
    }}  # fmt: skip
    print(told)
    files = {name: registry.entry_of(name).sha256 for name in (SPLIT, FORMULAS)}
    write(arguments.output, rows, origin(None, files=files, **told))


def part(name: str) -> Part:
    """The part `train` or `test` of the split, in the leaderboard's order."""
    with public_file(FORMULAS).open(encoding="utf-8", newline="") as stream:
        formulas = [row["name"] for row in csv.DictReader(stream)]
    with zipfile.ZipFile(public_file(SPLIT)) as packed:
        numbered = json.loads(packed.read(packed.namelist()[0]))[name]
    found = [composition(formulas[int(number)]) for number in numbered]
    return Part(np.stack([amounts for amounts, _ in found]), np.array([*numbered.values()], dtype=np.float64),
                np.array([refused for _, refused in found]))  # fmt: skip


def composition(formula: str) -> tuple[NDArray[np.float64], bool]:
    """(96,) atoms per formula unit, and whether `parse_formula` refuses the text.

    Of a refused one what is known: deuterium and tritium are hydrogen, `=z` adds an unknown content to the number
    before it, and an unknown content of oxygen (`OY`) is the one that balances common charges. Nothing otherwise.
    """
    try:
        return to_vector(parse_formula(formula)).astype(np.float64), False
    except FormulaError:
        known = re.sub(r"OY$", "O", re.sub(r"=z$", "", re.sub(r"[DT](?=\d)", "H", formula)))
    try:
        amounts = to_vector(parse_formula(known)).astype(np.float64)
    except FormulaError:
        return np.zeros(N_ELEMENTS), True
    if formula.endswith("OY"):
        amounts[OXYGEN] = 0.0
        charge = sum(amounts[i] * COMMON_CHARGES.get(SYMBOLS[i], 0.0) for i in np.flatnonzero(amounts))
        amounts[OXYGEN] = max(charge, 0.0) / -COMMON_CHARGES["O"]
    return amounts, True


def chosen(training: Part, settings: FitSettings) -> tuple[Estimates, Choices]:
    """Estimates of the training rows while their fold is held out, and what these choose."""
    amounts, tc = training.amounts[training.read], training.tc[training.read]
    x, folds = features(amounts), np.random.default_rng(SEED).permutation(len(tc)) % settings.folds
    choices = [Choice(*found) for found in product(settings.neighbours, settings.metrics, settings.weights)]
    near, sizes = {choice: np.zeros_like(tc) for choice in choices}, []
    parts = {name: np.zeros_like(tc) for name in PARTS}
    for fold in range(settings.folds):
        out = folds == fold
        size, trees = choose_size(x, tc, out, "tc", settings.boosting, seed=SEED)
        sizes.append(size)
        others = unboosted(amounts[~out], tc[~out], amounts[out], settings)
        for name, values in {"boosted trees": trees.predict(x[out], threads=1), **others}.items():
            parts[name][out] = np.maximum(values, 0.0)
        for choice, values in neighbour_estimates(amounts[~out], tc[~out], amounts[out], choices).items():
            near[choice][out] = values
    best = min(choices, key=lambda choice: float(np.abs(near[choice] - tc).mean()))
    weight = best_weight(parts["boosted trees"], parts["forest"], tc)
    found = Choices(Size.typical(sizes), weight, best)
    return found.all_methods(parts | {"neighbours": near[best]}, training, training), found


def predicted(training: Part, test: Part, settings: FitSettings, choices: Choices) -> Estimates:
    """Estimates of the test rows by all methods, fitted to all training rows that can be read."""
    amounts, tc, queries = training.amounts[training.read], training.tc[training.read], test.amounts[test.read]
    trees = Trees.fit(features(amounts), tc, "tc", choices.size, settings.boosting, seed=SEED)
    parts = {
        "boosted trees": np.maximum(trees.predict(features(queries), threads=settings.threads), 0.0),
        **unboosted(amounts, tc, queries, settings),
        "neighbours": neighbour_estimates(amounts, tc, queries, [choices.neighbours])[choices.neighbours],
    }
    return choices.all_methods(parts, training, test)


def unboosted(
    amounts: NDArray[np.float64], tc: NDArray[np.float64], queries: NDArray[np.float64], settings: FitSettings
) -> Estimates:
    """What needs no choice: the forest, as many plain extra trees on fractions (scikit-learn's defaults), the mean."""
    forest = fit_forest(features(amounts), tc, settings.forest, seed=SEED, threads=settings.threads)
    rival = ExtraTreesRegressor(settings.forest.trees, random_state=1, n_jobs=settings.threads)
    rival.fit(atomic_fractions(amounts), tc)
    return {
        "forest": forest(features(queries)).tc, PLAIN: rival.predict(atomic_fractions(queries)),
        "mean": np.full(len(queries), tc.mean()),
    }  # fmt: skip


def neighbour_estimates(
    amounts: NDArray[np.float64], tc: NDArray[np.float64], queries: NDArray[np.float64], choices: list[Choice]
) -> dict[Choice, NDArray[np.float64]]:
    """Mean Tc of the nearest rows by each choice."""
    index, k = CompositionIndex(amounts), max(choice.k for choice in choices)
    lists = {m: index.several(queries, k, metric=m) for m in dict.fromkeys(choice.metric for choice in choices)}
    return {choice: Neighbourhood.of(*lists[choice.metric], choice).tc(tc) for choice in choices}


def subsets(training: Part, test: Part) -> dict[str, NDArray[np.bool_]]:
    """Masks of the test rows that are scored: all, those unlike any training row, those with a reported Tc."""
    distance = np.ones(len(test.tc))
    distance[test.read] = CompositionIndex(training.amounts[training.read]).nearest(test.amounts[test.read])[0]
    far = distance >= NEAR - TOLERANCE
    return {"test": np.ones_like(far), f"test, ≥ {NEAR}": far, "test, Tc > 0": test.tc > 0}


def scores(
    rows: Part, estimates: Estimates, masks: dict[str, NDArray[np.bool_]], settings: FitSettings
) -> Iterator[dict[str, Any]]:
    """MAE, RMSE and R² with intervals of a bootstrap over chemical groups."""
    groups = np.arange(len(rows.tc)) + len(rows.tc)  # rows that cannot be read stand alone
    fractions = atomic_fractions(rows.amounts[rows.read])
    groups[rows.read] = chemical_groups(
        fractions, radius=settings.group_radius, largest=int(settings.largest_group * len(fractions))
    )
    for (subset, mask), (model, values) in product(masks.items(), estimates.items()):
        found = regression_errors(rows.tc[mask], values[mask], groups[mask], np.random.default_rng(SEED))
        for metric in ("mae", "rmse", "r2"):
            value, low, high = found[metric]
            unit = "1" if metric == "r2" else "K"
            yield {"subset": subset, "model": model, "metric": metric, "value": value, "low": low, "high": high,
                   "unit": unit, "n": int(mask.sum())}  # fmt: skip


if __name__ == "__main__":
    start(main)
