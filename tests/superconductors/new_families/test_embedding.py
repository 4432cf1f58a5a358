"""The map: deterministic, faithful to neighbourhoods, and possible for any number of compounds."""

import numpy as np
import pytest

from superdrift.superconductors.new_families.embedding import embed


def two_families(size):
    stream = np.random.default_rng(0)
    amounts = np.zeros((2 * size, 96))
    amounts[:size, [7, 28, 56]] = stream.normal([4, 1, 2], 0.05, (size, 3))
    amounts[size:, [25, 32, 55]] = stream.normal([2, 2, 1], 0.05, (size, 3))
    return amounts


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 7, 8, 9, 20])
def test_any_number_of_compounds(rows):
    plane = embed(two_families(10)[:rows], perplexity=30, seed=1, threads=1)
    assert plane.shape == (rows, 2)
    assert np.isfinite(plane).all()


def test_families_lie_apart():
    plane = embed(two_families(40), perplexity=10, seed=1, threads=1)
    first, second = plane[:40], plane[40:]
    spread = max(first.std(axis=0).max(), second.std(axis=0).max())
    assert np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)) > 3 * spread


def test_same_seed_same_map():
    amounts = two_families(20)
    first = embed(amounts, perplexity=5, seed=4, threads=1)
    np.testing.assert_array_equal(first, embed(amounts, perplexity=5, seed=4, threads=1))


def test_identical_compounds():
    assert np.isfinite(embed(np.repeat(two_families(1)[:1], 12, axis=0), perplexity=30, seed=1, threads=1)).all()
