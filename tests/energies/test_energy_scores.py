"""Scores on the test part: what they count, against which null, and what they leave out."""

from types import SimpleNamespace

import numpy as np
import pytest
from energy_data import made_up

from superdrift.composition.vector import atomic_fractions, distinct_compositions
from superdrift.energies.formation_energies import Energies
from superdrift.energies.hull import NEAR_HULL, Hull
from superdrift.energies.scores import hull_distances, measure
from superdrift.statistics.bootstrap import ranking_auc


class Made:
    """Says the truth and a known error; NaN for compounds that hold sodium, if asked."""

    network = "attention"

    def __init__(self, *parts, error=0.0, deviation=0.1, without_sodium=False):
        self.known = {row.tobytes(): e for part in parts for row, e in zip(part.amounts, part.energies, strict=True)}
        self.error, self.deviation, self.without_sodium = error, deviation, without_sodium

    def predict(self, amounts):
        """Energies and standard deviations."""
        energy = np.array([self.known[row.tobytes()] for row in amounts])
        energy += self.error * np.where(np.arange(len(energy)) % 2, 1, -1)
        if self.without_sodium:
            energy[amounts[:, 10] > 0] = np.nan
        return energy, np.where(np.isnan(energy), np.nan, self.deviation)


@pytest.fixture(scope="module")
def parts():
    train, test = made_up(300), made_up(200, seed=5)
    amounts, energies = np.concatenate([train.amounts, test.amounts]), np.concatenate([train.energies, test.energies])
    rows = distinct_compositions(atomic_fractions(amounts))
    return [Energies(amounts[part], energies[part]) for part in (rows[rows < 300], rows[rows >= 300])]


def scores_of(model, train, test):
    rows = measure(model, train, test, np.random.default_rng(0))
    return {(row.model, row.metric, row.subset): row for row in rows}


def test_errors_coverage_and_null(parts):
    train, test = parts
    found = scores_of(Made(*parts, error=0.12), train, test)
    row = found["formation-energy", "mae", "all"]
    assert row.value == pytest.approx(0.12)
    assert (row.split, row.unit, row.n) == ("test", "eV/atom", len(test.energies))
    assert found["formation-energy", "coverage_68", "all"].value == 0.0
    assert found["formation-energy", "coverage_90", "all"].value == 1.0
    null = np.abs(test.energies - train.energies.mean()).mean()
    assert found["null", "mae", "all"].value == pytest.approx(null)
    assert found["null", "mae", "all"].low < null < found["null", "mae", "all"].high
    assert found["formation-energy", "r2", "all"].value > 0.9
    assert found["null", "r2", "all"].value < 0.1
    assert ("null", "coverage_68", "all") not in found


def test_subsets_share_the_rows_out(parts):
    train, test = parts
    found = scores_of(Made(*parts, error=0.1), train, test)
    count = {key[2]: row.n for key, row in found.items() if key[:2] == ("formation-energy", "mae")}
    assert count["2 elements"] + count["3 elements"] + count["4 elements"] == count["all"]
    assert "5 elements" not in count
    seen = {tuple(np.flatnonzero(row)) for row in train.amounts}
    expected = sum(tuple(np.flatnonzero(row)) in seen for row in test.amounts)
    assert count["system in training"] == expected
    assert count.get("system not in training", 0) == count["all"] - expected


def test_compounds_without_an_energy_are_left_out_and_counted(parts):
    train, test = parts
    found = scores_of(Made(*parts, error=0.1, without_sodium=True), train, test)
    assert found["formation-energy", "mae", "all"].n == (test.amounts[:, 10] == 0).sum()
    nothing = SimpleNamespace(network="elemnet", predict=lambda a: (np.full(len(a), np.nan),) * 2)
    assert measure(nothing, train, test, np.random.default_rng(0)) == []


def test_hull_distances_of_true_energies_are_true(parts):
    train, test = parts
    found = scores_of(Made(*parts), train, test)
    assert found["formation-energy", "hull_mae", "all"].value == pytest.approx(0.0, abs=1e-9)
    truth = Hull(train.amounts, train.energies).distance(test.amounts, test.energies, others=True)
    assert 0 < (truth <= NEAR_HULL).mean() < 1
    assert found["formation-energy", "hull_auc", "all"].value == 1.0
    worse = scores_of(Made(*parts, error=0.5), train, test)
    assert worse["formation-energy", "hull_mae", "all"].value > 0.2
    assert worse["formation-energy", "hull_auc", "all"].value < 0.95


def test_both_hulls_are_of_their_own_energies(parts):
    """A model that doubles every energy doubles every predicted distance."""
    train, test = parts
    model = SimpleNamespace(predict=lambda a: (2 * Made(*parts).predict(a)[0], None))
    truth, found = hull_distances(model, train, test, 2 * test.energies)
    np.testing.assert_allclose(found, 2 * truth, atol=1e-9)


def test_auc_counts_pairs():
    rng = np.random.default_rng(0)
    positive, score = rng.random(60) < 0.4, np.round(rng.normal(size=60), 1)
    value, low, high = ranking_auc(positive, score, np.arange(60), rng)
    pairs = score[positive][:, None] - score[~positive]
    assert value == pytest.approx((pairs > 0).mean() + (pairs == 0).mean() / 2)
    assert low < value < high
    assert ranking_auc(np.ones(4, dtype=bool), np.arange(4.0), np.arange(4), rng) is None
