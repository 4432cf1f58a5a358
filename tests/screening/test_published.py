"""The fast rule against SMACT itself, and a case with a known answer."""

import os
from fractions import Fraction
from itertools import product
from math import lcm
from pathlib import Path

import numpy as np
import pytest
from smact.screening import smact_validity

from superdrift.composition.elements import ATOMIC_NUMBER, SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.screening.counts import whole_counts
from superdrift.screening.published import assignments, published_validity

DATA = os.environ.get("SUPERDRIFT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="set SUPERDRIFT_DATA to the folder with the public data")

REAL = """
    YBa2Cu3O6.91 YBa2Cu3O7 La1.85Sr0.15CuO4 HgBa2Ca2Cu3O8.27 Ba0.6K0.4Fe2As2 LaFeAsO0.9F0.1 Nb3Sn MgB2
    YBa1.4Sr0.6Cu3O6Se0.51 Sr2.33Ca2.25Tl1.56Cu3.12Hg0.87Bi0.24O6.97 PmO1.5 Pm2Fe Rn0.5O NeLi PbO2 BiPb
    Nb3Ge Y0.93Sr0.66Ba1.35Cu3.02As0.26Se0.23O6.05 Ba0.01Y0.99Cu2.57O6.83
"""


def counts_of(*formulas):
    return whole_counts(np.stack([to_vector(parse_formula(formula)) for formula in formulas]))


def by_smact(counts):
    formulas = ["".join(f"{SYMBOLS[i]}{row[i]}" for i in np.flatnonzero(row)) for row in counts]
    return [smact_validity(formula, oxidation_states_set="smact14") for formula in formulas]


def truncated_counts(formula):
    """The published conversion: common denominator, then whole parts of floats (0.57 · 100 → 56)."""
    amounts = parse_formula(formula)
    common = lcm(*(Fraction(amount).denominator for amount in amounts.values()))
    row = np.zeros(96, dtype=np.int64)
    for symbol, amount in amounts.items():
        row[ATOMIC_NUMBER[symbol] - 1] = int(float(amount) * common)
    return row


def test_random_formulas_get_the_verdict_of_smact():
    stream = np.random.default_rng(7)
    counts = np.zeros((400, 96), dtype=np.int64)
    for row in counts:
        pool = stream.choice(96, stream.integers(1, 6), replace=False)
        # most rows hold oxygen, or few would be valid
        if stream.random() < 0.7:
            pool = np.unique(np.r_[pool, 7])
        row[pool] = stream.integers(1, 9, len(pool))
    counts //= np.gcd.reduce(counts, axis=1)[:, None]
    verdicts = published_validity(counts)
    assert verdicts.tolist() == by_smact(counts)
    assert 0.1 < verdicts.mean() < 0.9


def test_real_doped_formulas_get_the_verdict_of_smact():
    counts = counts_of(*REAL.split())
    assert published_validity(counts).tolist() == by_smact(counts)


def test_doping_makes_a_superconductor_fail():
    found = published_validity(counts_of("YBa2Cu3O6.91", "HgBa2Ca2Cu3O8.27", "Ba0.6K0.4Fe2As2", "YBa2Cu3O6.5"))
    assert found.tolist() == [False, False, False, True]


def test_small_amounts_are_not_truncated_to_nothing():
    # SMACT by itself takes whole parts: it reads LaO1 and calls that neutral
    assert smact_validity("LaSr0.6O1.5", oxidation_states_set="smact14")
    assert by_smact(counts_of("LaSr0.6O1.5")) == [False]
    assert published_validity(counts_of("LaSr0.6O1.5")).tolist() == [False]


def test_lithium_phosphorus_sulphur_chlorine():
    counts = np.zeros((7**4 - 1, 96), dtype=np.int64)
    counts[:, [2, 14, 15, 16]] = list(product(range(7), repeat=4))[1:]
    counts //= np.gcd.reduce(counts, axis=1)[:, None]
    valid = published_validity(counts)
    assert valid.sum() == 986
    assert len(np.unique(counts[valid], axis=0)) == 781


def test_metals_and_single_elements_are_valid_by_fiat():
    assert published_validity(counts_of("Nb3Sn", "O", "LaSn3")).all()


def test_empty_rows_are_not_valid():
    assert published_validity(np.zeros((1, 96), dtype=np.int64)).tolist() == [False]
    assert published_validity(np.zeros((0, 96), dtype=np.int64)).shape == (0,)


def test_large_counts_stay_whole():
    # neutral only when computed in whole numbers: 3·333333333 = 999999999
    counts = np.zeros((2, 96), dtype=np.int64)
    counts[:, 56], counts[:, 8] = 333_333_333, (999_999_999, 999_999_998)
    assert published_validity(counts).tolist() == [True, False]


def test_assignments_part_the_elements_by_electronegativity():
    states = assignments((7, 28, 56))  # O, Cu, La
    oxygen, copper, lanthanum = states.T
    assert set(oxygen.tolist()) == {-1, -2}
    assert (copper > 0).all()
    assert (lanthanum > 0).all()
    assert assignments((1, 7)).shape == (0, 2)  # helium has no states


@needs_data
def test_published_compounds():
    lines = Path(DATA, "superdiff_outputs", "final_cuprate_1.csv").read_text().split()
    exact = published_validity(counts_of(*lines))
    assert exact.mean() == pytest.approx(0.8087, abs=0.001)
    truncated = published_validity(np.stack([truncated_counts(line) for line in lines]))
    assert truncated.mean() == pytest.approx(0.9974, abs=0.001)
