"""Blocks: a chemical system is taken out whole, its family stays, and only what would be novel counts."""

import numpy as np
import pytest

from superdrift.composition.distance import half_l1
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.new_families.blocks import distance_without_system, known_blocks


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


SR = [f"La{2 - x:.2f}Sr{x:.2f}CuO4" for x in (0.2, 0.4, 0.6)]
BA = [f"La{2 - x:.2f}Ba{x:.2f}CuO4" for x in (0.2, 0.4, 0.6)]
ALONE = ["Nb3Sn", "Nb2.8Sn1.2"]
KNOWN = vectors(*SR, *BA, *ALONE)


def blocks(known=KNOWN, superconductors=KNOWN, fewest_members=2):
    return known_blocks(superconductors, known, spacing=0.02, cut=0.3, fewest_members=fewest_members)


def test_distances_by_hand():
    expected = [min(half_l1(row[None], other[None])[0] for other in KNOWN[3:]) for row in KNOWN[:3]]
    np.testing.assert_allclose(distance_without_system(KNOWN[:3], KNOWN), expected, atol=1e-7)


def test_a_system_whose_family_stays_is_a_block_and_a_family_of_its_own_is_none():
    found = blocks()
    assert set(found.elements.tolist()) == {"O-Cu-Sr-La", "O-Cu-Ba-La"}
    assert set(found.version.tolist()) == {"cuprates"} and set(found.n_elements.tolist()) == {4}
    assert len(set(found.family.tolist())) == 1
    distance = distance_without_system(KNOWN[:3], KNOWN)
    assert found.distance[found.elements == "O-Cu-Sr-La"][0] == pytest.approx(np.median(distance))


def test_a_family_stays_only_if_it_is_large_enough():
    assert len(blocks(fewest_members=3).distance) == 2
    assert len(blocks(fewest_members=4).distance) == 0


def test_compounds_that_would_not_be_novel_do_not_count():
    """A twin of the strontium system, doped with a trace of calcium, is known but for that trace."""
    twin = vectors("La1.6Sr0.39Ca0.01CuO4")
    known = np.concatenate([KNOWN, twin])
    assert "O-Ca-Cu-Sr-La" not in set(blocks(known, known).elements.tolist())
    assert dict(zip(blocks(known, known).elements, blocks(known, known).members, strict=True))["O-Cu-Sr-La"] == 2


def test_compounds_that_do_not_superconduct_are_neighbours_but_no_blocks():
    other = vectors("La1.6Ca0.4CuO4")
    found = blocks(np.concatenate([KNOWN, other]))
    assert set(found.elements.tolist()) == {"O-Cu-Sr-La", "O-Cu-Ba-La"}
    assert (found.distance <= blocks().distance + 1e-9).all()


def test_no_block_at_all():
    assert len(blocks(vectors(*ALONE), vectors(*ALONE)).distance) == 0
