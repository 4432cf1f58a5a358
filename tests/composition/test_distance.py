"""Distances against brute force, groups, and the definition of a greedy net."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superdrift.composition.distance import CompositionIndex, greedy_net, near_duplicate_groups
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector

RADII = st.sampled_from([0.005, 0.02, 0.05, 0.2])


def some_amounts(seed, n):
    """Random compounds in clusters, some repeated at another scale."""
    rng = np.random.default_rng(seed)
    centres = np.zeros((4, 96))
    for centre in centres:
        centre[rng.choice(96, 4, replace=False)] = rng.integers(1, 8, 4)
    amounts = centres[rng.integers(4, size=n)]
    amounts = amounts + (amounts > 0) * rng.choice([0, 0.01, 0.1, 0.5], size=(n, 1)) * rng.random((n, 96))
    amounts[n // 2] = 3 * amounts[0]
    return np.round(amounts, 2)


def brute(left, right, metric="manhattan"):
    """Half the L1 distance of atomic fractions, or their Euclidean distance, every pair."""
    fractions = [side / side.sum(axis=1, keepdims=True) for side in (left, right)]
    apart = fractions[0][:, None] - fractions[1][None]
    return np.abs(apart).sum(axis=2) / 2 if metric == "manhattan" else np.sqrt((apart**2).sum(axis=2))


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nearest_agrees_with_brute_force(seed):
    known, queries = some_amounts(seed, 30), some_amounts(seed + 1, 20)
    distance, row = CompositionIndex(known).nearest(queries)
    expected = brute(queries, known)
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
    expected = brute(queries, known, metric)
    expected[brute(queries, known) > 1 - 1e-9] = np.inf  # no element in common: no neighbour
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
@settings(max_examples=25, deadline=None)
def test_nearest_other_leaves_out_the_same_composition(seed):
    known = some_amounts(seed, 30)
    distance, row = CompositionIndex(known).nearest_other(known)
    expected = brute(known, known)
    expected[expected < 1e-6] = np.inf
    np.testing.assert_allclose(distance, expected.min(axis=1), atol=1e-12)
    assert (distance > 1e-6).all()
    np.testing.assert_allclose(expected[np.arange(30), row], distance, atol=1e-12)


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


@given(st.integers(0, 10_000), RADII)
@settings(max_examples=25, deadline=None)
def test_groups_are_single_linkage(seed, radius):
    amounts = some_amounts(seed, 40)
    groups = near_duplicate_groups(amounts, radius)
    linked = brute(amounts, amounts) <= radius + 1e-9
    reach = linked.copy()
    for _ in range(6):  # 2^6 steps reach everything among 40
        reach = reach @ reach
    np.testing.assert_array_equal(groups[:, None] == groups[None], reach)


@given(st.integers(0, 10_000), RADII)
@settings(max_examples=25, deadline=None)
def test_greedy_net_is_its_definition(seed, radius):
    amounts = some_amounts(seed, 40)
    distance = brute(amounts, amounts)
    kept = []
    for row in range(40):
        if all(distance[row, earlier] >= radius - 1e-9 for earlier in kept):
            kept.append(row)
    assert np.flatnonzero(greedy_net(amounts, radius)).tolist() == kept


def test_pair_at_exactly_the_radius():
    amounts = np.zeros((2, 96))
    amounts[:, 0], amounts[:, 1] = (50, 48), (50, 52)  # half L1: 0.02
    assert len(set(near_duplicate_groups(amounts, 0.02))) == 1
    assert greedy_net(amounts, 0.02).all()
    assert not greedy_net(amounts, 0.0201).all()


def test_no_rows_and_one_row():
    one = to_vector(parse_formula("CuO"))[None]
    assert near_duplicate_groups(one, 0.02).tolist() == [0]
    assert greedy_net(one, 0.02).tolist() == [True]
    assert greedy_net(one[:0], 0.02).shape == (0,)
    assert near_duplicate_groups(one[:0], 0.02).shape == (0,)
