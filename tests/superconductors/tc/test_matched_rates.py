"""Rates at the distances and in the families of the compounds in question, against shares counted by hand."""

import numpy as np
import pytest

from superdrift.io import tables
from superdrift.superconductors.tables import HELD_OUT
from superdrift.superconductors.tc.labelled_compositions import FEWEST_NEGATIVES
from superdrift.superconductors.tc.matched_rates import (
    DISTANCE_EDGES,
    NEGATIVE,
    PRIOR_COMPOUNDS,
    SUPERCONDUCTOR,
    UNLABELLED,
    MatchedRates,
    cells,
)

NEAR, FAR = 0.001, 0.5


def blocks(path, *rows):
    """A held-out table of blocks (n, superconducting, share classified so, distance, family[, split, groups])."""
    columns = {column.name: [] for column in HELD_OUT.columns}
    for block in rows:
        n, superconducting, classified, distance, family, split, groups = (*block, *("grouped", 50)[len(block) - 5 :])
        hits = np.arange(n) < round(n * classified)
        group = len(columns["id"]) + np.arange(n) * groups // n
        columns["id"] += range(n)
        columns["group"] += group.tolist()
        columns["split"] += [split] * n
        columns["family"] += [family] * n
        columns["superconducting"] += [superconducting] * n
        columns["distance"] += [distance] * n
        columns["superconducting_probability"] += np.where(hits, 0.9, 0.5).tolist()
        columns["superconducting_probability_knn"] += np.where(hits, 0.1, 1.0).tolist()
        columns["fold"] += [0] * n
        columns["measured_tc_k"] += [20.0 if superconducting else None] * n
        for name in ("tc_k", "tc_low_k", "tc_high_k", "tc_knn_k", "tc_family_k"):
            columns[name] += [20.0] * n
    tables.write(path, HELD_OUT, columns, {})
    return MatchedRates.read(path)


def of(rates, *compounds, method="estimator"):
    """True- and false-positive rate of compounds given as (distance, family)."""
    distance, family = zip(*compounds, strict=True)
    return [rates.rate(np.array(distance), np.array(family), method, label) for label in (SUPERCONDUCTOR, NEGATIVE)]


def test_one_cell_gives_the_shares_as_they_are(tmp_path):
    rates = blocks(tmp_path / "h.parquet", (500, True, 0.9, NEAR, "others"), (200, False, 0.35, NEAR, "others"))
    tp, fp = of(rates, (NEAR, "others"), (NEAR, "others"))
    assert tp.value == pytest.approx(0.9)
    assert fp.value == pytest.approx(0.35), "a probability of exactly one half is no majority"
    assert tp.low < 0.9 < tp.high
    assert fp.low < 0.35 < fp.high
    tp, fp = of(rates, (NEAR, "others"), method="knn")
    assert (tp.value, fp.value) == (pytest.approx(0.1), pytest.approx(0.65))


def test_near_and_far_compounds_get_the_rates_of_their_distance(tmp_path):
    rates = blocks(
        tmp_path / "h.parquet",
        (4000, True, 0.95, NEAR, "cuprates", "random"),
        (4000, False, 0.6, NEAR, "cuprates", "random"),
        (4000, True, 0.5, FAR, "cuprates"),
        (4000, False, 0.2, FAR, "cuprates"),
    )
    near, far = of(rates, (NEAR, "cuprates")), of(rates, (FAR, "cuprates"))
    assert [rate.value for rate in near] == pytest.approx([0.95, 0.6], abs=0.003)
    assert [rate.value for rate in far] == pytest.approx([0.5, 0.2], abs=0.003)
    mixed = of(rates, (FAR, "cuprates"), (NEAR, "cuprates"), (FAR, "cuprates"), (FAR, "cuprates"))
    for one, a, b in zip(mixed, near, far, strict=True):
        assert one.value == pytest.approx(0.25 * a.value + 0.75 * b.value)


def test_families_have_rates_of_their_own(tmp_path):
    rates = blocks(
        tmp_path / "h.parquet",
        *((4000, True, tp, NEAR, family) for tp, family in ((0.9, "cuprates"), (0.7, "pnictides"), (0.5, "others"))),
        *((4000, False, fp, NEAR, family) for fp, family in ((0.3, "cuprates"), (0.2, "pnictides"), (0.1, "others"))),
    )
    for family, expected in (("cuprates", [0.9, 0.3]), ("pnictides", [0.7, 0.2]), ("others", [0.5, 0.1])):
        assert [rate.value for rate in of(rates, (NEAR, family))] == pytest.approx(expected, abs=0.005)


def test_few_compounds_of_a_cell_are_held_to_their_distance_and_that_to_all(tmp_path):
    rates = blocks(
        tmp_path / "h.parquet",
        (2, True, 1.0, NEAR, "pnictides", "grouped", 2),
        (98, True, 0.5, NEAR, "cuprates"),
        (900, True, 0.3, FAR, "cuprates"),
        (100, False, 0.2, NEAR, "cuprates"),
    )
    whole = (2 + 49 + 270) / 1000
    of_bin = (51 + PRIOR_COMPOUNDS * whole) / (100 + PRIOR_COMPOUNDS)
    assert of(rates, (NEAR, "pnictides"))[0].value == pytest.approx(
        (2 + PRIOR_COMPOUNDS * of_bin) / (2 + PRIOR_COMPOUNDS)
    )
    assert of(rates, (NEAR, "others"))[0].value == pytest.approx(of_bin), "no compound: the rate of the distance"
    assert of(rates, (0.12, "others"))[0].value == pytest.approx(whole), "nor any at this distance: the rate of all"
    assert of(rates, (NEAR, "others"))[1].value == pytest.approx(0.2)


