"""Tc in hindsight: every score by hand from estimates that are given, and the whole on a fitted estimator."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from estimator_data import SETTINGS, known

from superdrift.superconductors.hindsight.later import Later
from superdrift.superconductors.hindsight.tc import Foreseen, foresee, high_tc, subsets, tc_in_hindsight
from superdrift.superconductors.tc.fitting import fit

THEN = known(200, noise=3.0)
CUTOFF = 2005


def later_of(data, *, apart=(), distance=None):
    """Superconductors of the made-up data, as if they had been reported later."""
    rows = np.flatnonzero(data.superconducting)
    flags = [["high_pressure"] if i in apart else [] for i in range(len(rows))]
    table = pa.table({
        "family": data.families[rows].tolist(),
        "tc_consensus_k": data.tc[rows],
        "year": np.full(len(rows), CUTOFF + 1),
        "flags": pa.array(flags, pa.list_(pa.string())),
    })  # fmt: skip
    near = np.full(len(rows), 0.03) if distance is None else distance[: len(rows)]
    return Later(table, data.amounts[rows], near, data.amounts[rows], np.arange(len(rows)))


@pytest.fixture(scope="module")
def estimator():
    return fit(THEN, replace(SETTINGS, repeats=1), seed=7).estimator


@pytest.fixture(scope="module")
def later():
    return later_of(known(60, seed=5, noise=3.0), apart=(0, 3), distance=np.tile([0.03, 0.07, 0.15, 0.2, 0.4], 60))


@pytest.fixture(scope="module")
def scores(estimator, later):
    return tc_in_hindsight(estimator, THEN, later, forest=SETTINGS.forest, seed=1, cutoff=CUTOFF)


def value(scores, model, metric, subset):
    rows = [row for row in scores if (row.model, row.metric, row.subset) == (model, metric, subset)]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("subset", "expected"),
    [
        ("all", lambda x: ~x.apart),
        ("without_iron", lambda x: ~x.apart & (x.families != "pnictides")),
        ("cuprates", lambda x: ~x.apart & (x.families == "cuprates")),
        ("pnictides", lambda x: ~x.apart & (x.families == "pnictides")),
        ("others", lambda x: ~x.apart & (x.families == "others")),
        ("distance_0_0.05", lambda x: ~x.apart & (x.families != "pnictides") & (x.distance == 0.03)),
        ("distance_0.05_0.1", lambda x: ~x.apart & (x.families != "pnictides") & (x.distance == 0.07)),
        ("distance_0.1_0.2", lambda x: ~x.apart & (x.families != "pnictides") & (x.distance == 0.15)),
        ("distance_0.2_up", lambda x: ~x.apart & (x.families != "pnictides") & (x.distance >= 0.2)),
        ("high_pressure", lambda x: x.apart),
    ],
)  # fmt: skip
def test_each_subset_holds_its_compounds(later, scores, subset, expected):
    rows = expected(later)
    assert rows.any()
    assert value(scores, "estimator", "mae", subset).n == rows.sum()
    foreseen = Foreseen({}, later.tc, later.tc, np.ones(len(later.tc), dtype=bool), later.tc)
    np.testing.assert_array_equal(dict(subsets(later, foreseen))[subset], rows)


def test_applicable_and_not_are_all_without_iron(later):
    foreseen = Foreseen({}, later.tc, later.tc, np.arange(len(later.tc)) % 3 == 0, later.tc)
    found = dict(subsets(later, foreseen))
    np.testing.assert_array_equal(found["applicable"] | found["not_applicable"], found["without_iron"])
    assert not (found["applicable"] & found["not_applicable"]).any()
    assert foreseen.applicable[found["applicable"]].all()


@pytest.mark.parametrize("subset", ["all", "without_iron", "others"])
def test_scores_by_hand(estimator, later, scores, subset):
    foreseen = foresee(estimator, THEN, later, forest=SETTINGS.forest, seed=1)
    rows = dict(subsets(later, foreseen))[subset]
    truth, limit = later.tc[rows], foreseen.threshold[rows]
    low, high = foreseen.low[rows], foreseen.high[rows]
    own = np.abs(foreseen.tc["estimator"][rows] - truth)
    assert value(scores, "estimator", "coverage", subset).value == ((low <= truth) & (truth <= high)).mean()
    assert value(scores, "estimator", "width_median", subset).value == np.median(high - low)
    assert value(scores, "estimator", "flagged", subset).value == (~foreseen.applicable[rows]).mean()
    for model in ("estimator", "knn", "extra_trees", "null"):
        tc = foreseen.tc[model][rows]
        assert value(scores, model, "mae", subset).value == pytest.approx(np.abs(tc - truth).mean())
        assert value(scores, model, "rmse", subset).value == pytest.approx(np.sqrt(((tc - truth) ** 2).mean()))
        if model != "estimator":
            more = value(scores, model, "mae_more", subset)
            assert more.value == pytest.approx((np.abs(tc - truth) - own).mean())
            assert more.low <= more.value <= more.high
        called, is_high = tc > limit, truth > limit
        for metric, among, hits in (("recall_high", is_high, called), ("precision_high", called, is_high)):
            if among.any():
                found = value(scores, model, metric, subset)
                assert (found.value, found.n) == (hits[among].mean(), among.sum())
    assert {row.split for row in scores} == {"until_2005"}
    assert all(row.low <= row.value <= row.high for row in scores)


def test_estimates_come_from_what_was_known(estimator, later):
    """What was measured later changes no estimate."""
    columns = {name: later.table[name] for name in later.table.column_names} | {"tc_consensus_k": later.tc * 3 + 1}
    falsified = replace(later, table=pa.table(columns))
    one, other = (foresee(estimator, THEN, rows, forest=SETTINGS.forest, seed=1) for rows in (later, falsified))
    for model, tc in one.tc.items():
        np.testing.assert_array_equal(tc, other.tc[model])
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_array_equal(one.threshold, other.threshold)
    means = {f: THEN.tc[THEN.superconducting & (THEN.families == f)].mean() for f in set(later.families.tolist())}
    np.testing.assert_allclose(one.tc["null"], [means[f] for f in later.families.tolist()])


def test_high_is_above_the_quantile_of_the_family_known_then():
    families = np.array(["cuprates", "others", "pnictides"])
    own = [THEN.tc[THEN.superconducting & (THEN.families == family)] for family in families]
    np.testing.assert_allclose(high_tc(THEN, families), [np.quantile(tc, 0.9) for tc in own])
    without = replace(THEN, families=np.where(THEN.families == "pnictides", "others", THEN.families))
    every = np.quantile(THEN.tc[THEN.superconducting], 0.9)
    assert high_tc(without, families)[2] == pytest.approx(every), "a family unknown then: the quantile of all"


def test_the_same_seed_gives_the_same_scores(estimator, later, scores):
    assert tc_in_hindsight(estimator, THEN, later, forest=SETTINGS.forest, seed=1, cutoff=CUTOFF) == scores
    other = tc_in_hindsight(estimator, THEN, later, forest=SETTINGS.forest, seed=2, cutoff=CUTOFF)
    assert [row.value for row in other if row.model == "knn"] == [row.value for row in scores if row.model == "knn"]
    assert other != scores


def test_nothing_later_gives_no_scores(estimator, later):
    nothing = later.only(np.zeros(len(later.tc), dtype=bool))
    assert tc_in_hindsight(estimator, THEN, nothing, forest=SETTINGS.forest, seed=1, cutoff=CUTOFF) == []
