"""What was found: distances to substitutions, ranks, shares, the gain over the best null, the ceiling."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import atomic_fractions, to_vector
from superdrift.superconductors.hindsight.later import Later
from superdrift.superconductors.hindsight.reach import substitution_distance
from superdrift.superconductors.hindsight.rediscovery import (
    CEILING,
    GENERATOR,
    KNOWN,
    SAMPLES,
    Proposals,
    columns,
    found_by,
    shares,
)
from superdrift.superconductors.hindsight.tables import REDISCOVERY


def vectors(*formulas):
    return np.stack([to_vector(parse_formula(text)) for text in formulas]).astype(np.float32)


def later_of(*formulas):
    amounts = vectors(*formulas)
    n = len(formulas)
    table = pa.table({"id": np.arange(n), "family": ["others"] * n, "year": [2000] * n, "tc_consensus_k": [1.0] * n})
    return Later(table, amounts, np.ones(n), amounts, np.arange(n))


@pytest.mark.parametrize(
    ("target", "known", "distance"),
    [
        ("MgB2", ["MgB2"], 0.0),
        ("AlB2", ["MgB2"], 0.0),
        ("Mg0.5Al0.5B2", ["MgB2"], 0.0),
        ("Mg0.5Al0.25Zn0.25B2", ["MgB2"], 0.25 / 3),  # two elements come in
        ("LaFeAsO0.9F0.1", ["LaFePO"], 0.1 / 4),
        ("LaFeAsO0.9F0.1", ["LaFePO", "LaFeAsO"], 0.0),
        ("Nb3Sn", ["MgB2"], 1 - 0.0 - 2 / 3),  # boron becomes niobium: two thirds are right
    ],
)
def test_distance_after_the_best_substitution(target, known, distance):
    assert substitution_distance(vectors(target), vectors(*known))[0] == pytest.approx(distance, abs=1e-6)


def test_distance_after_substitution_equals_trying_all():
    stream = np.random.default_rng(1)
    amounts = np.zeros((12, 96), dtype=np.float32)
    for row in amounts:
        row[stream.choice(8, size=4, replace=False)] = stream.integers(1, 5, 4)
    known, targets = atomic_fractions(amounts[:6]), atomic_fractions(amounts[6:])
    for target, found in zip(targets, substitution_distance(amounts[6:], amounts[:6]), strict=True):
        best = 1.0
        for row in known:
            for one, other in itertools.permutations(range(8), 2):
                for part in np.linspace(0, row[one], 201):
                    moved = row.copy()
                    moved[one] -= part
                    moved[other] += part
                    best = min(best, np.abs(moved - target).sum() / 2)
        assert found <= best + 1e-9
        assert found == pytest.approx(best, abs=0.01)


def test_nothing_is_known():
    assert substitution_distance(vectors("MgB2"), np.zeros((0, 96))).tolist() == [1.0]


def test_ranks_are_those_of_the_first_proposal_within():
    later = later_of("MgB2", "Nb3Sn", "V3Si")
    ranked = vectors("NaCl", "Mg1.1B2", "MgB2", "Nb3Sn")
    found = found_by(Proposals("a", ranked, ranked), later, (0.001, 0.05))
    assert found.rank[0.001].tolist() == [3, 4, 0]
    assert found.rank[0.05].tolist() == [2, 4, 0]
    assert found.distance.tolist() == pytest.approx([0.0, 0.0, 1.0])
    assert found.hits("top_3", 0.001).tolist() == [True, False, False]
    assert found.hits(SAMPLES, 0.001).tolist() == [True, True, False]


def test_a_method_without_ranked_candidates_found_none_of_them():
    later = later_of("MgB2")
    found = found_by(Proposals("a", vectors("MgB2"), np.zeros((0, 96), np.float32)), later, (0.02,))
    assert (found.hits(SAMPLES, 0.02).tolist(), found.hits("top_10", 0.02).tolist()) == ([True], [False])


def rows_of(later, **methods):
    looked = [
        found_by(Proposals(name, vectors(*formulas), vectors(*formulas)), later, (0.02,))
        for name, formulas in methods.items()
    ]
    reach = {0.02: substitution_distance(later.amounts, vectors("MgB2")) <= 0.02}
    stream = np.random.default_rng(1)
    return list(shares(looked, later, reach, tops=[1], cutoff=1999, family="others", generator=stream))


def test_shares_and_gain():
    later = later_of("AlB2", "Nb3Sn", "V3Si", "NbN")
    rows = rows_of(later, **{
        GENERATOR: ["AlB2", "Nb3Sn", "V3Si"], "noise": ["NaCl"], "pettifor": ["AlB2"], KNOWN: ["MgB2"],
    })  # fmt: skip
    found = {(row.method, row.selection): row for row in rows}
    assert set(found) == {(m, s) for m in (GENERATOR, "noise", "pettifor") for s in (SAMPLES, "top_1")} | {
        (KNOWN, SAMPLES), (CEILING, SAMPLES),
    }  # fmt: skip
    ours = found[GENERATOR, SAMPLES]
    assert (ours.hits, ours.n, ours.share, ours.proposals) == (3, 4, 0.75, 3)
    assert ours.low < 0.75 < ours.high
    assert ours.beyond_substitution == pytest.approx(2 / 3)
    assert ours.enrichment == 3.0
    assert ours.enrichment_low <= 3.0 <= ours.enrichment_high
    assert (found["noise", SAMPLES].hits, found["noise", SAMPLES].beyond_substitution) == (0, None)
    assert (found["pettifor", SAMPLES].enrichment, found["pettifor", SAMPLES].beyond_substitution) == (None, 0.0)
    assert (found[GENERATOR, "top_1"].hits, found[GENERATOR, "top_1"].proposals) == (1, 1)
    table = pa.table(columns(rows), schema=REDISCOVERY.schema)
    assert table.num_rows == len(rows)


def test_no_gain_is_stated_where_no_null_found_anything():
    rows = rows_of(later_of("AlB2", "Nb3Sn"), **{GENERATOR: ["AlB2"], "noise": ["NaCl"]})
    assert {row.enrichment for row in rows} == {None}


def test_the_ceiling_is_what_half_of_the_later_compounds_tell():
    amounts = vectors(*["Nb3Sn"] * 40, "NbN")
    table = pa.table({"id": [0, 1], "family": ["others"] * 2, "year": [2000] * 2, "tc_consensus_k": [1.0] * 2})
    later = Later(table, amounts[[0, 40]], np.ones(2), amounts, np.array([0, 40]))
    looked = [found_by(Proposals(GENERATOR, vectors("NaCl"), vectors("NaCl")), later, (0.02,))]
    stream = np.random.default_rng(1)
    *_, row = shares(looked, later, {0.02: np.zeros(2, bool)}, tops=[], cutoff=1, family="others", generator=stream)
    assert row.method == CEILING
    assert 0.3 < row.share < 0.8  # Nb3Sn is found whenever it is asked for, NbN never


def test_without_later_compounds_there_is_nothing_to_say():
    empty = later_of("MgB2").only(np.zeros(1, dtype=bool))
    assert rows_of(empty, **{GENERATOR: ["AlB2"]}) == []
