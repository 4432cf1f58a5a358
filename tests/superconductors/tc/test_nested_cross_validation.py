"""Nested cross-validation of the neighbours: held-out labels never reach a prediction or a choice."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_data import known, searches_of, splits_of
from scipy.spatial.distance import cdist

from superdrift.superconductors.tc.neighbours import Choice
from superdrift.superconductors.tc.nested_cross_validation import family_means

CHOICES = [Choice(k, "manhattan", weights) for k in (1, 3, 5) for weights in ("uniform", "distance")]
BOTH = [*CHOICES[:2], Choice(3, "euclidean", "uniform")]
EVERY_SPLIT = pytest.mark.parametrize("which", [0, 1, 2], ids=["random", "systems", "grouped"])


@pytest.mark.parametrize(("metric", "plain", "scale"), [("manhattan", "cityblock", 0.5), ("euclidean", "euclidean", 1)])
def test_neighbours_are_the_nearest_training_rows(metric, plain, scale):
    data, choice = known(120), Choice(5, metric, "uniform")
    splits = splits_of(data)
    search, folds = searches_of(data, splits, [choice])[2], splits[2].folds
    rows = np.flatnonzero(folds == 0)
    found = search._neighbourhood(rows, frozenset({0, 1}), choice, "superconducting")
    training = np.flatnonzero((folds > 1) & data.superconducting)
    distance = cdist(data.fractions[rows], data.fractions, plain) * scale
    some = ~found.alone
    assert some.sum() > 10
    assert np.isin(found.rows[some], training).all()
    reached = np.take_along_axis(distance, found.rows, axis=1)
    reached[found.weights == 0] = np.inf
    related = data.fractions[rows] @ data.fractions[training].T > 0  # compounds without a common element have no vote
    nearest = np.sort(np.where(related, distance[:, training], np.inf), axis=1)[:, :5]
    np.testing.assert_allclose(reached, nearest, atol=1e-7)


@EVERY_SPLIT
def test_labels_of_a_held_out_fold_change_nothing_in_it(which):
    data = known(160)
    splits = splits_of(data)
    fold = splits[which].folds == 1
    flipped = fold & (np.arange(160) % 3 == 0)
    superconducting = data.superconducting ^ flipped
    tc = np.where(superconducting, np.nan_to_num(data.tc) * 10 + 500, np.nan)
    falsified = replace(data, superconducting=superconducting, tc=np.where(fold, tc, data.tc))
    before, after = (searches_of(one, splits, CHOICES)[which] for one in (data, falsified))
    assert before.choose(frozenset({1})) == after.choose(frozenset({1}))
    (vote, nearest), (other, other_nearest) = before.held_out(), after.held_out()
    np.testing.assert_array_equal(nearest[fold], other_nearest[fold])
    for name in ("probability", "tc", "distance"):
        np.testing.assert_array_equal(getattr(vote, name)[fold], getattr(other, name)[fold], err_msg=name)
    assert not np.array_equal(vote.tc[~fold], other.tc[~fold]), "others do learn from it"
    assert not np.array_equal(vote.probability[~fold], other.probability[~fold])


def test_a_held_out_stranger_gets_the_mean_of_the_others_without_its_own_fold():
    data = known(160)
    row = np.flatnonzero(data.superconducting)[0]
    amounts = data.amounts.copy()
    amounts[row] = np.eye(96)[91]
    data = replace(data, amounts=amounts)
    splits = splits_of(data)
    out = splits[0].folds == splits[0].folds[row]
    vote, _ = searches_of(data, splits, CHOICES)[0].held_out()
    assert vote.tc[row] == pytest.approx(np.nanmean(data.tc[~out]))
    assert (vote.probability[row], vote.distance[row]) == (0.5, 1.0)


def test_the_better_choice_is_chosen():
    data = known(200, noise=0.0)
    foolish = [Choice(60, "manhattan", "uniform"), Choice(3, "manhattan", "distance")]
    search = searches_of(data, splits_of(data), foolish, k=60)[0]
    assert search.choose().regressor.k == 3


@EVERY_SPLIT
def test_every_composition_gets_a_vote_and_its_distances(which):
    data = known(160)
    splits = splits_of(data)
    vote, nearest = searches_of(data, splits, BOTH)[which].held_out()
    assert ((vote.probability >= 0) & (vote.probability <= 1)).all()
    assert len(np.unique(vote.probability)) > 1
    assert np.isfinite(vote.tc).all()
    folds = splits[which].folds
    distance = cdist(data.fractions, data.fractions, "cityblock") / 2
    distance[folds[:, None] == folds] = np.inf
    np.testing.assert_allclose(nearest, distance.min(axis=1), atol=1e-9)
    np.testing.assert_allclose(vote.distance, distance[:, data.superconducting].min(axis=1), atol=1e-9)


def test_family_means_are_those_of_the_training_superconductors():
    data = known(60)
    training = np.arange(60) % 2 == 0
    found = family_means(data, training, np.array(["others", "cuprates", "others"]))
    for place, family in enumerate(("others", "cuprates", "others")):
        rows = training & data.superconducting & (data.families == family)
        assert found[place] == pytest.approx(data.tc[rows].mean())
    without = training & (data.families != "pnictides")
    alone = family_means(data, without, np.array(["pnictides"]))
    assert alone[0] == pytest.approx(data.tc[without & data.superconducting].mean())