def test_chemical_systems_split_does_not_count_twice(tmp_path):
    rows = [(300, True, 0.9, NEAR, "others"), (300, False, 0.3, NEAR, "others")]
    plain = blocks(tmp_path / "a.parquet", *rows)
    more = blocks(tmp_path / "b.parquet", *rows, (3000, True, 0.1, NEAR, "others", "systems"))
    assert of(plain, (NEAR, "others")) == of(more, (NEAR, "others"))


def test_intervals_hold_their_value_and_narrow_with_more_groups(tmp_path):
    def width(groups):
        both = (
            (600, kind, classified, NEAR, "others", "grouped", groups)
            for kind, classified in ((True, 0.8), (False, 0.3))
        )
        rates = blocks(tmp_path / f"{groups}.parquet", *both)
        found = of(rates, (NEAR, "others"))
        assert all(0 <= rate.low <= rate.value <= rate.high <= 1 for rate in found)
        assert of(rates, (NEAR, "others")) == found, "the same each time"
        return found[0].high - found[0].low

    few, many = width(6), width(600)
    assert many == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 600), rel=0.2), "rows that are independent"
    assert few > 3 * many


@pytest.mark.parametrize("kind", [True, False, None])
def test_without_one_kind_it_has_no_rate(tmp_path, kind):
    rates = blocks(tmp_path / "h.parquet", (100, kind, 0.5, NEAR, "others"))
    label = {True: SUPERCONDUCTOR, False: NEGATIVE, None: UNLABELLED}[kind]
    for other in (SUPERCONDUCTOR, NEGATIVE, UNLABELLED):
        found = rates.rate(np.array([NEAR]), np.array(["others"]), "estimator", other)
        assert (found is None) == (other != label)


def test_too_few_measured_negatives_have_no_rate(tmp_path):
    """Each is held out once in each split: what counts is compounds."""
    for n in (FEWEST_NEGATIVES - 1, FEWEST_NEGATIVES):
        both = ((n, False, 0.5, NEAR, "others", split) for split in ("random", "grouped"))
        rates = blocks(tmp_path / f"{n}.parquet", *both, (9, True, 0.5, NEAR, "others"))
        assert (of(rates, (NEAR, "others"))[1] is None) == (n < FEWEST_NEGATIVES)


def test_unlabelled_compounds_have_a_rate_of_their_own(tmp_path):
    rows = ((400, True, 0.9), (400, False, 0.2), (400, None, 0.6))
    rates = blocks(tmp_path / "h.parquet", *((*row, NEAR, "others") for row in rows))
    assert [rate.value for rate in of(rates, (NEAR, "others"))] == pytest.approx([0.9, 0.2])
    found = rates.rate(np.array([NEAR]), np.array(["others"]), "estimator", UNLABELLED)
    assert found.value == pytest.approx(0.6)


def test_a_rate_borrowed_from_other_families_is_known_less_well_than_a_measured_one(tmp_path):
    rates = blocks(tmp_path / "h.parquet", (4000, False, 0.2, NEAR, "cuprates", "grouped", 4000))
    own, borrowed = (of(rates, (NEAR, family))[1] for family in ("cuprates", "pnictides"))
    assert own.value == borrowed.value == pytest.approx(0.2)
    assert own.high - own.low == pytest.approx(2 * 1.96 * np.sqrt(0.2 * 0.8 / 4000), rel=0.2)
    borrowed_sd = np.sqrt(0.2 * 0.8 / (PRIOR_COMPOUNDS + 1))
    assert borrowed.high - borrowed.low == pytest.approx(2 * 1.96 * borrowed_sd, rel=0.15)


def test_without_compounds_or_rows_there_are_no_rates(tmp_path):
    rates = blocks(tmp_path / "h.parquet", (90, True, 0.5, NEAR, "others"), (90, False, 0.5, NEAR, "others"))
    assert rates.rate(np.zeros(0), np.zeros(0, dtype=np.str_), "estimator", NEGATIVE) is None
    assert of(blocks(tmp_path / "e.parquet"), (NEAR, "others")) == [None, None]


def test_cells_differ_between_families_and_distances():
    distance = np.array([0.0, *DISTANCE_EDGES, 1.0])
    numbers = [cells(distance, np.full(len(distance), family)) for family in ("cuprates", "pnictides", "others")]
    for family in numbers:
        assert family[0] + 1 == family[1], "a distance at an edge lies beyond it"
        assert family[-1] == family[-2]
        assert len(set(family)) == len(DISTANCE_EDGES) + 1
    assert len(set(np.concatenate(numbers))) == 3 * (len(DISTANCE_EDGES) + 1)
    mixed = cells(distance[:2], np.array(["others", "cuprates"]))
    assert mixed.tolist() == [numbers[2][0], numbers[0][1]]
