"""The fast rule against SMACT itself, and a case with a known answer."""

import os
from fractions import Fraction
from itertools import product
from math import lcm
from pathlib import Path

import numpy as np
import pytest
from smact.screening import smact_validity

from superdrift.charges.oxidation_state_sets import OXIDATION_SETS, oxidation_set
from superdrift.charges.smact_rule import MAX_SEARCHED_ELEMENTS, _neutral_by_table, published_validity
from superdrift.composition.atom_counts import published_counts, whole_counts
from superdrift.composition.elements import SYMBOLS
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError

DATA = os.environ.get("SUPERDRIFT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="set SUPERDRIFT_DATA to the folder with the public data")

REAL = """
    YBa2Cu3O6.91 YBa2Cu3O7 La1.85Sr0.15CuO4 HgBa2Ca2Cu3O8.27 Ba0.6K0.4Fe2As2 LaFeAsO0.9F0.1 Nb3Sn MgB2
    YBa1.4Sr0.6Cu3O6Se0.51 Sr2.33Ca2.25Tl1.56Cu3.12Hg0.87Bi0.24O6.97 PmO1.5 Pm2Fe Rn0.5O NeLi PbO2 BiPb
    Nb3Ge Y0.93Sr0.66Ba1.35Cu3.02As0.26Se0.23O6.05 Ba0.01Y0.99Cu2.57O6.83
"""


def counts_of(*formulas):
    return whole_counts(np.stack([to_vector(parse_formula(formula)) for formula in formulas]))


def by_smact(counts, oxidation_states="smact14"):
    formulas = ["".join(f"{SYMBOLS[i]}{row[i]}" for i in np.flatnonzero(row)) for row in counts]
    return [smact_validity(formula, oxidation_states_set=oxidation_states) for formula in formulas]


def random_counts(n, seed, *, most=5):
    """Compounds of 1 to `most` elements and, in most rows, oxygen."""
    stream = np.random.default_rng(seed)
    counts = np.zeros((n, 96), dtype=np.int64)
    for row in counts:
        pool = stream.choice(96, stream.integers(1, most + 1), replace=False)
        if stream.random() < 0.7:
            pool = np.unique(np.r_[pool[: most - 1], 7])
        row[pool] = stream.integers(1, 9, len(pool))
    return counts // np.gcd.reduce(counts, axis=1)[:, None]


@pytest.mark.parametrize("oxidation_states", OXIDATION_SETS)
@pytest.mark.filterwarnings("ignore:This set of oxidation states")
def test_random_formulas_get_the_verdict_of_smact(oxidation_states):
    counts = random_counts(300, 7)
    verdicts = published_validity(counts, oxidation_states=oxidation_states)
    assert verdicts.tolist() == by_smact(counts, oxidation_states)
    assert 0.1 < verdicts.mean() < 0.9


def test_an_unknown_set_is_an_error():
    with pytest.raises(InputError, match=r"'smact15'.*smact14"):
        published_validity(counts_of("NaCl"), oxidation_states="smact15")


def test_search_and_table_agree():
    counts = random_counts(400, 11, most=7)
    data = oxidation_set()
    usual = (data.number > 0) & ~np.isnan(data.electronegativity)
    counts = counts[~((counts > 0) & ~usual).any(axis=1) & ((counts > 0) & ~data.metal).any(axis=1)]
    counts = counts[(counts > 0).sum(axis=1) > 1]
    by_table = [_neutral_by_table(row, data) for row in counts]
    assert published_validity(counts).tolist() == by_table
    assert 0.1 < np.mean(by_table) < 0.9


def test_many_elements_are_decided_exactly():
    counts = np.zeros((3, 96), dtype=np.int64)
    plain = [i for i in range(96) if oxidation_set().number[i] and i not in (7, 8)][: MAX_SEARCHED_ELEMENTS + 30]
    counts[0, plain], counts[0, 7] = 1, 60
    cations = [i for i in range(96) if oxidation_set().number[i] == 1 and oxidation_set().states[i, 0] > 0][
        : MAX_SEARCHED_ELEMENTS + 3
    ]
    counts[1:, cations], counts[1:, 8] = 2, 2 * int(oxidation_set().states[cations, 0].sum())
    counts[2, 8] += 1  # fluorine holds −1 only
    assert published_validity(counts).tolist() == [True, True, False]


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


def test_signs_follow_electronegativity():
    assert published_validity(counts_of("CS2", "OF2", "HeO2", "CaO")).tolist() == by_smact(
        counts_of("CS2", "OF2", "HeO2", "CaO")
    )


def test_published_conversion_keeps_whole_parts_of_floats():
    counts = published_counts(np.stack([to_vector(parse_formula("La0.57Sr0.43O1.29"))]))
    assert counts[0, [56, 37, 7]].tolist() == [56, 43, 129]
    exact = published_counts(np.stack([to_vector(parse_formula("YBa2Cu3O6.5"))]))
    assert exact[0, [38, 55, 28, 7]].tolist() == [2, 4, 6, 13]


def test_published_conversion_of_long_decimals():
    vector = to_vector(parse_formula("La0.1234567O2"))
    common = lcm(*(Fraction(str(x)).denominator for x in ("0.1234567", "2")))
    assert published_counts(vector[None])[0, [56, 7]].tolist() == [int(0.1234567 * common), 2 * common]


@needs_data
def test_published_compounds():
    lines = Path(DATA, "superdiff_outputs", "final_cuprate_1.csv").read_text().split()
    exact = published_validity(counts_of(*lines))
    assert exact.mean() == pytest.approx(0.8087, abs=0.001)
    truncated = published_validity(published_counts(np.stack([to_vector(parse_formula(line)) for line in lines])))
    assert truncated.mean() == pytest.approx(0.9974, abs=0.001)
