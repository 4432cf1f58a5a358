"""Numbers of a run: definitions and denominators, on tables small enough to count by hand."""

import made_up_run
import numpy as np
import pytest

from superdrift.io import tables
from superdrift.report.numbers import Number, Numbers, moments, share, write
from superdrift.run.errors import InputError
from superdrift.superconductors.report import run_numbers, source_numbers
from superdrift.superconductors.report.corrected import Calibration, Classified, corrected_numbers
from superdrift.superconductors.tables import CANDIDATES, COMPOUNDS, ESTIMATED, HELD_OUT, PROJECTED


def test_wilson_interval_of_a_share():
    # Wilson's interval of 8 of 10, from the closed formula with z = 1.959964.
    row = share("screen", "cuprates", "basic_pass", 8, 10)
    assert (row.value, row.n) == (0.8, 10)
    assert row.low == pytest.approx(0.49016, abs=1e-5)
    assert row.high == pytest.approx(0.94332, abs=1e-5)


def test_share_of_nothing_is_undefined():
    row = share("screen", "cuprates", "unique", 0, 0)
    assert row.value is None and row.low is None and row.n == 0


def test_moments_need_rows():
    assert [r.value for r in moments("estimate", "s", ("a", "b", "c"), [2.0, 4.0], "K")] == [3.0, 2**0.5, 4.0]
    assert [r.value for r in moments("estimate", "s", ("a", "b", "c"), [2.0], "K")] == [2.0, None, 2.0]
    assert [r.value for r in moments("estimate", "s", ("a", "b", "c"), [], "K")] == [None, None, None]


@pytest.fixture
def screened(tmp_path):
    """Six rows: a failure, a pair of duplicates, a near twin of theirs, a metal, and a known compound."""
    formulas = ["LaCuO3", "La2CuO4", "La2CuO4", "La2CuO4.01", "Nb3Sn", "YBa2Cu3O7"]
    path = made_up_run.write_screened(
        tmp_path / "screened.parquet",
        formulas,
        np.random.default_rng(0),
        basic_pass=[False, True, True, True, True, True],
        novel=[False, True, True, True, True, False],
        known=[False, False, False, False, False, True],
        metallic=[False, False, False, False, True, False],
        metal_plausible=[None, None, None, None, True, None],
        valid_published=[False, True, True, False, True, False],
        charge_valid=[None, False, False, True, None, True],
        site_balanced=[True, True, True, True, True, False],
    )
    return source_numbers.read_screened(path)


def test_every_share_has_its_denominator(screened):
    found = Numbers(source_numbers.screened_numbers(screened, "cuprates", novel_radius=0.02))
    expected = {
        "basic_pass": (5, 6), "unique": (4, 5), "novel": (4, 5), "known": (1, 5), "valid_published": (3, 6),
        "charge_valid": (2, 6), "metallic": (1, 6), "metal_plausible": (1, 1), "site_balanced": (4, 6),
        "valid_published_metallic": (1, 3),
    }  # fmt: skip
    for quantity, (hits, n) in expected.items():
        row = found.get("cuprates", quantity)
        assert (round(row.value * row.n), row.n) == (hits, n), quantity
    assert found.value("cuprates", "samples") == 6
    assert found.value("cuprates", "valid_published_distinct") == 2


def test_distinct_counts_a_net_of_novel_valid_rows(screened):
    coarse = Numbers(source_numbers.screened_numbers(screened, "cuprates", novel_radius=0.02))
    fine = Numbers(source_numbers.screened_numbers(screened, "cuprates", novel_radius=0.0005))
    assert coarse.value("cuprates", "distinct_novel_valid") == 1  # La2CuO4.01 lies within 0.02 of La2CuO4
    assert fine.value("cuprates", "distinct_novel_valid") == 2
    assert coarse.value("cuprates", "distinct_novel_metallic") == 1


def _estimated(path, ids, probability, tc, *, knn=None, energy=None, hull=None):
    n = len(ids)
    nothing = [None] * n
    tables.write(path, ESTIMATED, {
        "id": ids, "superconducting_probability": probability, "tc_k": tc, "tc_low_k": tc, "tc_high_k": tc,
        "applicable": [True] * n, "superconducting_probability_knn": knn or probability, "tc_knn_k": tc,
        "formation_energy_ev": energy or nothing, "formation_energy_sd_ev": nothing,
        "hull_distance_ev": hull or nothing, "hull_competitors": nothing, "extrapolated": [False] * n,
        "needs_pressure": [False] * n,
    }, made_up_run.RECORD)  # fmt: skip
    return path


