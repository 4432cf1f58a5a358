"""Splits that keep formulas and prototypes apart, and rows that repeat others."""

import pytest
from crystal_examples import SALTS, caesium_chloride, rock_salt

from superdrift.crystals.data.duplicates import duplicates
from superdrift.crystals.data.splits import drawn, known_prototypes, split_by_formula, split_by_prototype
from superdrift.structures.matching import STRICT
from superdrift.structures.rows import row_of

SHARES = {"seed": 1, "test": 0.2, "validation": 0.1}
FORMULAS = [f"A{i % 60}" for i in range(200)]
PROTOTYPES = [f"p{i % 37}" for i in range(200)]


def parts_of(names, split):
    found = {}
    for name, part in zip(names, split, strict=True):
        found.setdefault(part, set()).add(name)
    return found


@pytest.mark.parametrize(
    "split",
    [
        split_by_formula(FORMULAS, [None] * 200, **SHARES),
        split_by_formula(FORMULAS, ["test"] * 20 + ["validation"] * 30 + ["train"] * 150, **SHARES),
        split_by_prototype(FORMULAS, PROTOTYPES, **SHARES),
    ],
    ids=["drawn", "assigned", "prototype"],
)
def test_no_formula_of_the_test_is_in_training_or_validation(split):
    parts = parts_of(FORMULAS, split)
    assert parts["test"] and parts["validation"] and parts["train"]
    assert not parts["test"] & parts["validation"] and not (parts["test"] | parts["validation"]) & parts["train"]


def test_no_prototype_of_the_test_is_in_training():
    parts = parts_of(PROTOTYPES, split_by_prototype(FORMULAS, PROTOTYPES, **SHARES))
    assert not parts["test"] & parts["train"] and not parts["validation"] & parts["train"]


def test_what_is_assigned_stays_and_what_repeats_it_is_left_out():
    split = split_by_formula(["A", "A", "B", "B", "C"], ["test", "train", "validation", "train", "train"], **SHARES)
    assert split == ["test", "left_out", "validation", "left_out", "train"]
    assert split_by_formula(["A", "A"], ["validation", "test"], **SHARES) == ["left_out", "test"]


def test_a_draw_moves_with_the_seed_alone():
    def parts(seed):
        return [drawn(seed, "formula", f"A{i}", test=0.3, validation=0.2) for i in range(2000)]

    assert parts(1) == parts(1) != parts(2)
    assert parts(1).count("test") == pytest.approx(600, abs=80)
    assert parts(1).count("validation") == pytest.approx(400, abs=70)


def test_a_prototype_is_known_by_another_formula():
    known = known_prototypes(["A", "A", "B", "C"], ["p", "p", "p", "q"], ["train", "train", "test", "train"])
    assert known == [False, False, True, False]


def test_a_duplicate_names_the_first_and_only_equal_geometries_are_ones():
    stretched = rock_salt("Na", "Cl", 5.9)
    other = caesium_chloride("Na", "Cl", 3.4)
    long = SALTS["NaCl"].copy()
    long.apply_strain([0, 0, 0.8])
    structures = [SALTS["NaCl"], stretched, other, SALTS["NaCl"].get_primitive_structure(), long, other]
    keys = [("NaCl", "salt")] * 5 + [("NaCl", "other")]
    assert duplicates(keys, [row_of(s) for s in structures], STRICT, processes=1) == [None, 0, None, 0, None, None]
    assert duplicates([], [], STRICT, processes=1) == []
