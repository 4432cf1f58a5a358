"""Novelty: by hand, against plain distances, and on compounds that nobody would call candidates."""

import numpy as np
import pytest
from no_candidates import CASES, DEVELOPMENT, EXAMINED, REPORTED
from scipy.spatial.distance import cdist

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run import compiled
from superdrift.superconductors.tc import novelty
from superdrift.superconductors.tc.novelty import FRAMEWORK_WEIGHT, NEAREST, OCTET_WEIGHT, KnownChemistry

KNOWN = ("YBa2Cu3O6.9", "La1.85Sr0.15CuO4", "HgBa2CuO4.1", "Nb3Sn", "MgB2", "SrTi0.99Nb0.01O3", "FeSe", "Pb")


def vectors(*formulas):
    return np.array([to_vector(parse_formula(formula)) for formula in formulas], dtype=np.float32)


def plain(queries, known):
    """Novelty slowly: all distances, sorted."""
    distance = cdist(novelty._coordinates(queries), novelty._coordinates(known), "cityblock")
    return np.sort(distance, axis=1)[:, :NEAREST].mean(axis=1)


def test_the_search_finds_the_nearest():
    rng = np.random.default_rng(0)
    known = (rng.random((200, 96)) < 0.05) * rng.integers(1, 6, (200, 96)) + np.eye(96)[rng.integers(0, 96, 200)]
    queries = np.roll(known[:50], 1, axis=1)
    exact = plain(queries, known)
    np.testing.assert_allclose(KnownChemistry(known).novelty(queries), exact, rtol=1e-5)
    limit = float(np.median(exact))
    within = KnownChemistry(known).novelty(queries, limit=limit)
    np.testing.assert_array_equal(within <= limit, exact <= limit)
    np.testing.assert_allclose(within[exact <= limit], exact[exact <= limit], rtol=1e-5)


def test_few_compounds_are_as_novel_as_among_many(monkeypatch):
    rng = np.random.default_rng(1)
    known = (rng.random((300, 96)) < 0.04) * rng.integers(1, 6, (300, 96)) + np.eye(96)[rng.integers(0, 96, 300)]
    chemistry, queries = KnownChemistry(known), np.roll(known[:40], 1, axis=1)
    limit = float(np.median(plain(queries, known))) / NEAREST
    few = [chemistry.novelty(queries, limit=bound) for bound in (np.inf, limit)]
    monkeypatch.setattr(compiled, "FEW_ROWS", 0)
    for bound, found in zip((np.inf, limit), few, strict=True):
        np.testing.assert_array_equal(found, chemistry.novelty(queries, limit=bound))
    assert np.isinf(few[1]).any() and np.isfinite(few[1]).any()


def test_a_formula_and_its_multiple_are_equally_novel():
    known = KnownChemistry(vectors(*KNOWN))
    one = vectors("CaCO3", "Nb3Ge", "YBa2Cu3O7")
    np.testing.assert_allclose(known.novelty(one), known.novelty(3 * one), rtol=1e-5)


def test_few_known_superconductors_or_none():
    one = vectors("MgB2")
    assert KnownChemistry(one).novelty(one) == pytest.approx(0)
    assert np.isinf(KnownChemistry(one[:0]).novelty(one)).all()


@pytest.mark.parametrize(
    ("formula", "closed"),
    [("NaCl", 1), ("SiO2", 1), ("CaCO3", 1), ("GaAs", 1), ("HfO2", 1), ("KNO3", 1), ("Ca5P3O12F", 1), ("ZnO", 1),
     ("AgCl", 1), ("La2CuO4", 0), ("MgB2", 0), ("Nb3Sn", 0), ("FeSe", 0), ("YBa2Cu3O7", 0), ("SrTi0.9Nb0.1O3", 1 / 3)],
)  # fmt: skip
def test_closed_shells(formula, closed):
    x = vectors(formula).astype(np.float64)
    assert novelty._closed_shell(x / x.sum()) == pytest.approx(closed, abs=1e-5)


def test_each_difference_counts():
    """A closed shell and a foreign framework each make a compound novel by their weight, at least."""
    open_shell, closed, other = (novelty._coordinates(vectors(f)) for f in ("SrTi0.9Nb0.1O3", "SrTiO3", "BaZrO3"))
    assert np.abs(open_shell - closed).sum() > OCTET_WEIGHT * 2 / 3
    assert np.abs(other - closed).sum() > FRAMEWORK_WEIGHT


def test_the_lists_are_forty_each_and_apart():
    lists = (DEVELOPMENT, EXAMINED, REPORTED)
    assert [len(set(part)) for part in lists] == [40, 40, 40]
    assert len({*DEVELOPMENT, *EXAMINED, *REPORTED}) == 120
    assert set(CASES) <= set(DEVELOPMENT)