def test_superconductors_are_counted_among_valid_rows(screened, tmp_path):
    tc, knn = [90.0, 10.0, 20.0, 80.0, 5.0], [0.4, 0.6, 0.0, 0.5, 1.0]
    path = _estimated(tmp_path / "e.parquet", [1, 2, 3, 4, 5], [0.9, 0.5, 1.0, 0.8, 1.0], tc, knn=knn)
    rows, classified = source_numbers.estimated_numbers(screened, "cuprates", path)
    found = Numbers(rows)
    # The valid rows are 1, 2 and 4; exactly one half is no majority.
    assert classified.superconducting["estimator"].tolist() == [True, False, True]
    assert classified.superconducting["knn"].tolist() == [False, True, False]
    assert classified.distance.tolist() == screened.distance[[1, 2, 4]].tolist()
    assert classified.family.tolist() == ["cuprates", "cuprates", "others"]
    assert found.value("cuprates", "tc_mean") == 85.0 and found.value("cuprates", "tc_max") == 90.0
    assert found.value("cuprates", "ef_mean") is None and found.get("cuprates", "ef_negative").n == 0


def test_formation_energies_are_used_once_there_are_any(screened, tmp_path):
    path = _estimated(
        tmp_path / "e.parquet", [1, 2, 4], [1.0] * 3, [1.0] * 3, energy=[-2.0, 1.0, -0.5], hull=[0.05, 0.06, None]
    )
    found = Numbers(source_numbers.estimated_numbers(screened, "cuprates", path)[0])
    assert found.value("cuprates", "ef_mean") == pytest.approx(-0.5)
    assert found.value("cuprates", "ef_negative") == pytest.approx(2 / 3)
    assert (found.value("cuprates", "hull_near"), found.get("cuprates", "hull_near").n) == (0.5, 2)


def test_estimates_of_unknown_rows_are_refused(screened, tmp_path):
    path = _estimated(tmp_path / "e.parquet", [77], [1.0], [1.0])
    with pytest.raises(InputError, match="screened table lacks"):
        source_numbers.estimated_numbers(screened, "cuprates", path)


@pytest.mark.parametrize(("rule", "expected"), [("none", None), ("charge_valid", 2 / 6)])
def test_validity_after_projection_only_where_something_was_projected(screened, tmp_path, rule, expected):
    path = tmp_path / "projected.parquet"
    columns = {"id": [0], "amounts": np.zeros((1, 96)), "moved": [0.0], "rule": [rule]}
    tables.write(path, PROJECTED, columns, made_up_run.RECORD)
    assert source_numbers.projected_numbers(screened, "cuprates", path)[0].value == (
        None if expected is None else pytest.approx(expected)
    )


PUBLISHED = (0.9869, 0.1694)


def _calibration(path, shares, n=1000):
    """Held-out compounds: for each (superconducting, family, distance) the share that is classified so."""
    columns = {column.name: [] for column in HELD_OUT.columns}
    for (superconducting, family, distance), share_ in shares.items():
        said = np.where(np.arange(n) < round(share_ * n), 1.0, 0.0).tolist()
        new = {"split": ["grouped"] * n, "group": np.arange(n) // 20, "family": [family] * n,
               "distance": [distance] * n, "superconducting": [superconducting] * n,
               "superconducting_probability": said,
               "superconducting_probability_knn": [1.0] * n}  # fmt: skip
        for name in columns:
            columns[name] += list(new.get(name, [0] * n))
    tables.write(path, HELD_OUT, columns, made_up_run.RECORD)
    return Calibration.read(path, PUBLISHED)


def _classified(hits, n, family="cuprates", distance=0.03, knn=None):
    said, voted = (np.arange(n) < number for number in (hits, hits if knn is None else knn))
    return Classified({"estimator": said, "knn": voted}, np.full(n, distance), np.full(n, family))


