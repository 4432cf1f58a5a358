"""The column `split`: groups whole, quotas kept, every family served, same seed same rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.data.generator_split import TRAIN, VALIDATION, split_groups

ROWS = st.lists(
    st.tuples(st.integers(0, 25), st.sampled_from(COMPOUND_FAMILIES), st.booleans()), min_size=1, max_size=200
)


def split(rows, seed=1, fraction=0.05):
    groups, families, superconducting = zip(*rows, strict=True)
    return np.array(split_groups(np.array(groups), families, np.array(superconducting), fraction=fraction, seed=seed))


@given(ROWS, st.integers(0, 100), st.sampled_from([0.05, 0.2]))
def test_groups_never_straddle(rows, seed, fraction):
    sides = split(rows, seed, fraction)
    groups = np.array([row[0] for row in rows])
    for group in set(groups):
        assert len(set(sides[groups == group])) == 1
    assert set(sides) <= {TRAIN, VALIDATION}


@given(ROWS, st.integers(0, 100))
def test_every_family_of_two_groups_is_validated(rows, seed):
    sides = split(rows, seed)
    for family in COMPOUND_FAMILIES:
        here = [i for i, row in enumerate(rows) if row[1] == family and row[2]]
        if len({rows[i][0] for i in here}) >= 2:
            assert VALIDATION in sides[here]


@given(ROWS, st.integers(0, 100))
def test_negatives_alone_are_never_validated(rows, seed):
    sides = split(rows, seed)
    with_superconductors = {row[0] for row in rows if row[2]}
    assert all(side == TRAIN for side, row in zip(sides, rows, strict=True) if row[0] not in with_superconductors)


def families_of_pairs():
    return [(group, COMPOUND_FAMILIES[group % 3], True) for group in range(600) for _ in range(2)]


def test_quota_of_each_family_is_met():
    rows = families_of_pairs()
    sides = split(rows)
    for family in COMPOUND_FAMILIES:
        share = np.mean([side == VALIDATION for side, row in zip(sides, rows, strict=True) if row[1] == family])
        assert share == 0.05


def test_a_group_larger_than_the_quota_is_never_drawn():
    rows = families_of_pairs() + [(600, "cuprates", True)] * 300
    for seed in range(20):
        assert (split(rows, seed)[-300:] == TRAIN).all()


def test_seed_decides():
    rows = families_of_pairs()
    assert (split(rows, 7) == split(rows, 7)).all()
    assert (split(rows, 7) != split(rows, 8)).any()


def test_a_single_group_stays_in_training():
    assert split([(0, "others", True)] * 3).tolist() == [TRAIN] * 3
