"""Projection: the rule accepts the result, nothing moves too far, and nothing nearer would have done."""

from itertools import product

import numpy as np
import pytest
from charge_settings import charge_settings

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.projection import Projection
from superdrift.charges.smact_rule import published_validity
from superdrift.composition.atom_counts import whole_counts
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError

OXYGEN = np.linspace(3.98, 4.12, 101)


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def lanthanum_check():
    known = np.repeat(vectors("La2CuO4"), len(OXYGEN), axis=0)
    known[:, 7] = OXYGEN
    return ChargeCheck(known, charge_settings())


CHARGE_VALID = Projection("charge_valid", 0.3, 0.0, check=lanthanum_check())
PUBLISHED = Projection("published", 0.1, 0.0)


def neutral(row):
    return published_validity(whole_counts(row[None].astype(np.float32)))[0]


def fewest_moves(formula, accepts, most):
    """Brute force: fewest hundredths over all compositions within `most` hundredths of each amount."""
    row = vectors(formula)[0]
    elements = np.flatnonzero(row)
    best = None
    for moves in product(range(-most, most + 1), repeat=len(elements)):
        size = sum(map(abs, moves))
        if best is not None and size >= best:
            continue
        tried = np.rint(row * 100)
        tried[elements] += moves
        if (tried[elements] > 0).all() and accepts((tried / 100).astype(np.float32)):
            best = size
    return best


def moves(before, after):
    return int(np.rint(np.abs(after.astype(float) - before) * 100).sum())


def test_none_moves_nothing():
    amounts = np.random.default_rng(0).random((5, 96), dtype=np.float32)
    projected, moved = Projection("none", 0.1, 0.0).project(amounts)
    np.testing.assert_array_equal(projected, amounts)
    assert moved.tolist() == [0] * 5


def test_unknown_rule_is_named():
    with pytest.raises(InputError, match=r"unknown projection rule 'neutral' \(project.rule\); choose one of none"):
        Projection("neutral", 0.1, 0.0)


@pytest.mark.parametrize("formula", ["Y1.03BaCuO3", "La0.57Sr0.43O1.25", "CaO1.04", "Fe2.03O2.96"])
def test_published_rule_is_reached_by_the_fewest_moves(formula):
    before = vectors(formula)
    after, moved = Projection("published", 0.05, 0.0).project(before)
    expected = fewest_moves(formula, neutral, 5)
    assert neutral(after[0]) == (expected is not None)
    if expected is not None:
        assert moves(before[0], after[0]) == expected
        assert (moved[0] > 0) == (expected > 0)


@pytest.mark.parametrize("formula", ["La2CuO4.31", "La2.1CuO4.3", "La2CuO3.8", "CaF1.9"])
def test_charge_valid_is_reached_by_the_fewest_moves(formula):
    before = vectors(formula)
    check = CHARGE_VALID.check

    def accepts(row):
        found = check.verdicts(row[None])  # rows are moved to the valences of superconductors, or to neutral charges
        return bool(found.valid[0]) and found.of_superconductors[0] in (True, None)

    after, _ = CHARGE_VALID.project(before)
    assert accepts(after[0])
    # accepted ranges shift a little with the cations: one more hundredth than the brute force is allowed
    most = moves(before[0], after[0])
    elements = np.flatnonzero(before[0])
    for steps in product(range(-most, most + 1), repeat=len(elements)):
        if sum(map(abs, steps)) < most - 1:
            tried = before[0].astype(np.float64).copy()
            tried[elements] += np.array(steps) / 100
            assert not accepts(np.round(tried, 2).astype(np.float32))


def test_accepted_rows_and_rows_beyond_reach_stay():
    before = vectors("La2CuO4.05", "La2CuO9", "Nb3Sn", "MgB2")
    for projection in (CHARGE_VALID, PUBLISHED):
        after, moved = projection.project(before)
        np.testing.assert_allclose(after[[1, 2]], before[[1, 2]])
        assert moved[[1, 2]].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(CHARGE_VALID.project(before)[0], before)


def test_samples_are_rounded_first_and_no_compounds_stay_as_they_are():
    before = np.zeros((3, 96), dtype=np.float32)
    before[0, [56, 28, 7]] = 2.001, 1.0, 4.049
    before[0, 40] = 0.004
    before[1, [56, 7]] = 2.0, -1.0
    after, moved = CHARGE_VALID.project(before)
    np.testing.assert_allclose(after[0, [56, 28, 7, 40]], [2.0, 1.0, 4.05, 0.0], atol=1e-6)
    np.testing.assert_array_equal(after[1:], before[1:])
    assert moved.tolist() == [0.0] * 3


def test_tolerance_holds_and_no_element_vanishes():
    stream = np.random.default_rng(3)
    before = np.repeat(vectors("La1.85Sr0.15CuO4", "La1.85Sr0.01CuO4"), 100, axis=0)
    before = np.round(before + (before > 0) * stream.uniform(0, 0.5, before.shape), 2).astype(np.float32)
    for projection in (CHARGE_VALID, PUBLISHED):
        after, moved = projection.project(before)
        assert np.abs(after - before).max() < projection.tolerance + 1e-4
        assert ((after > 0) == (before > 0)).all()
        np.testing.assert_allclose(after, np.round(after, 2), atol=1e-5)
        assert (moved > 0).any()
