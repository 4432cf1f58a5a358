"""Blocks of distances against the plain definition, and keys that order neighbours the same way anywhere."""

import numpy as np
import pytest
from estimator_data import nearest_keys
from scipy.spatial.distance import cdist

from superdrift.superconductors.tc import neighbour_search as distances


def fractions(n, seed, elements=7):
    generator = np.random.default_rng(seed)
    dense = np.where(generator.random((n, 96)) < elements / 96, generator.random((n, 96)), 0.0)
    dense[:, 7] += 0.1
    return dense / dense.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("metric", "plain", "scale"), [("manhattan", "cityblock", 0.5), ("euclidean", "euclidean", 1.0)]
)
def test_distances_follow_their_definition(metric, plain, scale):
    queries, known = fractions(300, 1), fractions(50, 2)
    found = np.concatenate([block for _, block in distances.distance_blocks(queries, known, metric)])
    np.testing.assert_allclose(found, cdist(queries, known, plain) * scale, atol=1e-7)


def test_same_composition_is_at_distance_zero():
    known = fractions(20, 3)
    found = np.concatenate([block for _, block in distances.distance_blocks(known, known, "manhattan")])
    assert np.diag(found).max() < 1e-12


def test_ties_go_to_the_earlier_row_and_absent_neighbours_are_marked():
    keys = distances.pack(np.array([[0.25, 0.125, 0.25, 0.25]]), np.array([5, 6, 1, 3]))
    distance, rows, exists = distances.unpack(distances.smallest(keys, 6))
    assert rows[0, :4].tolist() == [6, 1, 3, 5]
    assert distance[0, :4].tolist() == [0.125, 0.25, 0.25, 0.25]
    assert exists[0].tolist() == [True] * 4 + [False] * 2


def test_nearest_are_the_nearest():
    queries, known, rows = fractions(30, 4), fractions(100, 5), np.arange(0, 100, 3)
    distance, found, _ = distances.unpack(nearest_keys(queries, known, rows, k=4))
    plain = cdist(queries, known, "cityblock") / 2
    np.testing.assert_allclose(distance, np.sort(plain[:, rows], axis=1)[:, :4], atol=1e-9)
    np.testing.assert_allclose(np.take_along_axis(plain, found, axis=1), distance, atol=1e-9)
    assert set(found.ravel()) <= set(rows)
