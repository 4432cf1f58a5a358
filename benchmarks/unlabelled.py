"""Compounds listed without a Tc in the fit of the classifier: the ways to use them, judged by measured compounds alone.

Each way is fitted as `fit` does and asked about held-out chemical groups; scores are of superconductors and of
compounds measured without superconductivity. A way is chosen on one half of the groups, scored on the other.

- weight w: the unlabelled are negatives that weigh w beside a measured one; 1: all are negatives, as published
- measured alone: the unlabelled are left out
- positive-unlabelled, w: each unlabelled compound is a superconductor with its probability and a negative with the rest
  (Elkan & Noto 2008). The probability is that of a classifier (weight 1) that has not seen it, calibrated on measured
  compounds, with the likeliest share of superconductors among the unlabelled (expectation maximisation)
- neighbours: the published vote

    python -m benchmarks.unlabelled [--run results/small] [--quick]
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.inputs import CONFIG, SEED, parsed, parser, quick_config, start
from benchmarks.record import Row, origin, write
from superdrift.io import tables
from superdrift.run import seeds
from superdrift.run.errors import InputError
from superdrift.run.settings import from_mapping
from superdrift.statistics.bootstrap import ranking_auc
from superdrift.statistics.intervals import TAILS, Interval95, grouped_share
from superdrift.superconductors.settings.tc import FitSettings
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.boosting import Trees, choose_size
from superdrift.superconductors.tc.classification import classified_superconducting
from superdrift.superconductors.tc.corrected_share import Rate, corrected_share
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.fitting import nested_searches
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, FEWEST_NEGATIVES, Known, distinct
from superdrift.superconductors.tc.nested_cross_validation import NestedSearch
from superdrift.superconductors.tc.splits import Split

WEIGHTS = (1.0, 0.2, 0.1, 0.05, 0.025)
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
RESAMPLES, EM_STEPS, FIRST_SHARE = 1000, 200, 0.3
Floats, Mask = NDArray[np.float64], NDArray[np.bool_]


def main() -> None:
    """Measure, print, and write benchmarks/unlabelled.parquet."""
    arguments = parsed(parser("unlabelled", __doc__))
    config = quick_config() if arguments.quick else CONFIG
    settings = from_mapping(FitSettings, config["estimate"], place="estimate")
    known = distinct(tables.read(arguments.compounds, COMPOUNDS, COLUMNS), settings.exclude_flags)
    if known.negative.sum() < FEWEST_NEGATIVES:
        raise InputError(
            f"{known.negative.sum()} measured negatives in {arguments.compounds}, and at least {FEWEST_NEGATIVES} are "
            "needed to judge by; name a run whose prepare.sources has `literature_negatives`: --run"
        )
    rows = []
    for row in measured(known, settings):
        print("{half:<7} {way:<26} {quantity:<24} {value:>7.3f} ({low:.3f}–{high:.3f}) {n:>6}".format(**row))
        rows.append(row)
    write(arguments.output, rows, origin(arguments.compounds))


def measured(known: Known, settings: FitSettings) -> Iterator[Row]:
    """Scores of every way on the halves of the groups and on both."""
    largest = int(settings.largest_group * len(known.ids))
    groups = chemical_groups(known.fractions, radius=settings.group_radius, largest=largest)
    search = nested_searches(known, groups, settings, np.random.default_rng(SEED))[-1]
    half = np.random.default_rng(SEED).random(groups.max() + 1)[groups] < 0.5
    halves = {"choose": half, "report": ~half, "both": np.ones(len(half), dtype=bool)}
    for way, probability in ways(known, search, settings):
        for name, rows in halves.items():
            for quantity, (value, low, high), n in scores(known.take(rows), probability[rows], groups[rows]):
                yield {"half": name, "way": way, "quantity": quantity, "value": value, "low": low, "high": high, "n": n}


def ways(known: Known, search: NestedSearch, settings: FitSettings) -> Iterator[tuple[str, Floats]]:
    """Each way with its held-out probabilities, (n,)."""
    fits, positive = Fits(known, features(known.amounts), search.split, settings), known.superconducting.astype(float)
    yield "neighbours", search.held_out()[0].probability
    yield "measured alone", fits.held_out(lambda _: (positive, known.weights(0.0)))
    if not known.unlabelled.any():
        return  # all other ways are the same
    for weight in WEIGHTS:
        yield f"weight {weight:g}", fits.held_out(lambda _, w=weight: (positive, known.weights(w)))
    shares = {fold: fits.probability_of_unlabelled(fold) for fold in range(search.split.number)}
    for weight in (1.0, settings.unlabelled_weight):
        found = fits.held_out(lambda fold, w=weight: (shares[fold], known.weights(w)))
        yield f"positive-unlabelled, {weight:g}", found


@dataclass(frozen=True)
class Fits:
    """Classifiers of one split.

    Attributes:
        known: labelled compositions.
        x: (n, f) their features.
        split: its folds.
        settings: of the trees.
    """

    known: Known
    x: NDArray[np.float32]
    split: Split
    settings: FitSettings

    def held_out(self, labels: Callable[[int], tuple[Floats, Floats]]) -> Floats:
        """Probabilities of each fold by trees that have not seen it, (n,).

        Args:
            labels: for the fold left out, of all rows (n,): the share of each that is a superconductor, and its weight.
        """
        found = np.zeros(len(self.x))
        for fold in range(self.split.number):
            out = self.split.folds == fold
            rows, y, weight = _as_pairs(~out, *labels(fold))
            judging = self.split.folds[rows] == (fold + 1) % self.split.number
            given: dict[str, Any] = {"seed": seeds.derive(SEED, "unlabelled", fold), "weight": weight}
            boosting = self.settings.boosting
            size, _ = choose_size(self.x[rows], y, judging, "superconducting", boosting, **given)
            trees = Trees.fit(self.x[rows], y, "superconducting", size, boosting, **given)
            found[out] = trees.predict(self.x[out], threads=self.settings.threads)
        return found

    def probability_of_unlabelled(self, fold: int) -> Floats:
        """(n,) 1 for superconductors, 0 for measured negatives, the probability of the unlabelled; without one fold."""
        known, folds = self.known, self.split.folds
        odds = np.zeros(len(self.x))
        for inner in range(self.split.number):
            if inner != fold:
                rows = np.flatnonzero(folds != fold)
                y, judging = known.superconducting[rows].astype(float), folds[rows] == inner
                seed = seeds.derive(SEED, "unlabelled", fold, inner)
                _, trees = choose_size(self.x[rows], y, judging, "superconducting", self.settings.boosting, seed=seed)
                own = folds == inner
                p = np.clip(trees.predict(self.x[own], threads=self.settings.threads), 1e-4, 1 - 1e-4)
                odds[own] = np.log(p / (1 - p))
        learned = (folds != fold) & ~known.unlabelled
        calibrated = LogisticRegression(class_weight="balanced").fit(
            odds[learned, None], known.superconducting[learned]
        )
        unlabelled = (folds != fold) & known.unlabelled
        share = known.superconducting.astype(float)
        share[unlabelled] = _likeliest(np.exp(calibrated.decision_function(odds[unlabelled, None])))
        return share


def _as_pairs(rows: Mask, share: Floats, weight: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Rows, kinds and weights in which a row that is partly a superconductor stands twice, once of each kind."""
    positive, negative = (np.flatnonzero(rows & (weight * part > 0)) for part in (share, 1 - share))
    y = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    return np.r_[positive, negative], y, np.r_[(weight * share)[positive], (weight * (1 - share))[negative]]


