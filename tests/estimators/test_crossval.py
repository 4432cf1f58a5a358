"""Nested cross-validation: held-out labels never reach a prediction or a choice."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_data import known

from superdrift.estimators.crossval import ESTIMATOR, PUBLISHED, NestedSearch, fold_lists
from superdrift.estimators.neighbours import Choice, Neighbourhood
from superdrift.estimators.splits import make_splits

CHOICES = [Choice(k, "manhattan", weights) for k in (1, 3, 5) for weights in ("uniform", "distance")]


def searched(data, choices=CHOICES, k=5):
    splits = make_splits(data, folds=4, radius=0.05, largest_group=0.1, generator=np.random.default_rng(0))
    lists = fold_lists(data, splits, metric="manhattan", k=k)
    return splits, [
        NestedSearch(data, split, {"manhattan": found}, choices) for split, found in zip(splits, lists, strict=True)
    ]


def test_merged_lists_are_the_nearest_training_rows():
    data = known(120)
    (_, grouped), (_, search) = searched(data)
    rows = np.flatnonzero(grouped.folds == 0)
    keys = search._merged(rows, frozenset({0, 1}), "manhattan", "superconducting")
    found = Neighbourhood.of(keys, Choice(5, "manhattan", "uniform")).rows
    training = np.flatnonzero((grouped.folds > 1) & data.superconducting)
    distance = np.abs(data.fractions[rows][:, None] - data.fractions[training]).sum(axis=2) / 2
    reached = np.abs(data.fractions[rows][:, None] - data.fractions[found]).sum(axis=2) / 2
    assert np.isin(found, training).all()
    np.testing.assert_allclose(reached, np.sort(distance, axis=1)[:, :5], atol=1e-9)


@pytest.mark.parametrize("which", [0, 1])
def test_labels_of_a_held_out_fold_change_nothing_in_it(which):
    data = known(160)
    splits, searches = searched(data)
    fold = splits[which].folds == 1
    before = searches[which].held_out()
    falsified = replace(data, tc=np.where(fold, data.tc * 10 + 500, data.tc))
    other = NestedSearch(falsified, splits[which], searches[which]._lists, CHOICES)
    after = other.held_out()
    np.testing.assert_array_equal(before.predicted.tc[fold], after.predicted.tc[fold])
    np.testing.assert_array_equal(before.null_tc[fold], after.null_tc[fold])
    assert searches[which].choose(frozenset({1})) == other.choose(frozenset({1}))
    assert not np.array_equal(before.predicted.tc[~fold], after.predicted.tc[~fold]), "others do learn from it"


def test_the_better_choice_is_chosen():
    data = known(200, noise=0.0)
    foolish = [Choice(60, "manhattan", "uniform"), Choice(3, "manhattan", "distance")]
    _, (search, _) = searched(data, foolish, k=60)
    assert search.choose().regressor.k == 3


def test_every_composition_is_predicted_once_by_both_votes():
    data = known(160)
    _, searches = searched(data)
    for search in searches:
        found = search.held_out()
        for vote in (ESTIMATOR, PUBLISHED):
            assert ((found.probability[vote] >= 0) & (found.probability[vote] <= 1)).all()
        assert np.isfinite(found.predicted.tc).all()
        assert (found.predicted.distance >= found.nearest - 1e-12).all()