def test_corrected_share_reproduces_the_published_figure(tmp_path):
    # SuperDiff, Table 1, cuprates: 64.53 % raw, tp = 98.69 %, fp = 16.94 % give 58.22 %.
    shares = {(True, "cuprates", 0.03): 0.95, (False, "cuprates", 0.03): 0.45}
    calibration = _calibration(tmp_path / "h.parquet", shares)
    found = Numbers(corrected_numbers("x", _classified(6453, 10000, knn=9574), calibration))
    assert (found.value("x", "sc_raw"), found.value("x", "sc_raw_knn")) == (0.6453, 0.9574)
    assert found.value("x", "sc_corrected_published_rates") == pytest.approx(0.5822, abs=1e-4)
    assert found.value("x", "sc_corrected_published_rates_knn") == pytest.approx(0.9639, abs=1e-4)
    assert found.value("x", "sc_corrected") == pytest.approx((0.6453 - 0.45) / 0.5)
    assert (found.value("x", "tp_matched"), found.value("x", "fp_matched")) == (
        pytest.approx(0.95), pytest.approx(0.45)
    )  # fmt: skip
    assert found.value("x", "tp_matched_knn") == found.value("x", "fp_matched_knn") == pytest.approx(1.0)
    assert found.value("x", "sc_corrected_knn") is None, "a vote that calls all compounds the same tells nothing"
    for row in found.rows:
        assert row.n == 10000
        assert row.value is None or row.low <= row.value <= row.high
    assert found.get("x", "sc_corrected").high > found.value("x", "sc_corrected")


def test_rates_are_those_of_the_compounds_family_and_distance(tmp_path):
    shares = {
        (True, "cuprates", 0.03): 0.9, (False, "cuprates", 0.03): 0.2,
        (True, "others", 0.03): 0.95, (False, "others", 0.03): 0.45,
        (True, "cuprates", 0.25): 0.6, (False, "cuprates", 0.25): 0.1,
    }  # fmt: skip
    calibration = _calibration(tmp_path / "h.parquet", shares, n=20000)
    for found, expected in (
        (_classified(60, 100), 0.4 / 0.7),
        (_classified(60, 100, "others"), 0.15 / 0.5),
        (_classified(30, 100, "cuprates", 0.25), 0.2 / 0.5),
    ):
        rows = Numbers(corrected_numbers("x", found, calibration))
        assert rows.value("x", "sc_corrected") == pytest.approx(expected, abs=0.005)


def test_unlabelled_compounds_give_a_share_of_their_own(tmp_path):
    shares = {(True, "cuprates", 0.03): 0.9, (False, "cuprates", 0.03): 0.2, (None, "cuprates", 0.03): 0.4}
    calibration = _calibration(tmp_path / "h.parquet", shares)
    found = Numbers(corrected_numbers("x", _classified(55, 100), calibration))
    assert [found.value("x", f"{name}_matched") for name in ("tp", "fp", "fp_unlabelled")] == pytest.approx(
        [0.9, 0.2, 0.4]
    )
    assert found.value("x", "sc_corrected") == pytest.approx(0.35 / 0.7)
    assert found.value("x", "sc_corrected_unlabelled_rates") == pytest.approx(0.15 / 0.5)
    unmeasured = _calibration(tmp_path / "u.parquet", {key: value for key, value in shares.items() if key[0] != False})  # noqa: E712
    found = Numbers(corrected_numbers("x", _classified(55, 100), unmeasured))
    assert found.value("x", "fp_matched") is None and found.value("x", "sc_corrected") is None
    assert found.value("x", "tp_matched") == pytest.approx(0.9)
    assert found.value("x", "sc_corrected_unlabelled_rates") == pytest.approx(0.15 / 0.5)


def test_without_compounds_or_rates_nothing_is_corrected(tmp_path):
    one_kind = _calibration(tmp_path / "h.parquet", {(True, "cuprates", 0.03): 0.9})
    found = Numbers(corrected_numbers("x", _classified(6, 10), one_kind))
    assert found.value("x", "sc_corrected") is None and found.value("x", "fp_matched") is None
    assert found.value("x", "sc_corrected_published_rates") is not None
    both = _calibration(tmp_path / "b.parquet", {(True, "cuprates", 0.03): 0.9, (False, "cuprates", 0.03): 0.2})
    empty = Numbers(corrected_numbers("x", _classified(0, 0), both))
    assert all(row.value is None and row.n == 0 for row in empty.rows)


def test_prepare_counts(run_folder):
    folder = run_folder / "prepare"
    rows = run_numbers.prepare_numbers(folder / "compounds.parquet", folder / "rejected.parquet")
    found = Numbers(rows)
    assert found.value("all", "read") == 1201 and found.value("supercon", "rejected") == 1
    assert found.value("pnictides", "compounds") == 400 and found.value("all", "flag_oxygen_placeholder") == 120


