"""Each flag on a row that has it and on one that has not, and the misprint rules one by one."""

import numpy as np
import pytest

from superdrift.composition.vector import to_vector
from superdrift.superconductors.data.cleaning import clean
from superdrift.superconductors.data.flags import excess, flag
from superdrift.superconductors.data.readers import Row
from superdrift.superconductors.settings.data import PrepareSettings

SETTINGS = PrepareSettings(
    sources=["table"],
    malformed_rows="reject",
    until_year=None,
    keep_undated=True,
    validation_fraction=0.05,
    group_radius=0.02,
    disagreement_k=20.0,
    atomic_percent_from=20.0,
    copper_valence=[1.7, 2.8],
    outlier_k=15.0,
    outlier_neighbours=5,
)


def flags_of(*pairs):
    rows = [Row("table", number, text, str(tc)) for number, (text, tc) in enumerate(pairs, start=1)]
    compounds, dropped = clean(rows, malformed_rows="reject")
    assert dropped == []
    return flag(compounds, np.stack([to_vector(compound.amounts) for compound in compounds]), SETTINGS)


@pytest.mark.parametrize(
    ("text", "tc", "expected"),
    [
        ("MgB2", 39, []),
        ("YBa2Cu3O6.93", 93, []),
        ("YBa2Cu3O7", 93, []),
        ("La1.85Sr0.15CuO4", 38, []),
        ("Gd0.8Th0.2FeAsO", 56.5, []),
        ("HgBa2Ca2Cu3O8.3", 135, []),
        ("La1.85Sr0.15Cu0.5O4Cu0.5", 5, ["repeated_element"]),
        ("YBa2Cu3O6.9Sr0", 90, ["zero_amount"]),
        ("Co0.04Mo99.96", 0.2, ["atomic_percent"]),
        ("Si22.5V75", 10, ["large_amounts"]),
        ("Ba8Si46", 8, ["large_amounts"]),
        ("Nb", 9.2, ["element"]),
        ("Ca", 15, ["element", "high_pressure"]),
        ("S", 0, ["element"]),
        ("H2S", 60, ["high_pressure"]),
        ("H3S", 203, ["high_pressure"]),
        ("LaH10", 250, ["high_pressure"]),
        ("H4Si", 17, ["high_pressure"]),
        ("HPd", 9, []),
        ("H15Th4", 8, []),
        ("N4H12Na2CsC9", 20, []),
        ("C60", 41.5, ["large_amounts", "element", "misprint_suspect"]),
        ("Bi2Sr2CaCu2O7", 80, ["oxygen_placeholder"]),
        ("La1.84Sr0.16Cu0.99Ga0.01O7", 20, ["oxygen_placeholder"]),
        ("YBa2Cu3O6.925", 90, ["off_grid"]),
    ],
)
def test_flags(text, tc, expected):
    assert flags_of((text, tc))[0] == expected


@pytest.mark.parametrize(
    ("text", "tc"),
    [
        ("Y1Ba23O7", 90.4),  # the copper is lost
        ("Bi2Sr2Ca2O7", 109),
        ("H1Br3C61", 115),  # C60·CHBr3, retracted
        ("Bi1.8Pb0.2Sb0.1Sr2Ca2Cu2O7", 136),  # above every cuprate without Hg or Tl
        ("Tl2Ba2Ca2Cu3O10", 140),
        ("CuCrO2", 132),  # no cation between planes
        ("FeSe", 65),
        ("Y1Ba2Cu0.95Zn0.05O7.95", 46),  # Cu0.95 for Cu2.95: copper above 4+
        ("Sm12Cu2.96Ni0.04O6.88", 83),  # Sm1Ba2: copper below 0
    ],
)
def test_misprints(text, tc):
    assert "misprint_suspect" in flags_of((text, tc))[0]


def test_a_negative_breaks_no_record():
    assert flags_of(("Bi1.8Pb0.2Sr2CaCu2O8.1", 0), ("C", 0)) == [[], ["element"]]


def test_disagreement_is_of_one_composition():
    found = flags_of(("CuO", 5), ("Cu2O2", 25.1), ("CuO2", 30), ("MgB2", 10), ("MgB2", 30))
    assert ["disagreement" in row for row in found] == [True, True, False, False, False]


NEIGHBOURS = [(f"Nb{0.75 + 0.002 * i:.3f}Sn0.25", 17 + 0.1 * i) for i in range(5)]


def test_tc_far_above_all_near_neighbours():
    assert "misprint_suspect" in flags_of(*NEIGHBOURS, ("Nb3Sn", 32.5))[-1]
    assert "misprint_suspect" not in flags_of(*NEIGHBOURS, ("Nb3Sn", 32.3))[-1]
    assert "misprint_suspect" not in flags_of(*NEIGHBOURS[:4], ("Nb3Sn", 33))[-1], "too few neighbours to judge"
    assert "misprint_suspect" not in flags_of(*NEIGHBOURS, ("Nb3Sn", 33), ("Nb6Sn2", 30))[-2], "confirmed by another"


def test_tc_below_its_neighbours_is_not_suspect():
    assert flags_of(*NEIGHBOURS, ("Nb3Sn", 1))[-1] == []


def test_excess_is_brute_force():
    rng = np.random.default_rng(3)
    amounts = np.zeros((60, 96), dtype=np.float32)
    amounts[:, :3] = [1, 2, 3]
    amounts[:, :3] += rng.random((60, 3)).astype(np.float32) * 0.5
    tc = np.where(rng.random(60) < 0.2, np.nan, rng.random(60) * 100)
    fractions = amounts / amounts.sum(axis=1, keepdims=True, dtype=np.float64)
    near = np.abs(fractions[:, None] - fractions[None]).sum(axis=2) / 2 <= SETTINGS.group_radius
    expected = np.full(60, np.nan)
    for i in range(60):
        others = [tc[j] for j in range(60) if near[i, j] and j != i and np.isfinite(tc[j])]
        if np.isfinite(tc[i]) and len(others) >= SETTINGS.outlier_neighbours:
            expected[i] = tc[i] - max(others)
    assert np.isfinite(expected).sum() > 10
    np.testing.assert_allclose(excess(tc, amounts, SETTINGS), expected)
