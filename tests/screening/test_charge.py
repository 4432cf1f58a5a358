"""The charge check: what it accepts, what it refuses and why, and what it tells apart."""

import os
from pathlib import Path

import numpy as np
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.errors import InputError
from superdrift.screening.charge import LITERATURE, charge_verdicts, observed_ranges

DATA = os.environ.get("SUPERDRIFT_DATA")
FALLBACK = {ion: (span,) for ion, span in LITERATURE.items()}


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def test_verdicts_and_reasons():
    formulas = ("YBa2Cu3O6.91", "La2CuO6", "Nb3Sn", "MgB2", "CaF2", "CaF")
    found = charge_verdicts(vectors(*formulas), ranges={**FALLBACK, "Cu": ((1.75, 2.8),)}, tolerance=0.02)
    assert found.valid.tolist() == [True, False, None, None, True, False]
    assert found.reason.tolist() == [
        None,
        "Cu would hold +6.00; known compounds show 1.75 to 2.80",
        "metals only",
        "no ionic picture: no anion, or an element without a common charge",
        None,
        "fixed charges sum to +1.00 per formula unit",
    ]
    assert found.ion.tolist() == ["Cu", "Cu", None, None, None, None]


def test_ends_of_a_range_belong_to_it():
    ranges = {**FALLBACK, "Cu": ((1.8, 2.0), (2.2, 2.3))}
    found = charge_verdicts(vectors(*(f"La2CuO{o}" for o in ("4", "4.05", "4.1", "4.15"))), ranges=ranges, tolerance=0)
    assert found.valid.tolist() == [True, False, True, True]


def test_ranges_are_dense_regions_of_known_valences():
    oxygen = np.r_[np.linspace(3.96, 4.04, 101), np.linspace(4.26, 4.34, 99)]
    amounts = np.zeros((200, 96), dtype=np.float64)
    amounts[:, 56], amounts[:, 28], amounts[:, 7] = 2, 1, oxygen
    (first, second) = observed_ranges(amounts, coverage=0.99, bandwidth=0.02, min_known=100)["Cu"]
    assert first == pytest.approx((1.92, 2.08), abs=0.03)
    assert second == pytest.approx((2.52, 2.68), abs=0.03)


def test_whole_numbered_oxygen_says_nothing_of_copper():
    amounts = np.concatenate([np.repeat(vectors("La2CuO4"), 300, axis=0), np.repeat(vectors("La2CuO4.1"), 150, axis=0)])
    ((low, high),) = observed_ranges(amounts, coverage=0.95, bandwidth=0.02, min_known=100)["Cu"]
    assert low > 2.1
    assert high < 2.3


def test_few_known_compounds_leave_the_range_of_the_literature():
    ranges = observed_ranges(vectors("YBa2Cu3O6.91"), coverage=0.95, bandwidth=0.05, min_known=2)
    assert ranges["Cu"] == (LITERATURE["Cu"],)
    assert set(ranges) == set(LITERATURE)


def test_known_valences_beyond_chemistry_do_not_widen_a_range():
    amounts = np.concatenate([np.repeat(vectors("SrTiO3"), 50, axis=0), np.repeat(vectors("SrTiO9"), 50, axis=0)])
    assert observed_ranges(amounts, coverage=1.0, bandwidth=0.05, min_known=10)["Ti"][-1][1] <= 4.0


@pytest.mark.skipif(not DATA, reason="set SUPERDRIFT_DATA to the folder with the public data")
def test_it_tells_real_oxygen_from_wrong_oxygen():
    amounts = []
    for line in Path(DATA, "SuperCon_with_types.dat").read_text().splitlines():
        _, formula, _, kind = line.split("\t")
        if kind == "1":
            try:
                amounts.append(to_vector(parse_formula(formula)))
            except InputError:
                continue
    measured = np.stack(amounts)
    measured = measured[np.abs(measured[:, 7] - np.rint(measured[:, 7])) > 1e-4]
    half = np.random.default_rng(0).permutation(len(measured)) < len(measured) // 2
    ranges = observed_ranges(measured[half], coverage=0.95, bandwidth=0.05, min_known=200)
    share = {}
    for factor in (0.8, 0.9, 1.0, 1.1, 1.2):
        decoys = measured[~half].copy()
        decoys[:, 7] *= factor
        share[factor] = np.mean(charge_verdicts(decoys, ranges=ranges, tolerance=0.02).valid == True)  # noqa: E712
    assert share[1.0] > 0.9
    assert max(share[0.8], share[1.2]) < 0.05
    assert max(share[0.9], share[1.1]) < 0.6