def _likeliest(ratio: Floats) -> Floats:
    """Probabilities (n,) with the likeliest share of superconductors; `ratio`: likelihood as one over as none."""
    share = FIRST_SHARE
    for _ in range(EM_STEPS):
        probability = share * ratio / (share * ratio + 1 - share)
        share = float(probability.mean())
    return probability


def scores(known: Known, probability: Floats, groups: NDArray[np.int64]) -> Iterator[tuple[str, Interval95, int]]:
    """Quantities with their intervals (groups are the unit) and the number of compositions they are of."""
    hits, generator = classified_superconducting(probability), np.random.default_rng(SEED)
    rates = {}
    for name, rows in {"tp": known.superconducting, "fp": known.negative, "fp_unlabelled": known.unlabelled}.items():
        if rows.any():
            rates[name] = grouped_share(hits[rows], groups[rows])
            yield name, rates[name], int(rows.sum())
    if known.unlabelled.any():
        rates_of_both = (Rate(*rates[name]) for name in ("tp", "fp"))
        share = corrected_share(int(hits[known.unlabelled].sum()), int(known.unlabelled.sum()), *rates_of_both)
        if share[0] is not None:
            yield "sc_unlabelled", share, int(known.unlabelled.sum())
    rows = ~known.unlabelled
    positive, negatives = known.superconducting[rows], int(known.negative.sum())
    auc = ranking_auc(positive, probability[rows], groups[rows], generator)
    if auc is not None:
        yield "auc", auc, negatives
    yield "brier", _brier(positive, probability[rows], groups[rows], generator), negatives
    yield from _calibration(positive, probability[rows])


def _brier(
    positive: Mask, probability: Floats, groups: NDArray[np.int64], generator: np.random.Generator
) -> Interval95:
    """Mean squared error of the probability at equal prior odds, with the interval of a bootstrap over groups."""
    group = np.unique(groups, return_inverse=True)[1].ravel()
    number, error = int(group.max()) + 1, (positive - probability) ** 2
    sums = np.stack(
        [np.bincount(group, kind * part, number) for kind in (positive, ~positive) for part in (error, 1.0)]
    )
    draws = generator.multinomial(number, np.full(number, 1 / number), size=RESAMPLES)
    totals = np.concatenate([sums.sum(axis=1)[None], draws @ sums.T])
    with np.errstate(invalid="ignore"):  # a resample without negatives
        values = (totals[:, 0] / totals[:, 1] + totals[:, 2] / totals[:, 3]) / 2
    low, high = np.nanquantile(values[1:], TAILS)
    return float(values[0]), float(low), float(high)


def _calibration(positive: Mask, probability: Floats) -> Iterator[tuple[str, Interval95, int]]:
    """Share of superconductors at equal prior odds among compositions of a probability, between the BINS."""
    place = np.clip(np.digitize(probability, BINS) - 1, 0, len(BINS) - 2)
    draws = np.random.default_rng(SEED)
    for number, low in enumerate(BINS[:-1]):
        inside = place == number
        drawn = []
        for kind in (positive, ~positive):
            count = int((inside & kind).sum())
            rest = int(kind.sum()) - count
            drawn.append(np.r_[count / max(count + rest, 1), draws.beta(count + 0.5, rest + 0.5, RESAMPLES)])
        if drawn[0][0] + drawn[1][0] > 0:
            share = drawn[0] / (drawn[0] + drawn[1])
            ends = np.quantile(share[1:], TAILS)
            found = float(share[0]), min(float(ends[0]), float(share[0])), max(float(ends[1]), float(share[0]))
            yield f"share_at_{low:g}_{BINS[number + 1]:g}", found, int((inside & ~positive).sum())


if __name__ == "__main__":
    start(main)
