"""Groups by average linkage: whatever the order, the size of the formula unit, or how often a region was drawn."""

import numpy as np

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.linkage import linked_groups, thinned


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


LSCO = [f"La{2 - x:.2f}Sr{x:.2f}CuO4" for x in (0.0, 0.2, 0.4, 0.6)]
FE = [f"FeSe{1 - x:.2f}Te{x:.2f}" for x in (0.0, 0.1, 0.2)]


def test_two_families_and_a_stranger():
    assert linked_groups(vectors(*LSCO, *FE, "Nb3Sn"), 0.3).tolist() == [0] * 4 + [1] * 3 + [2]


def test_numbers_follow_the_first_rows():
    assert linked_groups(vectors("Nb3Sn", FE[0], LSCO[0], FE[1], "Nb6Sn2"), 0.3).tolist() == [0, 1, 2, 1, 0]


def test_no_compound_and_one():
    assert linked_groups(np.zeros((0, 96)), 0.3).tolist() == []
    assert linked_groups(vectors("Nb3Sn"), 0.3).tolist() == [0]


def test_a_pair_at_the_cut_is_one_group():
    pair = vectors("NbTi", "NbV")  # half of the atoms differ
    assert linked_groups(pair, 0.5).tolist() == [0, 0]
    assert linked_groups(pair, 0.49).tolist() == [0, 1]


def test_thinning_makes_the_groups_independent_of_the_number_of_samples():
    """Average linkage of all samples depends on how often each region was drawn; that of the thinned does not."""
    once = vectors(*LSCO, *FE)
    often = np.concatenate([once, np.repeat(once[:1], 500, axis=0), 2 * once])
    np.testing.assert_array_equal(thinned(often, 0.02), np.arange(len(once)))
