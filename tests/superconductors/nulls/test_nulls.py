"""Proposals without a model: one substitution at most, amounts kept; noise that loses no element."""

import numpy as np
import pytest

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.substitution import data_mined
from superdrift.composition.vector import to_vector
from superdrift.superconductors.hindsight.reach import substitution_distance
from superdrift.superconductors.nulls.noise import shaken
from superdrift.superconductors.nulls.substitution import pettifor, substituted

KNOWN = np.stack([to_vector(parse_formula(text)) for text in ("YBa2Cu3O6.9", "MgB2", "La1.85Sr0.15CuO4", "Nb3Sn")])


def place(symbol):
    return ATOMIC_NUMBER[symbol] - 1


@pytest.mark.parametrize("chances", [data_mined(), pettifor(5)], ids=["mined", "pettifor"])
def test_chances_are_probabilities_of_other_elements(chances):
    total = chances.sum(axis=1)
    assert np.all((np.abs(total - 1) < 1e-9) | (total == 0))
    assert np.all(chances >= 0)
    assert np.all(np.diag(chances) == 0)


@pytest.mark.parametrize(("one", "likely", "unlikely"), [("La", "Nd", "Cl"), ("O", "F", "Fe"), ("Nb", "Ta", "O")])
def test_mined_chances_follow_chemistry(one, likely, unlikely):
    chances = data_mined()[place(one)]
    assert chances[place(likely)] > 10 * chances[place(unlikely)]


def test_pettifor_neighbours_are_as_many_as_its_reach():
    chances = pettifor(2)
    assert np.count_nonzero(chances[place("Fe")]) == 4
    assert np.count_nonzero(chances[place("Fe")] * pettifor(5)[place("Fe")]) == 4


@pytest.mark.parametrize("whole_share", [0.0, 0.5, 1.0])
def test_one_substitution_keeps_the_number_of_atoms(whole_share):
    made = substituted(KNOWN, pettifor(5), 3000, whole_share=whole_share, generator=np.random.default_rng(1))
    assert made.shape == (3000, 96)
    assert (made >= 0).all()
    totals = np.round(KNOWN.sum(axis=1), 2)
    assert np.isin(np.round(made.sum(axis=1), 2), totals).all()
    assert (substitution_distance(made, KNOWN) < 1e-3).all()
    elements = np.count_nonzero(made, axis=1)
    assert elements.max() <= np.count_nonzero(KNOWN, axis=1).max() + (whole_share < 1)


def test_whole_and_part_are_what_they_say():
    one = KNOWN[[1]]
    whole = substituted(one, pettifor(5), 500, whole_share=1.0, generator=np.random.default_rng(2))
    part = substituted(one, pettifor(5), 500, whole_share=0.0, generator=np.random.default_rng(2))
    kept = {tuple(sorted(row[row > 0].tolist())) for row in whole}
    assert kept == {(1.0, 2.0)}
    assert ((part[:, place("Mg")] > 0) | (part[:, place("B")] == 2)).all()
    assert len(np.unique(part, axis=0)) > 200


def test_a_compound_that_nothing_can_replace_stays():
    nothing = np.zeros((96, 96))
    made = substituted(KNOWN, nothing, 50, whole_share=0.5, generator=np.random.default_rng(3))
    assert {tuple(row) for row in np.round(made, 2)} <= {tuple(row) for row in np.round(KNOWN, 2)}


def test_noise_keeps_the_elements():
    made = shaken(KNOWN, 2000, relative_sd=0.1, generator=np.random.default_rng(4))
    sets = {tuple(np.flatnonzero(row)) for row in KNOWN}
    assert {tuple(np.flatnonzero(row)) for row in made} == sets
    magnesium = made[np.flatnonzero(made[:, place("Mg")])][:, place("Mg")]
    assert magnesium.std() == pytest.approx(0.1, rel=0.15)
    assert magnesium.mean() == pytest.approx(1.0, abs=0.02)


def test_the_same_stream_gives_the_same_proposals():
    one, two = (
        substituted(KNOWN, pettifor(5), 100, whole_share=0.5, generator=np.random.default_rng(5)) for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)
