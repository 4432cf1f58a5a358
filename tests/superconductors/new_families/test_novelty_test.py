"""The test of new families: exact on a small null, valid under the null, and no sharper than its families allow."""

import numpy as np
import pytest
from made_up_blocks import made_up_blocks

from superdrift.superconductors.new_families.novelty_test import novelty_test, stratum


def p(distance, null, **other):
    given = {"version": "cuprates", "n_elements": 4, "fewest_families": 1} | other
    return novelty_test(distance, blocks=null, **given)


def test_one_family_is_the_usual_rank():
    null = made_up_blocks([0.1, 0.2, 0.3, 0.4], [7] * 4)
    assert p(0.25, null).p_value == pytest.approx((1 + 2) / 5)
    assert p(0.30, null).p_value == pytest.approx((1 + 2) / 5)  # a tie counts against the group
    assert p(9.0, null).p_value == p(9.0, null).smallest == pytest.approx(1 / 5)
    assert p(0.0, null).p_value == pytest.approx(1)


def test_families_weigh_the_same_however_many_blocks_they_have():
    null = made_up_blocks([0.1] * 99 + [0.9], [0] * 99 + [1])
    found = p(0.5, null)
    assert found.families == 2
    assert found.p_value == pytest.approx((0 + 1 + max(1 / 100, 0 / 2)) / 2)
    assert found.smallest == pytest.approx(0.5 / 2)


def test_smallest_p_value_is_reached_and_not_passed():
    null = made_up_blocks(np.linspace(0.05, 0.2, 12), np.repeat(np.arange(4), 3))
    assert p(0.3, null).p_value == pytest.approx(p(0.3, null).smallest) == pytest.approx((1 / 4) / 4)


def test_under_the_null_hypothesis_p_values_are_large_enough():
    """A group that is one more block of a random known family: P(p ≤ α) ≤ α."""
    stream = np.random.default_rng(1)
    found = []
    for _ in range(2000):
        sizes = stream.integers(1, 8, 12)
        typical = stream.gamma(4, 0.02, 12)
        own = stream.integers(12)
        family = np.repeat(np.arange(12), sizes)
        null = made_up_blocks(typical[family] * stream.lognormal(0, 0.4, len(family)), family)
        found.append(p(typical[own] * stream.lognormal(0, 0.4), null).p_value)
    for level in (0.05, 0.1, 0.2, 0.5):
        assert np.mean(np.array(found) <= level) <= level + 3 * np.sqrt(level * (1 - level) / 2000)


def test_strata_widen_until_there_are_families_enough():
    null = made_up_blocks([0.1] * 6, range(6), n_elements=[3, 4, 4, 5, 6, 8])
    assert stratum(null, version="cuprates", n_elements=4, fewest_families=2).sum() == 2
    assert stratum(null, version="cuprates", n_elements=4, fewest_families=3).sum() == 4
    assert stratum(null, version="cuprates", n_elements=4, fewest_families=99).sum() == 6
    found = p(0.2, null, fewest_families=3)
    assert (found.families, found.fewest_elements, found.most_elements) == (4, 3, 5)


def test_versions():
    null = made_up_blocks([0.1, 0.2], [0, 1], version=["cuprates", "others"])
    assert p(0.15, null, version="everything").families == 2
    assert p(0.15, null, version="others").families == 1
    assert np.isnan(p(0.15, null, version="pnictides").p_value)
