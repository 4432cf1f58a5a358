"""Chemical groups: near-duplicates merge, chemical systems stay whole, and no group swallows the rest."""

import numpy as np
from estimator_data import known, splits_of

from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.superconductors.tc.held_out_groups import chemical_groups, near_duplicate_share


def test_near_duplicates_merge_nearest_first_and_stop_at_the_largest_size():
    chain = np.zeros((5, 96))
    chain[:, 7] = 1.0
    for row, dopant in enumerate((20, 21, 22, 23, 24)):
        chain[row, dopant] = 0.01
    chain[4, 24] = 0.012
    every = chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.05, largest=5)
    assert len(set(every)) == 1
    capped = chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.05, largest=2)
    assert np.bincount(capped).max() == 2
    separate = chemical_groups(chain / chain.sum(axis=1, keepdims=True), radius=0.001, largest=5)
    assert len(set(separate)) == 5
    assert capped[0] == capped[1], "the nearest pair, first by row, merges first"


def test_one_chemical_system_stays_together_whatever_the_largest_size():
    data = np.zeros((6, 96))
    data[:, 7], data[:, 28] = 1.0, np.arange(1, 7)
    assert len(set(chemical_groups(data / data.sum(axis=1, keepdims=True), radius=0.01, largest=1))) == 1


def test_the_share_counts_near_duplicates_in_training():
    data, shares = known(), []
    for split in splits_of(data, folds=5, largest=0.2):
        distance = np.zeros(len(data.ids))
        for fold in range(split.number):
            out = split.folds == fold
            distance[out] = CompositionIndex(data.amounts[~out]).nearest(data.amounts[out])[0]
        shares.append(near_duplicate_share(distance, 0.02))
    random, systems, grouped = shares
    assert random > 0.5 > grouped
    assert random >= systems >= grouped
