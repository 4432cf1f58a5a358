"""Extremely randomised trees for Tc: compounds are remembered, and equal seeds give equal forests."""

import numpy as np
import pytest

from superdrift.io import tables
from superdrift.superconductors.settings.tc import ForestSettings
from superdrift.superconductors.tc.forest import Forest, fit_forest, fit_trees, trimmed_mean
from superdrift.superconductors.tc.nodes import NODES, Nodes

SETTINGS = ForestSettings(trees=20, feature_fraction=0.5)


def sample(n=200, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.random((n, 6)).astype(np.float32)
    return x, 40 * x[:, 0] * (x[:, 1] > 0.5)


def test_compounds_are_remembered_and_others_interpolated():
    x, tc = sample()
    predict = fit_forest(x, tc, SETTINGS, seed=1, threads=1)
    np.testing.assert_allclose(predict(x).tc, tc, atol=1e-9)
    np.testing.assert_allclose(predict(x).spread, 0, atol=1e-9)
    new, truth = sample(seed=1)
    assert np.abs(predict(new).tc - truth).mean() < 0.5 * np.abs(truth.mean() - truth).mean()


def test_seed_decides_everything():
    x, tc = sample()
    new, _ = sample(seed=1)
    one, again, other = (fit_forest(x, tc, SETTINGS, seed=seed, threads=1)(new).tc for seed in (2**40, 2**40, 3))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_threads_change_nothing_but_the_last_digits():
    x, tc = sample()
    new, _ = sample(seed=1)
    one, two = (fit_forest(x, tc, SETTINGS, seed=1, threads=threads)(new) for threads in (1, 2))
    np.testing.assert_allclose(two.tc, one.tc, rtol=1e-12)
    np.testing.assert_allclose(two.spread, one.spread, rtol=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_no_rows_give_no_predictions(threads):
    x, tc = sample()
    assert fit_forest(x, tc, SETTINGS, seed=1, threads=threads)(x[:0]).spread.shape == (0,)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([7.0], 7.0),
        ([1.0, 3.0], 2.0),
        ([9.0, 0.0, 2.0, 100.0, 4.0], 5.0),  # of five trees one at each end does not count
        ([0.0, 0.0, 90.0, 10.0, 20.0, 30.0, 40.0, 90.0, 50.0, 60.0], 35.0),
    ],
)
def test_trees_far_from_the_others_do_not_count(values, mean):
    both = trimmed_mean(np.array([values, [-value for value in values]]).T)
    np.testing.assert_allclose(both, [mean, -mean], rtol=1e-12)


def test_a_forest_is_the_trimmed_mean_of_its_trees_and_their_deviation():
    x, tc = sample()
    new, _ = sample(seed=1)
    trees = fit_trees(x, tc, SETTINGS, seed=1, threads=1).estimators_
    values = np.sort([tree.predict(new) for tree in trees], axis=0)
    found = fit_forest(x, tc, SETTINGS, seed=1, threads=2)(new)
    np.testing.assert_allclose(found.tc, values[4:16].mean(axis=0), rtol=1e-12)  # of 20 trees 4 at each end
    assert np.abs(found.tc - values.mean(axis=0)).max() > 1
    np.testing.assert_allclose(found.median, values[9:11].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.spread, values.std(axis=0), rtol=1e-9)


@pytest.mark.parametrize("rows", [0, 1, 200])
def test_stored_trees_estimate_as_fitted_ones_bit_for_bit(rows, tmp_path):
    x, tc = sample()
    fitted, predict = fit_trees(x, tc, SETTINGS, seed=1, threads=1), fit_forest(x, tc, SETTINGS, seed=1, threads=1)
    tables.write(tmp_path / "forest.parquet", NODES, Forest.of(fitted).nodes.columns("forest"), {})
    stored = Forest(Nodes.of_models(tables.read(tmp_path / "forest.parquet", NODES))["forest"])
    # of the features the thresholds themselves, and their neighbours in single precision, decide hardest
    edges = np.stack([np.resize(stored.nodes.threshold[stored.nodes.feature == f], 100) for f in range(6)], axis=1)
    new = np.concatenate([sample(seed=1)[0], edges, np.nextafter(edges, np.float32(1)), np.nextafter(edges, 0)])
    new = new[:rows] if rows < 200 else new.astype(np.float32)
    np.testing.assert_array_equal(stored.predict(new).tc, predict(new).tc)
    np.testing.assert_array_equal(stored.predict(new).median, predict(new).median)
    np.testing.assert_array_equal(stored.predict(new).spread, predict(new).spread)
