"""Votes and means of neighbours, against scikit-learn and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_data import known
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from superdrift.superconductors.tc.neighbours import Choice, Neighbourhood, Neighbours


def some(data, rows):
    """Some of the compositions."""
    return data.take(rows)


@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
def test_votes_and_means_are_those_of_scikit_learn(weights, metric):
    data, choice = known(200), Choice(5, metric, weights)
    train = some(data, np.arange(150))
    x, superconducting = train.fractions, train.superconducting
    queries = some(data, np.arange(150, 200))
    queries = some(
        queries, _untied(queries.fractions, x, metric) & _untied(queries.fractions, x[superconducting], metric)
    )
    assert len(queries.ids) > 10
    found = Neighbours(train, choice, choice).predict(queries.amounts)
    model = KNeighborsClassifier(5, metric=metric, weights=weights).fit(x, superconducting)
    np.testing.assert_allclose(found.probability, model.predict_proba(queries.fractions)[:, 1], atol=1e-5)
    regressor = KNeighborsRegressor(5, metric=metric, weights=weights).fit(
        x[superconducting], train.tc[superconducting]
    )
    np.testing.assert_allclose(found.tc, regressor.predict(queries.fractions), atol=1e-3)


def _untied(queries, x, metric):
    """Queries whose fifth and sixth neighbours differ: the others have no one set of neighbours."""
    distance = np.sort(cdist(queries, x, "cityblock" if metric == "manhattan" else metric), axis=1)
    return distance[:, 5] - distance[:, 4] > 1e-9


@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
def test_distance_is_half_l1_to_the_nearest_superconductor_whatever_the_metric(metric):
    data = known(100)
    choice = Choice(3, metric, "distance")
    queries = known(20, seed=9)
    found = Neighbours(data, choice, choice).predict(queries.amounts)
    expected = cdist(queries.fractions, data.fractions[data.superconducting], "cityblock").min(axis=1) / 2
    np.testing.assert_allclose(found.distance, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("weights", "share", "mean"),
    [("uniform", 2 / 3, 50), ("distance", 3 / 7, 130 / 3), ("distance_squared", 5 / 21, 38)],
)
def test_weights_by_hand(weights, share, mean):
    distance, rows = np.array([[0.1, 0.2, 0.4]]), np.array([[2, 0, 1]])
    found = Neighbourhood.of(distance, rows, Choice(3, "manhattan", weights))
    assert found.probability(np.array([True, True, False])) == pytest.approx([share])
    tc = Neighbourhood.of(distance, rows, Choice(2, "manhattan", weights)).tc(np.array([70.0, np.nan, 30.0]))
    assert tc[0] == pytest.approx(mean)


def test_a_known_composition_decides_alone():
    data, choice = known(200), Choice(9, "manhattan", "distance_squared")
    row = np.flatnonzero(data.superconducting)[:1]
    found = Neighbours(data, choice, choice).predict(data.amounts[row])
    assert found.tc[0] == pytest.approx(data.tc[row[0]], abs=1e-3)
    assert found.probability[0] == pytest.approx(1, abs=1e-3)
    assert found.distance[0] < 1e-9


def test_fewer_neighbours_than_asked_for_are_enough():
    data = known(40)
    superconducting, not_superconducting = (
        np.flatnonzero(data.superconducting)[:3],
        np.flatnonzero(~data.superconducting)[:1],
    )
    few = some(data, np.r_[superconducting, not_superconducting])
    few = replace(few, amounts=few.amounts + 0.5 * (np.arange(96) == 7))  # an element in common
    choice = Choice(9, "manhattan", "uniform")
    found = Neighbours(few, choice, choice).predict(few.amounts)
    np.testing.assert_allclose(found.tc, data.tc[superconducting].mean())
    np.testing.assert_allclose(found.probability, 0.75)


@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
def test_a_compound_unlike_all_gets_even_odds_and_the_mean_of_all(metric):
    data, choice = known(60), Choice(5, metric, "distance")
    unlike = np.eye(96)[[90]]
    found = Neighbours(data, choice, choice).predict(unlike)
    assert (found.probability[0], found.distance[0]) == (0.5, 1.0)
    assert found.tc[0] == pytest.approx(np.nanmean(data.tc))


def test_unlabelled_compositions_vote_as_published_and_are_not_measured():
    data = known(60)
    choice = Choice(3, "manhattan", "uniform")
    unlabelled = replace(data, unlabelled=~data.superconducting)
    before, after = (Neighbours(labels, choice, choice) for labels in (data, unlabelled))
    np.testing.assert_array_equal(before.predict(data.amounts).probability, after.predict(data.amounts).probability)
    assert before.measured(data.amounts).all()
    assert after.measured(data.amounts).tolist() == data.superconducting.tolist()
