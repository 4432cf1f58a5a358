"""Held-out estimates: what a fold's own labels say never reaches what is predicted in it, by any method."""

from dataclasses import replace

import numpy as np
import pytest
from estimator_data import BOOSTING, SETTINGS, known, searches_of, splits_of

from superdrift.io import tables
from superdrift.statistics.scores import NULL
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tables import HELD_OUT
from superdrift.superconductors.tc.features import features
from superdrift.superconductors.tc.held_out import (
    ESTIMATOR,
    PUBLISHED,
    WEIGHTS,
    best_weight,
    blended,
    predict_held_out,
    targets,
)
from superdrift.superconductors.tc.neighbours import Choice

CHOICES = [Choice(k, "manhattan", "distance") for k in (1, 3, 5)]
FAST = replace(SETTINGS, boosting=replace(BOOSTING, leaves=[3, 7], most_trees=15, patience=5))
DATA = known(160)
SPLITS = splits_of(DATA)


def held_out(data, which, settings=FAST):
    search = searches_of(data, SPLITS, CHOICES)[which]
    return predict_held_out(data, features(data.amounts), search, settings, seed=3)


@pytest.fixture(scope="module")
def found():
    return [held_out(DATA, which) for which in range(3)]


def falsified(fold):
    """Labels of a fold changed: another Tc for all, another kind for a third of them."""
    superconducting = DATA.superconducting ^ (fold & (np.arange(len(fold)) % 3 == 0))
    tc = np.where(superconducting, np.nan_to_num(DATA.tc) * 10 + 500, np.nan)
    return replace(DATA, superconducting=superconducting, tc=np.where(fold, tc, DATA.tc))


@pytest.mark.parametrize("which", [0, 1, 2], ids=["random", "systems", "grouped"])
def test_labels_of_a_held_out_fold_change_nothing_in_it(found, which):
    number = 1
    fold = SPLITS[which].folds == number
    before, after = found[which], held_out(falsified(fold), which)
    for method in (ESTIMATOR, PUBLISHED):
        np.testing.assert_array_equal(before.probability[method][fold], after.probability[method][fold], method)
        assert not np.array_equal(before.probability[method][~fold], after.probability[method][~fold]), "others learn"
    for method in (ESTIMATOR, PUBLISHED, NULL):
        np.testing.assert_array_equal(before.tc[method][fold], after.tc[method][fold], method)
        assert not np.array_equal(before.tc[method][~fold], after.tc[method][~fold]), "others learn"
    for target in ("tc", "superconducting"):
        assert before.sizes[target][number] == after.sizes[target][number]
    assert before.weights[number] == after.weights[number]
    one, other = before.difficulty(DATA.families)[fold], after.difficulty(DATA.families)[fold]
    np.testing.assert_array_equal(one.columns(), other.columns())
    np.testing.assert_array_equal(before.nearest[fold], after.nearest[fold])


def test_threads_change_nothing(found):
    two = held_out(DATA, 2, replace(FAST, threads=2))
    for method in (ESTIMATOR, PUBLISHED):
        np.testing.assert_array_equal(two.probability[method], found[2].probability[method])
    for method in (ESTIMATOR, PUBLISHED, NULL):
        np.testing.assert_array_equal(two.tc[method], found[2].tc[method])
    assert (two.sizes, two.weights) == (found[2].sizes, found[2].weights)


def test_both_kinds_of_trees_are_blended_and_not_below_zero():
    boosted, forest = np.array([10.0, -5.0, -2.0]), np.array([20.0, 1.0, 4.0])
    assert blended(boosted, forest, 0.5).tolist() == [15.0, 0.0, 1.0]
    assert blended(boosted, forest, 0.25).tolist() == [12.5, 0.0, 0.0]
    assert blended(boosted, forest, 1.0).tolist() == [20.0, 1.0, 4.0]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_best_weight_is_the_one_that_errs_least(weight):
    boosted, forest = np.array([10.0, 50.0, 30.0]), np.array([20.0, 40.0, 90.0])
    assert best_weight(boosted, forest, blended(boosted, forest, weight)) == weight
    assert best_weight(boosted, boosted, boosted) == 0.0


def test_every_composition_is_predicted_by_every_method(found):
    for part in found:
        assert set(part.probability) == {ESTIMATOR, PUBLISHED}
        for probability in part.probability.values():
            assert ((probability >= 0) & (probability <= 1)).all()
        assert set(part.tc) == {ESTIMATOR, PUBLISHED, NULL}
        for tc in part.tc.values():
            assert np.isfinite(tc).all()
            assert (tc >= 0).all()
        assert all(len(sizes) == part.split.number for sizes in part.sizes.values())
        assert len(part.weights) == part.split.number
        assert set(part.weights) <= set(WEIGHTS)


def test_known_systems_are_told_better_than_by_the_mean_of_their_family(found):
    superconducting = DATA.superconducting
    error = {method: np.abs(tc - DATA.tc)[superconducting].mean() for method, tc in found[0].tc.items()}
    assert error[ESTIMATOR] < 0.7 * error[NULL]
    classified = found[0].probability[ESTIMATOR] > 0.5
    assert classified[superconducting].mean() > classified[~superconducting].mean() + 0.2


