"""The low-pass filter's footprint: pairs of a group, neighbours in an order, and the test against both controls."""

import numpy as np
import pytest
from scipy.stats import hypergeom

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.footprint import (
    ATOMIC_NUMBERS,
    Neighbours,
    count_neighbours,
    footprint_p_value,
    replacements,
    substituted_pairs,
    together,
)


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def pair(one, other):
    return tuple(sorted((ATOMIC_NUMBER[one] - 1, ATOMIC_NUMBER[other] - 1)))


def test_pairs_within_a_group_and_against_its_reference():
    group = vectors(*(f"Ba{1.8 - x:.2f}Cs{x:.2f}Y0.2CuO3.3" for x in np.linspace(0.1, 0.4, 8)))
    assert substituted_pairs(group) == {pair("Ba", "Cs")}
    with_reference = substituted_pairs(group, vectors("Ba2CuO3.3")[0])
    assert pair("Ba", "Cs") in with_reference and pair("Ba", "Y") in with_reference


def test_a_reference_of_another_size_is_the_same_reference():
    group = vectors(*["Sr0.7Y0.3CuO2"] * 6)
    expected = {pair("Sr", "Y")}
    assert substituted_pairs(group, vectors("SrCuO2")[0]) == expected
    assert substituted_pairs(group, vectors("Sr2Cu2O4")[0]) == expected


def test_replacements_are_of_single_compounds():
    reference = vectors("Ba2CuO3.3")[0]
    found = replacements(vectors("Ba1.6Cs0.4CuO3.3", "Ba3Cs1Cu2O6.6", "Ba2Cu0.5Ni0.5O3.3"), reference)
    assert found == [pair("Ba", "Cs"), pair("Ba", "Cs"), pair("Cu", "Ni")]
    # Only lost, only gained, or hardly changed: nothing was replaced.
    assert replacements(vectors("Ba2CuO3", "Ba2CuO3.6", "Ba1.97Cs0.03CuO3.3"), reference) == []
    assert replacements(np.zeros((2, 96)), reference) == []


def test_neighbours_depend_on_the_order_alone():
    pairs = {pair("Ba", "Cs"), pair("Cu", "Ni"), pair("Sr", "La")}
    assert count_neighbours(pairs, ATOMIC_NUMBERS) == Neighbours(2, 3)
    order = ATOMIC_NUMBERS.copy()  # strontium and caesium change places: Ba-Cs are apart, Sr-La too
    strontium, caesium = ATOMIC_NUMBER["Sr"] - 1, ATOMIC_NUMBER["Cs"] - 1
    order[[strontium, caesium]] = order[[caesium, strontium]]
    assert count_neighbours(pairs, order) == Neighbours(1, 3)


@pytest.mark.parametrize("members", [5, 10, 30])
def test_a_group_that_is_drawn_like_its_controls_is_seldom_more(members):
    """Of a few common pairs of neighbours and many rare ones that are none."""
    stream, chances = np.random.default_rng(3), np.repeat([0.2, 0.4 / 60], [3, 60])
    p = []
    for _ in range(300):
        group = set(stream.choice(63, members, p=chances).tolist())
        controls = {name: stream.choice(63, 200, p=chances) for name in ("permuted order", "untrained")}
        counts = {name: Neighbours(int((found < 3).sum()), len(found)) for name, found in controls.items()}
        p.append(footprint_p_value(Neighbours(sum(one < 3 for one in group), len(group)), counts))
    assert np.mean(np.array(p) <= 0.1) < 0.1


def test_counts_add_up():
    assert together([Neighbours(1, 3), Neighbours(2, 2)]) == Neighbours(3, 5)
    assert together([]) == Neighbours(0, 0)


def test_both_controls_have_to_be_beaten():
    """By hand: P(at least 2 neighbours among the group's 2 pairs | 4 among all 12) for the worse control."""
    controls = {"permuted order": Neighbours(2, 10), "untrained": Neighbours(0, 10)}
    worse = hypergeom(12, 4, 2).sf(1)
    assert footprint_p_value(Neighbours(2, 2), controls) == pytest.approx(worse)
    assert footprint_p_value(Neighbours(0, 2), controls) == pytest.approx(1)


def test_pairs_that_are_neighbours_as_often_as_the_filter_makes_them_are_its_footprint():
    controls = {"permuted order": Neighbours(18, 20), "untrained": Neighbours(19, 20)}
    assert footprint_p_value(Neighbours(3, 3), controls) > 0.5


@pytest.mark.parametrize(
    "controls",
    [
        {},
        {"untrained": Neighbours(1, 9)},
        {"untrained": Neighbours(1, 9), "permuted order": Neighbours(0, 0)},
    ],
)
def test_without_both_controls_nothing_is_tested(controls):
    assert np.isnan(footprint_p_value(Neighbours(2, 2), controls))


def test_a_group_without_pairs_has_nothing_against_the_filter():
    controls = {"permuted order": Neighbours(2, 10), "untrained": Neighbours(0, 10)}
    assert footprint_p_value(Neighbours(0, 0), controls) == 1
