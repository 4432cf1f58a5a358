"""Known, novel, duplicate."""

import numpy as np

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.superconductors.screening.novelty import Duplicates, KnownCompounds

KNOWN = ("YBa2Cu3O7", "La1.85Sr0.15CuO4", "LaSrCu0.5O2")


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def known(**options):
    return KnownCompounds(vectors(*KNOWN), KNOWN, known_radius=0.005, novel_radius=0.02, **options)


def test_known_near_and_novel():
    near = known().nearest(vectors("Y2Ba4Cu6O14", "YBa2Cu3O6.8", "YBa2Cu3O6.2", "Nb3Sn"))
    assert near.known.tolist() == [True, False, False, False]
    assert near.novel.tolist() == [False, False, True, True]
    assert near.distance[0] < 1e-7
    assert near.distance[3] == 1
    assert near.formula[1] == "YBa2Cu3O7"


def test_a_pair_exactly_at_the_radius():
    index = KnownCompounds(vectors("LaSr"), ("LaSr",), known_radius=0.25, novel_radius=0.25)
    near = index.nearest(vectors("La3Sr"))
    assert near.known[0]
    assert not near.novel[0]


def test_known_compounds_are_compared_with_others():
    near = known(others=True).nearest(vectors("YBa2Cu3O7", "La1.85Sr0.15CuO4"))
    assert not near.known.any()
    assert near.formula[1] == "LaSrCu0.5O2"


def test_alone_in_the_world():
    index = KnownCompounds(vectors("LaSr"), ("LaSr",), known_radius=0.005, novel_radius=0.02, others=True)
    near = index.nearest(vectors("La2Sr2"))
    assert near.formula[0] is None
    assert near.novel[0]


def test_duplicates_across_batches():
    duplicates = Duplicates()
    assert duplicates.mark(["A", "B", None, "A"]).tolist() == [False, False, False, True]
    assert duplicates.mark(["C", "B", None]).tolist() == [False, True, False]
