"""Boosted trees: reproducible whatever the threads, stored as text, as many as held-out rows ask for."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_data import BOOSTING

from superdrift.run.errors import InputError
from superdrift.superconductors.tc.boosting import Size, Trees, choose_size

SIZE = Size(7, 20)


def sample(n=600, seed=0, noise=1.0):
    """Six features, of which two matter together; Tc in K."""
    generator = np.random.default_rng(seed)
    x = generator.random((n, 6)).astype(np.float32)
    return x, 40 * (x[:, 0] > 0.5) * x[:, 1] + noise * generator.normal(size=n)


def fitted(target="tc", seed=1, n=600):
    x, y = sample(n)
    labels = y if target == "tc" else (y > 10).astype(np.float64)
    return x, Trees.fit(x, labels, target, SIZE, BOOSTING, seed=seed)


@pytest.mark.parametrize("target", ["tc", "superconducting"])
def test_text_gives_the_same_trees_back(target):
    x, trees = fitted(target)
    back = Trees.from_text(trees.text)
    found = trees.predict(x, threads=1)
    np.testing.assert_array_equal(back.predict(x, threads=1), found)
    assert len(np.unique(found)) > 10


def test_probabilities_are_probabilities():
    x, trees = fitted("superconducting")
    found = trees.predict(x, threads=1)
    assert 0 <= found.min() < 0.2
    assert 0.8 < found.max() <= 1


def test_seed_decides_everything():
    assert fitted(seed=1)[1].text == fitted(seed=1)[1].text
    assert fitted(seed=1)[1].text != fitted(seed=2)[1].text


@pytest.mark.parametrize("target", ["tc", "superconducting"])
def test_threads_change_nothing(target):
    x, trees = fitted(target, n=3000)
    one, two = (trees.predict(x, threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_no_rows_give_no_predictions():
    assert fitted()[1].predict(np.zeros((0, 6), dtype=np.float32), threads=1).shape == (0,)


def test_noise_gets_fewer_trees_than_a_signal():
    x, y = sample(noise=0.5)
    held_out = np.arange(len(y)) % 3 == 0
    signal, _ = choose_size(x, y, held_out, "tc", BOOSTING, seed=1)
    noise, _ = choose_size(x, np.random.default_rng(5).permutation(y), held_out, "tc", BOOSTING, seed=1)
    assert noise.trees < 10 < signal.trees <= BOOSTING.most_trees


@pytest.mark.parametrize("order", [[2, 15], [15, 2]])
def test_leaves_of_lowest_held_out_loss_are_chosen(order):
    """Whether two features lie on the same side is nothing that trees with a single split can tell."""
    x, _ = sample()
    y = np.where((x[:, 0] > 0.5) == (x[:, 1] > 0.5), 30.0, 10.0)
    settings = replace(BOOSTING, leaves=order, feature_fraction=1.0)
    assert choose_size(x, y, np.arange(len(y)) % 3 == 0, "tc", settings, seed=1)[0].leaves == 15


def test_held_out_rows_judge_and_do_not_train():
    """Where the judges contradict what is trained on, one tree is too many already."""
    x, y = sample(noise=0.0)
    held_out = np.arange(len(y)) % 2 == 0
    contradicted = np.where(held_out, 40 - y, y)
    assert choose_size(x, contradicted, held_out, "tc", BOOSTING, seed=1)[0].trees == 1


def test_trees_of_the_chosen_size_come_with_it():
    """Fitted to the rows that do not judge alone: as early as they stopped, and with the leaves that won."""
    x, y = sample()
    held_out = np.arange(len(y)) % 3 == 0
    size, trees = choose_size(x, y, held_out, "tc", replace(BOOSTING, leaves=[2, 15, 3]), seed=1)
    again = Trees.fit(x[~held_out], y[~held_out], "tc", size, BOOSTING, seed=1)
    np.testing.assert_allclose(trees.predict(x, threads=1), again.predict(x, threads=1))


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_both_kinds_weigh_the_same_in_total(share):
    """Features that say nothing leave the odds even, however rare one kind is."""
    generator = np.random.default_rng(2)
    x, y = generator.random((2000, 4)).astype(np.float32), (generator.random(2000) < share).astype(np.float64)
    found = Trees.fit(x, y, "superconducting", Size(3, 10), BOOSTING, seed=1).predict(x, threads=1)
    assert found.mean() == pytest.approx(0.5, abs=0.03)


def test_rows_of_no_weight_change_nothing_but_their_kind_still_weighs_as_much():
    """Features say nothing of the doubtful half of the negatives; with little weight they are hardly heard."""
    generator = np.random.default_rng(2)
    x, y = generator.random((3000, 4)).astype(np.float32), np.r_[np.ones(1500), np.zeros(1500)]
    x[:1500, 0] += 1
    x[2250:, 0] += 1
    found = {}
    for doubt in (1.0, 0.01):
        weight = np.r_[np.ones(2250), np.full(750, doubt)]
        trees = Trees.fit(x, y, "superconducting", Size(3, 40), BOOSTING, seed=1, weight=weight)
        found[doubt] = trees.predict(x[:1500], threads=1).mean()
    assert found[1.0] == pytest.approx(2 / 3, abs=0.03), "1500 superconductors and 750 of 1500 negatives"
    assert found[0.01] > 0.95


def test_one_kind_alone_is_no_error():
    x, _ = sample()
    trees = Trees.fit(x, np.ones(len(x)), "superconducting", SIZE, BOOSTING, seed=1)
    assert trees.predict(x, threads=1).min() > 0.9


def test_typical_size_is_the_most_frequent_and_the_median():
    assert Size.typical([Size(15, 10), Size(31, 7), Size(15, 40), Size(15, 20)]) == Size(15, 20)
    assert Size.typical([Size(31, 7), Size(15, 9)]) == Size(15, 9), "of equally frequent ones the smallest"


def test_damaged_text_and_no_leaves_are_input_errors():
    with pytest.raises(InputError, match="run the rule `fit` again"):
        Trees.from_text("no trees")
    x, y = sample()
    with pytest.raises(InputError, match=r"estimate\.boosting\.leaves is empty"):
        choose_size(x, y, np.arange(len(y)) % 2 == 0, "tc", replace(BOOSTING, leaves=[]), seed=1)
