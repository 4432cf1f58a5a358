"""The nearest known compositions against brute force."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_compositions import all_distances, some_amounts

from superdrift.composition.formula import parse_formula
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import to_vector


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nearest_agrees_with_brute_force(seed):
    known, queries = some_amounts(seed, 30), some_amounts(seed + 1, 20)
    distance, row = CompositionIndex(known).nearest(queries)
    expected = all_distances(queries, known)
    np.testing.assert_allclose(distance, expected.min(axis=1), atol=1e-12)
    np.testing.assert_allclose(expected[np.arange(20), row], distance, atol=1e-12)


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from(["manhattan", "euclidean"]))
@settings(max_examples=25, deadline=None)
def test_several_nearest_agree_with_brute_force_in_both_metrics(seed, others, metric):
    rng, k = np.random.default_rng(seed), 7
    known = np.zeros((60, 96))
    known[:, 40:47] = rng.integers(1, 9, (60, 7)) * (rng.random((60, 7)) < 0.4)
    known[:, 47] = known.sum(axis=1) == 0
    known[:10] = some_amounts(seed, 10)
    queries = np.concatenate([known[5:15] * 3, known[15:40] + 0.25 * known[14:39]])
    expected = all_distances(queries, known, metric)
    expected[all_distances(queries, known) > 1 - 1e-9] = np.inf  # no element in common: no neighbour
    if others:
        expected[expected < 1e-6] = np.inf
    distance, row = CompositionIndex(known).several(queries, k, others=others, metric=metric)
    found = row >= 0
    ordered = np.sort(expected, axis=1)[:, :k]
    np.testing.assert_array_equal(found, np.isfinite(ordered))
    np.testing.assert_allclose(distance[found], ordered[found], atol=1e-7)
    np.testing.assert_allclose(np.take_along_axis(expected, row, axis=1)[found], distance[found], atol=1e-7)
    assert all(len(set(one[one >= 0])) == (one >= 0).sum() for one in row), "no compound counts twice"


def test_euclidean_distance_by_hand():
    known = np.stack([to_vector(parse_formula(t)) for t in ("CuO3", "MgB2")])
    distance, row = CompositionIndex(known).several(to_vector(parse_formula("CuO"))[None], 2, metric="euclidean")
    assert distance[0, 0] == pytest.approx(np.sqrt(2 * 0.25**2))
    assert row[0].tolist() == [0, -1]


@given(st.integers(0, 10_000))
@example(376)  # copies of the last compound share no element with any other
@settings(max_examples=25, deadline=None)
def test_nearest_other_leaves_out_the_same_composition(seed):
    known = some_amounts(seed, 30)
    distance, row = CompositionIndex(known).nearest_other(known)
    expected = all_distances(known, known)
    expected[expected < 1e-6] = np.inf
    np.testing.assert_allclose(distance, expected.min(axis=1), atol=1e-12)
    assert (distance > 1e-6).all()
    alone = row < 0  # no other compound shares an element
    np.testing.assert_array_equal(alone, expected.min(axis=1) > 1 - 1e-12)
    np.testing.assert_allclose(expected[np.arange(30), row][~alone], distance[~alone], atol=1e-12)


def test_nearest_other_of_copies_alone():
    known = np.repeat(to_vector(parse_formula("CuO"))[None], 5, axis=0)
    distance, row = CompositionIndex(known).nearest_other(known)
    assert distance.tolist() == [1.0] * 5
    assert row.tolist() == [-1] * 5


def test_nearest_other_of_a_single_compound():
    known = to_vector(parse_formula("CuO"))[None]
    assert CompositionIndex(known).nearest_other(known)[0].tolist() == [1.0]


def test_distance_is_between_0_and_1_and_ignores_scale():
    known = np.stack([to_vector(parse_formula(t)) for t in ("Cu2O2", "MgB2")])
    distance, row = CompositionIndex(known).nearest(np.stack([to_vector(parse_formula(t)) for t in ("CuO", "Nb")]))
    assert distance.tolist() == pytest.approx([0.0, 1.0])
    assert row[0] == 0


def test_without_known_compounds_nothing_is_near():
    distance, row = CompositionIndex(np.zeros((0, 96))).nearest(to_vector(parse_formula("CuO"))[None])
    assert (distance.tolist(), row.tolist()) == ([1.0], [-1])
