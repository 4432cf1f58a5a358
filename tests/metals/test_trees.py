"""Trees as arrays give what LightGBM gives, for few rows and for many."""

import lightgbm as lgb
import numpy as np
import pytest

from superdrift.io import tables
from superdrift.metals.trees import TREES, Trees

OPTIONS = {"objective": "binary", "num_leaves": 7, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1}


@pytest.mark.parametrize("rows", [1, 20, 500])
def test_they_are_evaluated_as_by_lightgbm(rows):
    stream = np.random.default_rng(3)
    x = stream.normal(size=(600, 4))
    booster = lgb.train(OPTIONS, lgb.Dataset(x, label=(x[:, 0] * x[:, 1] > 0.1).astype(float)), 12)
    found = Trees.from_text(booster.model_to_string()).odds(x[:rows])
    assert np.allclose(found, booster.predict(x[:rows], raw_score=True), rtol=0, atol=1e-12)
    assert rows == 1 or len(np.unique(found)) > 5


def test_right_and_wrong_weigh_the_same():
    stream = np.random.default_rng(4)
    right, wrong = stream.normal(1, 1, (100, 2)), stream.normal(-1, 1, (900, 2))
    trees = Trees.fit(right, wrong, OPTIONS, number=20)
    assert (trees.odds(right) > 0).mean() > 0.9 and (trees.odds(wrong) < 0).mean() > 0.8


def test_nothing_to_tell_apart_gives_even_odds():
    same = np.ones((30, 2))
    assert Trees.fit(same, same, OPTIONS, number=3).odds(same).tolist() == [0.0] * 30


def test_the_mean_of_several_is_kept_by_a_table(tmp_path):
    stream = np.random.default_rng(5)
    x = stream.normal(size=(400, 3))
    parts = [Trees.fit(x[x[:, i] > 0], x[x[:, i] <= 0], OPTIONS, number=4) for i in range(3)]
    mean = Trees.mean(parts, shift=-0.25)
    tables.write(tmp_path / "trees.parquet", TREES, mean.columns(), {})
    stored = Trees.from_table(tables.read(tmp_path / "trees.parquet", TREES))
    expected = np.mean([part.odds(x) for part in parts], axis=0) - 0.25
    assert np.allclose(mean.odds(x), expected, rtol=0, atol=1e-12)
    assert stored.odds(x).tolist() == mean.odds(x).tolist()
