"""Small synthetic data for the tests of the estimators: chemical systems with a Tc of their own."""

import numpy as np

from superdrift.superconductors.settings.tc import BoostingSettings, FitSettings, ForestSettings
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.labelled_compositions import Known
from superdrift.superconductors.tc.neighbour_search import distance_blocks, pack, smallest
from superdrift.superconductors.tc.nested_cross_validation import NestedSearch, fold_lists
from superdrift.superconductors.tc.splits import make_splits

BOOSTING = BoostingSettings(
    leaves=[7],
    most_trees=40,
    patience=10,
    learning_rate=0.2,
    fewest_in_leaf=5,
    feature_fraction=0.5,
    row_fraction=0.8,
    l2=1.0,
)
SETTINGS = FitSettings(
    boosting=BOOSTING,
    forest=ForestSettings(trees=10, feature_fraction=0.3),
    threads=1,
    neighbours=[3, 5],
    metrics=["manhattan", "euclidean"],
    weights=["distance", "uniform"],
    folds=5,
    repeats=2,
    group_radius=0.05,
    largest_group=0.1,
    unlabelled_weight=0.05,
    coverage=0.9,
    applicable_quantile=0.8,
    exclude_flags=[],
)

SYSTEMS = [
    (7, 28, 38, 55),
    (7, 28, 37, 56),
    (7, 28, 19, 82),
    (25, 32, 55),
    (25, 33, 10),
    (40, 49),
    (40, 12, 5),
    (22, 13),
]


def known(n=240, seed=0, negative_share=0.2, noise=1.0):
    """Compositions around eight hosts with dopants; Tc set by the host and the doping."""
    generator = np.random.default_rng(seed)
    amounts = np.zeros((n, 96), dtype=np.float32)
    host = generator.integers(len(SYSTEMS), size=n)
    doping = generator.random(n)
    for row in range(n):
        amounts[row, list(SYSTEMS[host[row]])] = 1.0 + np.arange(len(SYSTEMS[host[row]]))
        amounts[row, SYSTEMS[host[row]][0]] += doping[row].round(2)
        amounts[row, 60 + generator.integers(6)] = 0.1 + round(generator.random() * 0.3, 2)
    superconducting = doping > negative_share
    tc = np.where(superconducting, 10.0 * (1 + host) * doping + noise * generator.random(n), np.nan)
    names = np.array(["cuprates", "pnictides", "others"])
    families = names[np.where(host < 3, 0, np.where(host < 5, 1, 2))]
    return Known(np.arange(n), amounts, superconducting, tc, families, np.zeros(n, dtype=bool))


def splits_of(data, folds=4, radius=0.05, largest=0.1):
    """The three splits: random, systems, grouped."""
    groups = chemical_groups(data.fractions, radius=radius, largest=int(largest * len(data.ids)))
    return make_splits(data, groups, folds=folds, generator=np.random.default_rng(0))


def searches_of(data, splits, choices, k=5):
    """The nested search among neighbours in each split."""
    metrics = sorted({"manhattan", *(choice.metric for choice in choices)})
    lists = {metric: fold_lists(data, splits, metric=metric, k=k) for metric in metrics}
    return [NestedSearch(data, split, {m: lists[m][i] for m in metrics}, choices) for i, split in enumerate(splits)]


def nearest_keys(queries, fractions, rows, k, metric="manhattan"):
    """Keys of the k nearest of some rows to each query."""
    blocks = distance_blocks(queries, fractions[rows], metric)
    return np.concatenate([smallest(pack(distance, rows), k) for _, distance in blocks])