def test_measured_tc_of_a_version(run_folder):
    path = run_folder / "prepare/compounds.parquet"
    data = tables.read(path, COMPOUNDS).to_pandas()
    mine = data[(data.family == "cuprates") & data.superconducting]
    found = Numbers(run_numbers.measured_tc_numbers(path, "cuprates"))
    assert found.value("cuprates", "tc_mean_training") == pytest.approx(mine.tc_k.mean())
    everything = Numbers(run_numbers.measured_tc_numbers(path, "everything"))
    assert everything.get("everything", "tc_max_training").n == data.superconducting.sum()


def test_history_reports_the_kept_step_and_no_times(run_folder):
    rows = run_numbers.history_numbers("cuprates", run_folder / "train/cuprates/history.parquet")
    assert Numbers(rows).value("cuprates", "best_step") == 2000
    assert not any("second" in row.quantity for row in rows)


def test_drift_compares_climbs_with_walks(run_folder):
    found = Numbers(run_numbers.drift_numbers("ybco", run_folder / "drift/ybco/trajectories.parquet"))
    assert found.value("drift-ybco", "tc_climbed_start") == pytest.approx(90)
    assert found.value("drift-ybco", "tc_climbed_climb_mean") == pytest.approx(126, abs=6)
    assert found.value("drift-ybco", "tc_climbed_walk_mean") == pytest.approx(90, abs=6)
    assert found.get("drift-ybco", "tc_climbed_walk_max").n == 6


def test_score_names(run_folder):
    found = Numbers(run_numbers.score_numbers(run_folder / "estimate/models/scores.parquet"))
    assert found.value("estimator-grouped", "mae") == 8.1
    assert found.value("estimator-grouped", "mae_cuprates") == 11.0
    assert found.get("knn-grouped", "mae").unit == "K"


def test_energy_score_names(run_folder):
    found = Numbers(run_numbers.energy_numbers(run_folder / "train/energy/attention/scores.parquet"))
    assert found.value("formation-energy", "ef_mae") == 0.05
    assert found.value("formation-energy", "ef_mae_4_elements") == 0.1
    assert found.value("formation-energy", "ef_coverage_68") == 0.7
    assert found.value("formation-energy", "hull_mae") == 0.04
    assert found.value("formation-energy-null", "ef_mae") == 0.9
    assert found.get("formation-energy", "ef_mae").unit == "eV/atom"


def test_energies_of_known_compounds_are_those_of_the_version(run_folder):
    """Not those of competitors from a file of energies, the project's or one's own."""
    path = run_folder / "estimate/models/phases.parquet"
    cuprates = Numbers(run_numbers.known_energy_numbers(path, "cuprates"))
    assert cuprates.value("cuprates", "ef_mean_training") == pytest.approx(-2.0)
    assert (cuprates.value("cuprates", "ef_negative_training"), cuprates.rows[0].n) == (1.0, 2)
    everything = Numbers(run_numbers.known_energy_numbers(path, "everything"))
    assert everything.value("everything", "ef_mean_training") == pytest.approx(-1.3)
    assert everything.value("everything", "ef_negative_training") == pytest.approx(2 / 3)
    assert Numbers(run_numbers.known_energy_numbers(path, "pnictides")).value("pnictides", "ef_mean_training") is None


def test_no_candidates_is_an_answer(run_folder, tmp_path):
    empty = tables.read(run_folder / "candidates.parquet", CANDIDATES).slice(0, 0)
    tables.write(tmp_path / "c.parquet", CANDIDATES, empty, made_up_run.RECORD)
    found = Numbers(run_numbers.candidate_numbers(tmp_path / "c.parquet"))
    assert found.value("all", "candidates") == 0 and found.value("all", "tc_highest") is None


def test_written_numbers_read_back_and_repeats_are_refused(tmp_path):
    rows = [
        share("screen", "cuprates", "novel", 3, 4),
        Number("estimate", "cuprates", "ef_mean", None, 0, "eV/atom"),
    ]
    write(tmp_path / "numbers.parquet", rows, made_up_run.RECORD)
    assert Numbers.read(tmp_path / "numbers.parquet").rows == rows
    with pytest.raises(InputError, match="occurs twice"):
        write(tmp_path / "numbers.parquet", rows + rows[:1], made_up_run.RECORD)