def test_null_is_the_mean_of_the_familys_training_superconductors(found):
    part = found[2]
    fold = part.split.folds == 0
    for family in COMPOUND_FAMILIES:
        rows = ~fold & DATA.superconducting & (DATA.families == family)
        mine = fold & (DATA.families == family)
        np.testing.assert_allclose(part.tc[NULL][mine], DATA.tc[rows].mean())


def test_difficulty_holds_what_errors_are_judged_by(found):
    part = found[0]
    difficulty = part.difficulty(DATA.families)
    np.testing.assert_array_equal(difficulty.tc, part.tc[ESTIMATOR])
    np.testing.assert_array_equal(difficulty.distance, part.vote.distance)
    np.testing.assert_array_equal(difficulty.spread, part.spread)
    assert (part.spread > 0).mean() > 0.9
    np.testing.assert_array_equal(np.array(COMPOUND_FAMILIES)[difficulty.family], DATA.families)


def test_targets_know_their_rows():
    rows, tc = targets(DATA)["tc"]
    assert np.isfinite(tc[rows]).all()
    rows, kind = targets(DATA)["superconducting"]
    assert rows.all()
    assert set(kind) == {0.0, 1.0}


def test_table_says_what_was_predicted(found, tmp_path):
    part = found[2]
    ends = np.stack([part.tc[ESTIMATOR] - 1, part.tc[ESTIMATOR] + 2], axis=1)
    tables.write(tmp_path / "h.parquet", HELD_OUT, part.columns(DATA, ends), {})
    rows = tables.read(tmp_path / "h.parquet", HELD_OUT).to_pylist()
    assert [row["id"] for row in rows] == DATA.ids.tolist()
    assert {row["split"] for row in rows} == {"grouped"}
    for row in (0, 50):
        assert rows[row]["fold"] == part.split.folds[row]
        assert rows[row]["group"] == part.split.groups[row]
        assert rows[row]["superconducting_probability"] == part.probability[ESTIMATOR][row]
        assert rows[row]["superconducting_probability_knn"] == part.probability[PUBLISHED][row]
        assert (rows[row]["tc_k"], rows[row]["tc_knn_k"], rows[row]["tc_family_k"]) == tuple(
            part.tc[method][row] for method in (ESTIMATOR, PUBLISHED, NULL)
        )
        assert (rows[row]["tc_low_k"], rows[row]["tc_high_k"]) == tuple(ends[row])
    assert [row["measured_tc_k"] is None for row in rows] == (~DATA.superconducting).tolist()


@pytest.fixture(scope="module")
def half_hidden():
    """Half of the unlabelled are superconductors; few negatives were measured. With the truth about all rows."""
    data, generator = known(900, seed=3, negative_share=0.4, noise=0.0), np.random.default_rng(3)
    unlabelled = np.zeros(len(data.ids), dtype=bool)
    for kind, number in ((data.superconducting, 310), (~data.superconducting, 310)):
        unlabelled[generator.choice(np.flatnonzero(kind), number, replace=False)] = True
    truth = data.superconducting
    assert 30 < (~truth & ~unlabelled).sum() < 110
    hidden = replace(data, superconducting=truth & ~unlabelled, unlabelled=unlabelled)
    return replace(hidden, tc=np.where(hidden.superconducting, data.tc, np.nan)), truth


def test_unlabelled_superconductors_are_found_where_they_weigh_little(half_hidden):
    data, truth = half_hidden
    split, x = splits_of(data)[0], features(data.amounts)
    search = searches_of(data, [split], CHOICES)[0]
    wrong, missed = {}, {}
    for weight in (1.0, SETTINGS.unlabelled_weight):
        part = predict_held_out(data, x, search, replace(SETTINGS, unlabelled_weight=weight), seed=1)
        hits = part.probability[ESTIMATOR] > 0.5
        missed[weight] = (~hits)[truth & data.unlabelled].mean()
        wrong[weight] = (~hits)[truth].mean() + hits[~truth].mean()
    assert missed[SETTINGS.unlabelled_weight] < 0.5 * missed[1.0]
    assert wrong[SETTINGS.unlabelled_weight] < 0.7 * wrong[1.0]


def test_table_leaves_the_label_of_the_unlabelled_open(half_hidden, found, tmp_path):
    data, part = half_hidden[0].take(np.arange(len(DATA.ids))), found[0]
    tables.write(tmp_path / "h.parquet", HELD_OUT, part.columns(data, np.zeros((len(data.ids), 2))), {})
    labels = tables.read(tmp_path / "h.parquet", HELD_OUT, ["superconducting"])["superconducting"]
    assert (np.array(labels.to_pylist()) == None).tolist() == data.unlabelled.tolist()  # noqa: E711 - elementwise
    assert set(labels.to_pylist()) == {True, False, None}
