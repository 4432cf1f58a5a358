"""Votes and means of neighbours, against scikit-learn and by hand."""

import numpy as np
import pytest
from estimator_data import known, nearest_keys
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from superdrift.estimators.distances import unpack
from superdrift.estimators.neighbours import Choice, Neighbourhood, negatives_per_superconductor


@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
def test_votes_and_means_are_those_of_scikit_learn(weights, metric):
    data, choice = known(200), Choice(5, metric, weights)
    train, test = np.arange(150), np.arange(150, 200)
    x = data.fractions
    test = test[_untied(x, test, train, metric) & _untied(x, test, train[data.superconducting[train]], metric)]
    assert len(test) > 10
    voters = nearest_keys(x[test], x, train, k=5, metric=metric)
    probability = Neighbourhood.of(voters, choice).probability(data, negatives_per_superconductor=1.0)
    model = KNeighborsClassifier(5, metric=metric, weights=weights).fit(x[train], data.superconducting[train])
    np.testing.assert_allclose(probability, model.predict_proba(x[test])[:, 1], atol=1e-5)
    warm = train[data.superconducting[train]]
    tc = Neighbourhood.of(nearest_keys(x[test], x, warm, k=5, metric=metric), choice).tc(data)[0]
    regressor = KNeighborsRegressor(5, metric=metric, weights=weights).fit(x[warm], data.tc[warm])
    np.testing.assert_allclose(tc, regressor.predict(x[test]), atol=1e-3)


def _untied(x, test, train, metric):
    """Queries whose fifth and sixth neighbours differ: the others have no one set of neighbours."""
    distance = unpack(nearest_keys(x[test], x, train, k=6, metric=metric))[0]
    return distance[:, 5] - distance[:, 4] > 1e-9


def test_balanced_vote_lets_both_kinds_weigh_the_same():
    data = known(200)
    ratio = negatives_per_superconductor(data.superconducting)
    everyone = nearest_keys(data.fractions[:3], data.fractions, np.arange(200), k=200)
    probability = Neighbourhood.of(everyone, Choice(200, "manhattan", "uniform")).probability(
        data, negatives_per_superconductor=ratio
    )
    np.testing.assert_allclose(probability, 0.5)


def test_a_known_composition_decides_alone():
    data, choice = known(200), Choice(9, "manhattan", "distance_squared")
    row = np.flatnonzero(data.superconducting)[:1]
    keys = nearest_keys(data.fractions[row], data.fractions, np.flatnonzero(data.superconducting), k=9)
    tc, spread = Neighbourhood.of(keys, choice).tc(data)
    assert tc[0] == pytest.approx(data.tc[row[0]], abs=1e-3)
    assert spread[0] < 0.1


def test_fewer_neighbours_than_asked_for_are_enough():
    data = known(40)
    keys = nearest_keys(data.fractions[:5], data.fractions, np.flatnonzero(data.superconducting)[:3], k=9)
    tc, _ = Neighbourhood.of(keys, Choice(9, "manhattan", "uniform")).tc(data)
    np.testing.assert_allclose(tc, data.tc[np.flatnonzero(data.superconducting)[:3]].mean())
