"""The charge check: what it accepts, what it refuses and why, and what it tells apart."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from charge_settings import charge_settings
from sklearn.metrics import roc_auc_score

from superdrift.charges.charge_check import ChargeCheck
from superdrift.charges.charge_text import charge_texts
from superdrift.charges.ion_charges import LITERATURE_RANGES
from superdrift.charges.valence_density import grid
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError

DATA = os.environ.get("SUPERDRIFT_DATA")
TEXTBOOK = {
    "YBa2Cu3O6.91": ("Cu", 2.273), "HgBa2Ca2Cu3O8.27": ("Cu", 2.18), "La1.85Sr0.15CuO4": ("Cu", 2.15),
    "Ba0.6K0.4Fe2As2": ("Fe", 2.2), "LaFeAsO0.9F0.1": ("Fe", 1.9),
}  # fmt: skip


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(formula)) for formula in formulas])


def doped(base, symbol, amounts):
    """Copies of a formula with other amounts of one element."""
    rows = np.repeat(vectors(base), len(amounts), axis=0)
    rows[:, np.flatnonzero(vectors(symbol)[0])[0]] = amounts
    return rows


NOTHING = ChargeCheck(np.zeros((0, 96)), charge_settings())
LANTHANUM = ChargeCheck(doped("La2CuO4", "O", np.linspace(3.98, 4.12, 101)), charge_settings())


def test_verdicts_and_reasons():
    found = LANTHANUM.verdicts(vectors("La2CuO4.05", "La2CuO4.8", "Nb3Sn", "MgB2", "CaF2", "CaF", "La2CuHeO4", "LaS"))
    assert found.valid.tolist() == [True, False, None, None, True, False, None, None]
    assert found.reason.tolist() == [
        None,
        found.reason[1],
        "metals only",
        "no ionic picture: no anion",
        None,
        "fixed charges sum to +1.00 per formula unit",
        "no ionic picture: no common charge of He",
        "no ionic picture: common charges do not cancel, so other bonds are at work",
    ]
    assert re.fullmatch(
        r"Cu would hold \+3.60; known compounds of the nearest cations hold \+(1.9|2.0)\d to \+2.[012]\d",
        found.reason[1],
    )
    assert found.ion.tolist() == ["Cu", "Cu", None, None, None, None, None, None]
    assert (found.score[[0, 4]] >= 0).all()
    assert (found.score[[1, 5]] < 0).all()
    assert np.isnan(found.score[[2, 3, 6, 7]]).all()


def test_cations_decide_what_is_accepted():
    neodymium = doped("Nd1.85Ce0.15CuO4", "O", np.linspace(3.93, 4.0, 101))
    both = ChargeCheck(
        np.concatenate([doped("La2CuO4", "O", np.linspace(4.01, 4.12, 101)), neodymium]), charge_settings()
    )
    assert both.verdicts(vectors("La2CuO4.1", "Nd1.85Ce0.15CuO3.95")).valid.tolist() == [True, True]
    # copper at +2.2 beside cerium and at +1.75 beside lanthanum alone is known of neither
    found = both.verdicts(vectors("Nd1.85Ce0.15CuO4.025", "La2CuO3.875"))
    assert np.allclose(found.valence, [1.9, 1.75])
    assert (found.score < both.verdicts(vectors("La2CuO4.1", "Nd1.85Ce0.15CuO3.95")).score.min()).all()


def test_the_grid_of_accepted_valences_is_that_of_the_verdicts():
    amounts = doped("La2CuO4", "O", np.arange(3.6, 4.5, 0.05))
    accepted = LANTHANUM.accepted("Cu", amounts)
    found = LANTHANUM.verdicts(amounts)
    cells = np.rint((found.valence - grid()[0]) / 0.01).astype(int)
    assert accepted[np.arange(len(cells)), cells].tolist() == [bool(held) for held in found.of_superconductors]


def test_few_known_compounds_leave_the_range_of_the_literature():
    assert NOTHING.verdicts(vectors("La2CuO4", "La2CuO5", "SrTiO3")).valid.tolist() == [True, False, True]
    assert "the literature knows +1.00 to +3.00" in NOTHING.verdicts(vectors("La2CuO5")).reason[0]
    assert set(LITERATURE_RANGES) >= {"Cu", "Fe", "Bi"}


def test_known_valences_beyond_chemistry_do_not_widen_anything():
    oxides = np.concatenate([doped("SrTiO3", "O", np.linspace(2.9, 3.0, 60)), doped("SrTiO9", "O", np.full(60, 9.0))])
    assert ChargeCheck(oxides, charge_settings()).verdicts(vectors("SrTiO9", "SrTiO2.95")).valid.tolist() == [
        False,
        True,
    ]


def test_pauling_order_is_kept():
    found = NOTHING.verdicts(vectors("SrPt2As2", "BaFe1.9Ir0.1As2", "PdTe2"))
    assert found.valid.tolist() == [None, True, None]
    assert found.reason[0] == "no ionic picture: an anion is no more electronegative than Pt"


def test_charges_are_written_in_the_order_of_the_formula():
    found = NOTHING.verdicts(vectors("YBa2Cu3O6.91", "LaFeAsO0.9F0.1", "Nb3Sn"))
    assert charge_texts(found.charges).tolist() == ["Ba2+ Y3+ Cu2.27+ O2-", "La3+ Fe1.9+ As3- O2- F1-", None]


def test_textbook_valences():
    found = NOTHING.verdicts(vectors(*TEXTBOOK))
    assert found.ion.tolist() == [ion for ion, _ in TEXTBOOK.values()]
    np.testing.assert_allclose(found.valence, [valence for _, valence in TEXTBOOK.values()], atol=1e-3)
    assert found.valid.tolist() == [True] * len(TEXTBOOK)


def test_odd_amounts_and_no_rows():
    found = NOTHING.verdicts(vectors("La2CuO4", "Cu1000O1000", "La0.001Cu0.001O0.002"))
    assert found.valence.tolist() == pytest.approx([2, 2, 1])
    assert NOTHING.verdicts(np.zeros((0, 96))).valid.shape == (0,)


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
    measured = np.unique(np.stack(amounts), axis=0)
    measured = measured[np.abs(measured[:, 7] - np.rint(measured[:, 7])) > 1e-4]
    half = np.random.default_rng(0).permutation(len(measured)) < len(measured) // 2
    check = ChargeCheck(measured[half], charge_settings())
    real = check.verdicts(measured[~half])
    assert np.mean(real.valid == True) > 0.93  # noqa: E712
    for factor, auc in ((0.8, 0.96), (0.9, 0.93), (1.1, 0.93), (1.2, 0.96)):
        decoys = measured[~half].copy()
        decoys[:, 7] *= factor
        score = np.concatenate([real.score, check.verdicts(decoys).score])
        assert roc_auc_score(np.arange(len(score)) < len(decoys), score) > auc


def test_another_reading_is_compared_anew():
    iron = doped("BaFe2As2", "As", np.linspace(1.9, 2.1, 81))
    found = ChargeCheck(iron, charge_settings()).verdicts(vectors("CoFe2O4", "LiFePO4", "BaFe2As2", "Fe2O3"))
    assert found.valence.tolist() == pytest.approx([3.0, 2.0, 2.0, 3.0], abs=1e-5)
    assert found.valid.tolist() == [True] * 4
    assert found.of_superconductors.tolist() == [False, True, True, False]
