"""Folds: nothing of a held-out group is trained on, and every fold holds its share."""

import numpy as np
import pytest
from estimator_data import known, splits_of

from superdrift.run.errors import InputError
from superdrift.superconductors.tc.held_out_groups import chemical_groups
from superdrift.superconductors.tc.splits import make_splits


def make(data, folds=5, largest=0.2):
    return splits_of(data, folds=folds, largest=largest)


def across(values, folds):
    """Whether any value occurs on both sides of a held-out fold."""
    return any(set(values[folds == fold]) & set(values[folds != fold]) for fold in range(folds.max() + 1))


def test_each_split_keeps_together_what_its_name_says():
    data = known()
    random, systems, grouped = made = make(data)
    assert [split.name for split in made] == ["random", "systems", "grouped"]
    system = np.unique(data.amounts > 0, axis=0, return_inverse=True)[1].ravel()
    assert not across(grouped.groups, grouped.folds)
    assert not across(system, grouped.folds)
    assert not across(system, systems.folds)
    assert across(system, random.folds)
    assert across(grouped.groups, systems.folds), "near-duplicates of other chemical systems are trained on"


def test_groups_are_the_same_in_all_splits():
    data = known()
    groups = chemical_groups(data.fractions, radius=0.05, largest=48)
    for split in make(data):
        np.testing.assert_array_equal(split.groups, groups)


def test_folds_are_balanced_and_reproducible():
    data = known()
    first, second = make(data), make(data)
    for one, other in zip(first, second, strict=True):
        assert (one.folds == other.folds).all()
        assert one.number == 5
        for label in (True, False):
            count = np.bincount(one.folds[data.superconducting == label], minlength=one.number)
            assert count.min() > 0
    for family in ("cuprates", "pnictides", "others"):
        count = np.bincount(first[0].folds[data.families == family], minlength=5)
        assert count.max() - count.min() <= 2


def test_other_draws_give_other_folds():
    data = known()
    groups = make(data)[2].groups
    drawn = [make_splits(data, groups, folds=5, generator=np.random.default_rng(seed)) for seed in (1, 2)]
    for one, other in zip(*drawn, strict=True):
        assert (one.folds != other.folds).any()


def test_folds_shrink_to_the_number_of_groups():
    data = known(80)
    few = np.flatnonzero(~data.superconducting)[4:]
    keep = np.setdiff1d(np.arange(80), few)
    small = data.take(keep)
    assert make(small, folds=10, largest=0.01)[2].number <= 4


def test_too_few_negatives_stop_with_a_remedy():
    data = known(80)
    few = np.flatnonzero(~data.superconducting)[2:]
    keep = np.setdiff1d(np.arange(80), few)
    small = data.take(keep)
    with pytest.raises(
        InputError, match=r"2 non-superconductors, measured or unlabelled, fill only \d folds.*prepare\.sources"
    ):
        make(small)
