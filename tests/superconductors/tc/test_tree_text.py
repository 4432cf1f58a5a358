"""Boosted trees walked from their text, against LightGBM."""

import lightgbm as lgb
import numpy as np
import pytest

from superdrift.superconductors.tc.tree_text import FEW_ROWS, TreeText


def fitted(objective, trees=30, rows=300, **options):
    generator = np.random.default_rng(0)
    x = np.round(generator.normal(size=(rows, 8)), 1).astype(np.float32)
    y = (x[:, 0] > 0.2) if objective == "binary" else np.abs(x[:, 0] * x[:, 1]) + 0.1
    options = {"objective": objective, "num_leaves": 15, "verbosity": -1, "num_threads": 1, "seed": 0, **options}
    return lgb.train(options, lgb.Dataset(x, label=y.astype(float)), num_boost_round=trees), x


@pytest.mark.parametrize("objective", ["regression", "binary", "poisson"])
@pytest.mark.parametrize("rows", [0, 1, FEW_ROWS, FEW_ROWS + 1])
def test_both_ways_agree_bit_for_bit(objective, rows):
    booster, x = fitted(objective)
    new = x[:rows]
    if rows == FEW_ROWS:  # thresholds lie between training values: values of no training row, too
        new = new + np.random.default_rng(1).normal(size=new.shape).astype(np.float32)
    expected = booster.predict(new) if rows else np.zeros(0)
    np.testing.assert_array_equal(TreeText(booster.model_to_string()).predict(new, threads=1), expected)


def test_thresholds_themselves_go_left():
    booster, _ = fitted("regression")
    text = booster.model_to_string()
    thresholds = [float(word) for word in text.split("threshold=")[1].splitlines()[0].split()]
    new = np.repeat(np.array(thresholds)[:, None], 8, axis=1)
    np.testing.assert_array_equal(TreeText(text).predict(new, threads=1), booster.predict(new))


def test_trees_of_one_leaf():
    booster, x = fitted("regression", rows=12)
    assert "num_leaves=1\n" in booster.model_to_string()
    np.testing.assert_array_equal(TreeText(booster.model_to_string()).predict(x[:3], threads=1), booster.predict(x[:3]))


def test_missing_values_are_left_to_lightgbm():
    booster, x = fitted("regression")
    new = x[:3].copy()
    new[0, 0] = np.nan
    np.testing.assert_array_equal(TreeText(booster.model_to_string()).predict(new, threads=1), booster.predict(new))


WHOLE = fitted("regression", trees=3)[0].model_to_string()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no trees",
        WHOLE[: len(WHOLE) // 3],
        WHOLE.replace("objective=regression", "objective=fair"),
        WHOLE.replace("decision_type=2", "decision_type=1"),
        WHOLE.replace("decision_type=2", "decision_type=4"),
        WHOLE.replace("is_linear=0", "is_linear=1"),
        WHOLE.replace("leaf_value=", "leaf_value=1 "),
    ],
)
def test_other_text_is_refused(text):
    with pytest.raises((ValueError, KeyError)):
        TreeText(text)
