"""Scores by hand, and intervals that know that near-duplicates are no independent rows."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from superdrift.statistics.scores import NULL
from superdrift.superconductors.data.families import COMPOUND_FAMILIES
from superdrift.superconductors.tc import scores
from superdrift.superconductors.tc.held_out import ESTIMATOR, PUBLISHED, HeldOut
from superdrift.superconductors.tc.labelled_compositions import FEWEST_NEGATIVES, Known
from superdrift.superconductors.tc.neighbours import Vote
from superdrift.superconductors.tc.splits import Split


def made_up(n=300, seed=0):
    """Compositions and estimates of them, all at random."""
    generator = np.random.default_rng(seed)
    superconducting = generator.random(n) < 0.8
    tc = np.where(superconducting, generator.choice([4.0, 10.0, 39.0, 40.0, 77.0, 120.0], n), np.nan)
    families = generator.choice(COMPOUND_FAMILIES, n)
    unlabelled = ~superconducting & (np.arange(n) % 4 == 0)
    known = Known(np.arange(n), np.ones((n, 96), dtype=np.float32), superconducting, tc, families, unlabelled)
    split = Split("grouped", generator.integers(5, size=n), generator.integers(60, size=n))
    estimates = {method: 100 * generator.random(n) for method in (ESTIMATOR, PUBLISHED, NULL)}
    probability = {method: generator.random(n) for method in (ESTIMATOR, PUBLISHED)}
    vote = Vote(probability[PUBLISHED], estimates[PUBLISHED], generator.random(n))
    return known, HeldOut(split, probability, estimates, np.ones(n), vote, vote.distance, {}, [])


def scored(known, found, covered=None):
    """Scores by (model, metric, subset)."""
    covered = np.zeros(len(known.ids), dtype=bool) if covered is None else covered
    rows = scores.score(known, found, covered, np.random.default_rng(0))
    assert len({(row.model, row.metric, row.subset) for row in rows}) == len(rows)
    assert {row.split for row in rows} == {found.split.name}
    return {(row.model, row.metric, row.subset): row for row in rows}


def test_subsets_are_partitions():
    known, found = made_up()
    masks = dict(scores.subsets(known, found))
    assert masks["all"].all()
    tenths = [f"distance_{number}" for number in range(1, 11)]
    bands = ["tc_0_10", "tc_10_40", "tc_40_77", "tc_77_up"]
    assert set(masks) == {"all", *COMPOUND_FAMILIES, *tenths, *bands}
    for names, whole in ((COMPOUND_FAMILIES, masks["all"]), (tenths, masks["all"]), (bands, known.superconducting)):
        np.testing.assert_array_equal(np.sum([masks[name] for name in names], axis=0), whole.astype(int))
    found_tc = [sorted(set(known.tc[masks[band]])) for band in bands]
    assert found_tc == [[4.0], [10.0, 39.0], [40.0], [77.0, 120.0]]


def test_tenths_hold_equally_many_superconductors_from_near_to_far():
    known, found = made_up()
    masks = dict(scores.subsets(known, found))
    tenths = [masks[f"distance_{number}"] for number in range(1, 11)]
    sizes = [(mask & known.superconducting).sum() for mask in tenths]
    assert max(sizes) - min(sizes) <= 1
    furthest = [found.vote.distance[mask].max() for mask in tenths]
    nearest = [found.vote.distance[mask].min() for mask in tenths]
    assert all(far < near for far, near in zip(furthest[:-1], nearest[1:], strict=True))


def test_rates_errors_and_coverage_by_hand():
    known, found = made_up()
    covered = np.random.default_rng(1).random(len(known.ids)) < 0.7
    rows = scored(known, found, covered)
    for subset, mask in scores.subsets(known, found):
        superconducting, measured = mask & known.superconducting, mask & ~known.superconducting & ~known.unlabelled
        unlabelled = mask & known.unlabelled
        for method in (ESTIMATOR, PUBLISHED):
            hits = found.probability[method] > 0.5
            assert rows[method, "tp", subset].value == pytest.approx(hits[superconducting].mean())
            for metric, of, fewest in (("fp", measured, FEWEST_NEGATIVES), ("fp_unlabelled", unlabelled, 1)):
                if of.sum() >= fewest:
                    assert rows[method, metric, subset].value == pytest.approx(hits[of].mean())
                    assert rows[method, metric, subset].n == of.sum()
                else:
                    assert (method, metric, subset) not in rows
        assert rows[ESTIMATOR, "coverage", subset].value == pytest.approx(covered[superconducting].mean())
        for method in (ESTIMATOR, PUBLISHED, NULL):
            error = (found.tc[method] - known.tc)[superconducting]
            row = rows[method, "mae", subset]
            assert (row.value, row.n, row.unit) == (pytest.approx(np.abs(error).mean()), superconducting.sum(), "K")
            assert rows[method, "rmse", subset].value == pytest.approx(np.sqrt((error**2).mean()))
    assert all(row.low <= row.value <= row.high for row in rows.values())


def test_metrics_say_which_methods_they_are_of():
    metrics = Counter((model, metric) for model, metric, subset in scored(*made_up()) if subset == "all")
    errors = {(model, metric) for model in (ESTIMATOR, PUBLISHED, NULL) for metric in ("r2", "mae", "rmse")}
    rates = {
        (model, metric) for model in (ESTIMATOR, PUBLISHED) for metric in ("tp", "fp", "fp_unlabelled", "top_precision")
    }
    assert set(metrics) == errors | rates | {(ESTIMATOR, "coverage"), (NULL, "top_precision")}


def test_precision_of_the_top_by_hand():
    """Of 250 compositions the 100 of highest probability × Tc are rows 40 to 119, then the improbable rows 0 to 19."""
    known, found = made_up(250)
    rows = np.arange(250)
    estimate = np.where(rows < 120, 100 - rows / 10, 5.0)
    probability = np.where(rows < 40, 0.1, 0.9)
    superconducting = (rows < 100) | (rows >= 110)
    tc = np.where(superconducting, np.where((rows >= 40) & (rows < 100), 77.0, 76.9), np.nan)
    known = replace(known, superconducting=superconducting, tc=tc, unlabelled=np.zeros(250, dtype=bool))
    found = replace(
        found,
        probability={ESTIMATOR: probability, PUBLISHED: np.ones(250)},
        tc={ESTIMATOR: estimate, PUBLISHED: estimate, NULL: estimate},
    )
    rows_found = scored(known, found)
    assert rows_found[ESTIMATOR, "top_precision", "all"].value == pytest.approx(60 / 100)
    assert rows_found[PUBLISHED, "top_precision", "all"].value == pytest.approx(60 / 100), "rows 0 to 99"
    assert rows_found[NULL, "top_precision", "all"].value == pytest.approx(60 / 250)
    assert (rows_found[ESTIMATOR, "top_precision", "all"].n, rows_found[NULL, "top_precision", "all"].n) == (100, 250)
    unmeasured = replace(known, unlabelled=~superconducting)
    best = scored(unmeasured, found)[ESTIMATOR, "top_precision", "all"]
    assert (best.value, best.n) == (pytest.approx(60 / 100), 100), "rows 40 to 99 and 110 to 119, then 30 others"
    assert scored(unmeasured, found)[NULL, "top_precision", "all"].n == 240
    sure = replace(found, probability={ESTIMATOR: np.where(rows < 100, 0.0, 1.0), PUBLISHED: np.ones(250)})
    assert scored(known, sure)[ESTIMATOR, "top_precision", "all"].value == 0.0


def test_few_measured_negatives_state_no_rate():
    known, found = made_up()
    negatives = np.flatnonzero(known.negative)
    for kept in (0, FEWEST_NEGATIVES - 1, FEWEST_NEGATIVES):
        unlabelled = ~known.superconducting & ~np.isin(known.ids, negatives[:kept])
        rows = scored(replace(known, unlabelled=unlabelled), found)
        assert ((ESTIMATOR, "fp", "all") in rows) == (kept == FEWEST_NEGATIVES)
        assert rows[ESTIMATOR, "fp_unlabelled", "all"].n == unlabelled.sum()
