"""What `check` says of textbook compounds by the embedded ones: applicable, extrapolated, under pressure, known."""

import numpy as np
import pytest
from no_candidates import CASES, REPORTED

from superdrift.io import tables
from superdrift.superconductors.check.estimates import load_estimates
from superdrift.superconductors.check.formulas import check, known_compounds, project_settings, read_formulas
from superdrift.superconductors.check.report_lines import report_lines
from superdrift.superconductors.tables import COMPOUNDS
from superdrift.superconductors.tc.fitting import held_out_novelty
from superdrift.superconductors.tc.labelled_compositions import COLUMNS, distinct

PRESSURE = ("LaH10", "H3S", "YH6", "O2", "S", "Fe")
ELEMENTS = ("C", "C60", "Nb", "O2", "He")
BEYOND = ("Hg0.8Tl0.2Ba2Ca2Cu3O8.33", "BiBa2Ca2Cu3O9", "CuAlO2")
WITHIN = ("Nb", "FeSe", "La1.85Sr0.15CuO4", "CaCuO2", "KCuO2")
POSITIVE = {"Nb": 9.25, "MgB2": 39.0, "FeSe": 9.0}
NEGATIVE = ("NaCoO2", "Fe3O4", "Cu", "BaCuO2")
OTHERS = ("SrTiO3", "HfO2", "La2CuO4", "La1.85Sr0.15CuO4", "La1.8513Sr0.1487CuO4")
MOST_PASSING = 2


@pytest.fixture(scope="module")
def rows():
    formulas = list(
        dict.fromkeys((*CASES, *REPORTED, *PRESSURE, *ELEMENTS, *BEYOND, *WITHIN, *POSITIVE, *NEGATIVE, *OTHERS))
    )
    return dict(zip(formulas, check(*read_formulas(formulas), None).to_pylist(), strict=True))


@pytest.mark.parametrize("formula", CASES)
def test_what_was_taken_for_applicable_is_not(rows, formula):
    assert not rows[formula]["applicable"]
    assert "not applicable: no superconductor of like chemistry" in "\n".join(report_lines(rows[formula]))


def test_hardly_any_compound_that_nobody_would_call_a_candidate_is_applicable(rows):
    passing = [formula for formula in REPORTED if rows[formula]["applicable"]]
    assert len(passing) <= MOST_PASSING, passing


def test_nearly_all_superconductors_held_out_at_random_are_applicable():
    path = known_compounds(None)
    blocks = project_settings()
    radius = load_estimates(path, blocks, embedded=True).estimator.radius
    known = distinct(tables.read(path, COMPOUNDS, COLUMNS), blocks["estimate"]["exclude_flags"])
    draws = [np.random.default_rng([1, draw]).integers(0, 5, len(known.ids)) for draw in range(2)]  # of 16,000 each
    share = np.mean([(held_out_novelty(known, folds) <= radius).mean() for folds in draws])
    assert share >= 0.95


@pytest.mark.parametrize("formula", PRESSURE)
def test_what_superconducts_only_under_pressure_says_so(rows, formula):
    assert rows[formula]["needs_pressure"]
    assert "only under pressure" in "\n".join(report_lines(rows[formula]))


@pytest.mark.parametrize("formula", [*POSITIVE, *NEGATIVE, "H2O", "NH4Cl", "CH4", "NaCl"])
def test_what_needs_no_pressure_does_not(rows, formula):
    assert not rows[formula]["needs_pressure"]


@pytest.mark.parametrize(("formula", "record"), list(zip(BEYOND, ("138 K", "126 K", "41.8 K"), strict=True)))
def test_an_interval_beyond_the_record_is_an_extrapolation(rows, formula, record):
    row = rows[formula]
    assert row["extrapolated"]
    text = "\n".join(report_lines(row))
    assert f"up to {row['tc_high_k']:.0f} K is an extrapolation" in text and record in text


@pytest.mark.parametrize("formula", WITHIN)
def test_an_interval_below_the_record_is_none(rows, formula):
    assert not rows[formula]["extrapolated"]
    assert "extrapolation" not in "\n".join(report_lines(rows[formula]))


@pytest.mark.parametrize("formula", ELEMENTS)
def test_elements_are_at_zero(rows, formula):
    row = rows[formula]
    assert (row["formation_energy_ev"], row["formation_energy_sd_ev"], row["hull_distance_ev"]) == (0.0, 0.0, 0.0)
    assert "by definition: an element" in "\n".join(report_lines(row))


def test_a_known_compound_is_measured_against_the_others(rows):
    for formula, distance in (("La2CuO4", -0.01), ("SrTiO3", -1.5)):
        assert rows[formula]["hull_competitors"] >= 1
        assert rows[formula]["hull_distance_ev"] == pytest.approx(distance, abs=0.1)
        assert "other known compound" in "\n".join(report_lines(rows[formula]))


def test_a_hull_of_the_elements_alone_is_called_so(rows):
    row = rows["HfO2"]
    assert row["hull_competitors"] == 0
    assert row["hull_distance_ev"] == pytest.approx(row["formation_energy_ev"])
    text = "\n".join(report_lines(row))
    assert "no known compound competes" in text and "from the hull" not in text


@pytest.mark.parametrize("formula", POSITIVE)
def test_the_measured_tc_of_a_known_superconductor(rows, formula):
    row = rows[formula]
    assert row["known"] and row["known_superconducting"] and row["applicable"]
    assert row["known_tc_k"] == pytest.approx(POSITIVE[formula], abs=0.5)
    assert row["known_source"].startswith("literature, line ")
    assert f"known: superconducting, Tc {row['known_tc_k']:g} K measured" in "\n".join(report_lines(row))


def test_the_reference_of_a_measurement(rows):
    assert "Dai et al., Physica C 243, 201 (1995)" in rows["Hg0.8Tl0.2Ba2Ca2Cu3O8.33"]["known_source"]
    assert "Nagamatsu et al., Nature 410, 63 (2001)" in rows["MgB2"]["known_source"]


@pytest.mark.parametrize("formula", NEGATIVE)
def test_a_measured_negative_is_known_as_one_and_not_too_far(rows, formula):
    row = rows[formula]
    assert row["known"] and row["known_superconducting"] is False and row["known_tc_k"] is None
    assert row["applicable"]
    text = "\n".join(report_lines(row))
    assert "known: measured and found not superconducting (literature, line" in text and "not applicable" not in text


def test_a_neighbour_within_the_known_radius_is_named(rows):
    row, exact = rows["La1.8513Sr0.1487CuO4"], rows["La1.85Sr0.15CuO4"]
    assert row["known_formula"] == exact["known_formula"] and row["distance_to_known"] > exact["distance_to_known"] == 0
    assert f"known as {exact['known_formula']}: superconducting" in "\n".join(report_lines(row))


def test_what_is_not_known_has_no_measurement(rows):
    row = rows["CaCO3"]
    assert not row["known"]
    assert {value for name, value in row.items() if name.startswith("known_")} == {None}
