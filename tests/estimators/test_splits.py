"""Groups and folds: nothing of a held-out group is trained on, and no group swallows the rest."""

import numpy as np
import pytest
from estimator_data import known

from superdrift.composition.distance import CompositionIndex
from superdrift.errors import InputError
from superdrift.estimators import splits
from superdrift.estimators.known import Known


def make(data, folds=5, radius=0.05, largest_group=0.2):
    generator = np.random.default_rng(1)
    return splits.make_splits(data, folds=folds, radius=radius, largest_group=largest_group, generator=generator)


def test_no_group_and_no_chemical_system_is_on_both_sides():
    data = known()
    _, grouped = make(data)
    systems = np.unique(data.amounts > 0, axis=0, return_inverse=True)[1].ravel()
    for fold in range(grouped.number):
        out = grouped.folds == fold
        assert not set(grouped.groups[out]) & set(grouped.groups[~out])
        assert not set(systems[out]) & set(systems[~out])


def test_near_duplicates_merge_nearest_first_and_stop_at_the_largest_size():
    chain = np.zeros((5, 96))
    chain[:, 7] = 1.0
    for row, dopant in enumerate((20, 21, 22, 23, 24)):
        chain[row, dopant] = 0.01
    chain[4, 24] = 0.012
    every = splits.chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.05, largest=5)
    assert len(set(every)) == 1
    capped = splits.chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.05, largest=2)
    assert np.bincount(capped).max() == 2
    apart = splits.chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.001, largest=5)
    assert len(set(apart)) == 5
    assert capped[0] == capped[1], "the nearest pair, first by row, merges first"


def test_one_chemical_system_stays_together_whatever_the_largest_size():
    data = np.zeros((6, 96))
    data[:, 7], data[:, 28] = 1.0, np.arange(1, 7)
    assert len(set(splits.chemical_groups(data / data.sum(axis=1, keepdims=True), radius=0.01, largest=1))) == 1


def test_residual_share_counts_training_twins():
    data = known()
    random, grouped = make(data)
    shares = []
    for split in (random, grouped):
        distance = np.zeros(len(data.ids))
        for fold in range(split.number):
            out = split.folds == fold
            distance[out] = CompositionIndex(data.amounts[~out]).nearest(data.amounts[out])[0]
        shares.append(splits.residual_share(distance, 0.02))
    assert shares[0] > 0.5 > shares[1]


def test_folds_are_balanced_and_reproducible():
    data = known()
    first, second = make(data), make(data)
    for one, other in zip(first, second, strict=True):
        assert (one.folds == other.folds).all()
        for label in (True, False):
            count = np.bincount(one.folds[data.superconducting == label], minlength=one.number)
            assert count.min() > 0


def test_folds_shrink_to_the_number_of_groups():
    data = known(80)
    few = np.flatnonzero(~data.superconducting)[4:]
    keep = np.setdiff1d(np.arange(80), few)
    small = Known(data.ids[keep], data.amounts[keep], data.superconducting[keep], data.tc[keep], data.families[keep])
    assert make(small, folds=10, largest_group=0.01)[1].number <= 4


def test_too_few_negatives_stop_with_a_remedy():
    data = known(80)
    few = np.flatnonzero(~data.superconducting)[2:]
    keep = np.setdiff1d(np.arange(80), few)
    small = Known(data.ids[keep], data.amounts[keep], data.superconducting[keep], data.tc[keep], data.families[keep])
    with pytest.raises(InputError, match=r"2 measured non-superconductors fill only \d folds.*prepare\.sources"):
        make(small)
