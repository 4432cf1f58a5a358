"""Ranking: each gate, the score, the order of ties, and the net."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from superdrift.composition.greedy_net import greedy_net
from superdrift.composition.nearest_compositions import CompositionIndex
from superdrift.composition.vector import atomic_fractions
from superdrift.run.errors import InputError
from superdrift.superconductors import ranking
from superdrift.superconductors.new_families.tables import CLUSTERED
from superdrift.superconductors.settings.ranking import RankSettings
from superdrift.superconductors.tables import SCREENED

SETTINGS = RankSettings(
    require_charge_valid=True, allow_metallic=False, require_metal_plausible=True, forbidden_elements=["Tl"],
    spacing=0.02, keep=100,
)  # fmt: skip
NAMES = (
    "basic checks failed",
    "duplicate",
    "not novel",
    "metallic",
    "implausible metal",
    "charge not valid",
    "valence of no superconductor",
)


def verdicts(**changes):
    good = {
        "basic_pass": True,
        "duplicate": False,
        "novel": True,
        "metallic": False,
        "metal_plausible": None,
        "charge_valid": True,
        "superconductor_valence": True,
    }
    types = {name: [value] for name, value in (good | changes).items()}
    return pa.table(types, schema=pa.schema([SCREENED.schema.field(name) for name in types]))


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({}, None),
        ({"basic_pass": False}, "basic checks failed"),
        ({"duplicate": True}, "duplicate"),
        ({"novel": False}, "not novel"),
        ({"metallic": True, "charge_valid": None}, "metallic"),
        ({"charge_valid": False}, "charge not valid"),
        ({"charge_valid": None}, "charge not valid"),
        ({"superconductor_valence": False}, "valence of no superconductor"),
        ({"superconductor_valence": None}, None),
        ({"basic_pass": False, "novel": False}, "basic checks failed"),
    ],
)
def test_each_gate_stops_its_own(changes, gate):
    tally = ranking.Tally()
    passed = ranking.pass_gates(ranking.verdict_gates(verdicts(**changes), SETTINGS), tally)
    assert passed.tolist() == [gate is None]
    assert {name for name, count in tally.removed.items() if count} == ({gate} - {None})


@pytest.mark.parametrize(
    ("changes", "settings", "passes"),
    [
        ({"metallic": True, "metal_plausible": True, "charge_valid": None}, {"allow_metallic": True}, True),
        ({"metallic": True, "metal_plausible": False, "charge_valid": None}, {"allow_metallic": True}, False),
        (
            {"metallic": True, "metal_plausible": False, "charge_valid": None},
            {"allow_metallic": True, "require_metal_plausible": False},
            True,
        ),
        ({"metallic": True, "charge_valid": None}, {"require_charge_valid": False}, False),
        ({"charge_valid": False}, {"require_charge_valid": False}, True),
        ({"superconductor_valence": False}, {"require_charge_valid": False}, True),
        ({"charge_valid": False}, {"allow_metallic": True}, False),
    ],
)
def test_gates_follow_the_settings(changes, settings, passes):
    gates = ranking.verdict_gates(verdicts(**changes), replace(SETTINGS, **settings))
    assert ranking.pass_gates(gates, ranking.Tally()).tolist() == [passes]


def vectors(*rows):
    amounts = np.zeros((len(rows), 96), dtype=np.float32)
    for row, elements in enumerate(rows):
        for z, amount in elements.items():
            amounts[row, z - 1] = amount
    return amounts


def test_composition_gates():
    known = CompositionIndex(vectors({29: 1, 8: 1}))
    amounts = vectors({81: 1, 8: 1}, {29: 1.01, 8: 1}, {56: 1, 8: 1}, {57: 1, 8: 1})
    gates = ranking.composition_gates(amounts, np.array([True, True, False, True]), known, SETTINGS)
    assert [gate.tolist() for gate in gates.values()] == [
        [True, True, False, True],
        [False, True, True, True],
        [True, False, True, True],
    ]


def test_unknown_forbidden_element_is_an_error():
    with pytest.raises(InputError, match=r"forbidden_elements: \['Xx'\]"):
        known = CompositionIndex(vectors({8: 1}))
        ranking.composition_gates(
            vectors({8: 1}), np.array([True]), known, replace(SETTINGS, forbidden_elements=["Xx"])
        )


def test_score_is_zero_without_a_positive_lower_bound():
    assert ranking.score(np.array([0.5, 1.0]), np.array([40.0, -3.0])).tolist() == [20.0, 0.0]


def test_order_of_ties():
    scores, expected = np.array([0.0, 5.0, 0.0, 0.0, 0.0]), np.array([1.0, 1.0, 9.0, 1.0, 1.0])
    source, ids = np.array([1, 0, 0, 0, 0]), np.array([1, 9, 8, 7, 3])
    assert ranking.ranked_order(scores, expected, source, ids).tolist() == [1, 2, 4, 3, 0]


def test_thinning_is_the_greedy_net_whatever_the_chunk(monkeypatch):
    generator = np.random.default_rng(0)
    amounts = np.zeros((400, 96))
    amounts[:, [7, 28, 55]] = generator.random((400, 3)) + 0.5
    whole = np.flatnonzero(greedy_net(amounts, 0.02))
    monkeypatch.setattr(ranking, "_CHUNK", 37)
    kept = ranking.thin(amounts, spacing=0.02, keep=1000)
    assert kept.tolist() == whole.tolist()
    distance = np.abs(atomic_fractions(amounts[kept])[:, None] - atomic_fractions(amounts[kept])).sum(axis=2) / 2
    assert distance[np.triu_indices(len(kept), 1)].min() >= 0.02 - 1e-9
    assert ranking.thin(amounts, spacing=0.02, keep=5).tolist() == whole[:5].tolist()


def test_match_finds_rows_in_any_order_and_names_a_missing_one():
    assert ranking.match(np.array([5, 3, 9]), np.array([9, 5]), place="x").tolist() == [2, 0]
    with pytest.raises(InputError, match=r"estimated.* has no row with id 4 .*1 more"):
        ranking.match(np.array([5, 3, 9]), np.array([4, 9, 10]), place="estimated.parquet")


def test_groups_are_joined_and_null_where_there_are_none():
    places = {"x": [0.0, None, 0.0], "y": [0.0, None, 0.0], "group": [0, None, None]}
    columns = {"id": [1, 2, 1], "known": [False, False, True], **places}
    clustered = pa.table(columns).select(CLUSTERED.schema.names).cast(CLUSTERED.schema)
    assert ranking.group_numbers(np.array([2, 7, 1]), clustered).to_pylist() == [None, None, 0]
    assert ranking.group_numbers(np.array([2]), None).to_pylist() == [None]
