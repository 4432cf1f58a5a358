"""The climb in the generator's latent space: it rises, keeps to what is asked, resamples fairly, follows the seed."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Generator

from superdrift.composition.elements import ATOMIC_NUMBER
from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.run.errors import InputError
from superdrift.superconductors.data.families import families_of
from superdrift.superconductors.drift.ascent import Ascent, _State
from superdrift.superconductors.drift.ensemble import TcEnsemble
from superdrift.superconductors.drift.objective import GRADIENT_CALLS, Objective, Scores
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.transport import transport_of
from superdrift.superconductors.generation import shipped
from superdrift.superconductors.generation.conditions import conditions
from superdrift.superconductors.generation.request import Request
from superdrift.superconductors.settings.drift_ascent import AscentSettings, ObjectiveSettings

SETTINGS = AscentSettings(
    trajectories=3, steps=4, families="own", family_share=0.1, to_k=None, rise=0.5, hot_k=5.0, cold_k=0.5,
    gradient_share=0.3, largest_step=0.3, asked=None,
)  # fmt: skip
STARTS = np.stack([to_vector(parse_formula(f)) for f in ("La1.85Sr0.15CuO4", "MgB2")]).astype(np.float32)
OWN = conditions(STARTS, np.array([38.0, 39.0]))
SAMPLER = {"element_min_p": 0.003, "min_p": 0.02}


@pytest.fixture(scope="module")
def model():
    return shipped.load("everything")


def ensemble(members=3):
    torch.manual_seed(0)
    return TcEnsemble(
        [
            TcPredictor(network="residual", width=16, depth=1, dropout=0.0, scale_k=10.0, integers=20)
            for _ in range(members)
        ]
    ).eval()


def objective(**changes):
    block = {"spread_weight": 1.0, "distance_weight": 100.0, "near": 0.1} | changes
    return Objective(ensemble(), STARTS, ObjectiveSettings(**block))


def climber(model, settings=SETTINGS, request=None, seed=3, raised=None):
    way = transport_of(model, SAMPLER, request or Request())
    return Ascent(way, raised or objective(), settings, Generator().manual_seed(seed))


def test_a_climb_rises_above_a_walk_and_step_0_is_the_start(model):
    settings = replace(SETTINGS, trajectories=8, steps=12, gradient_share=0.0, hot_k=1.0, cold_k=0.05)
    up = climber(model, settings).climb(STARTS, OWN)
    walk = climber(model, settings).climb(STARTS, OWN, uphill=False)
    assert up.amounts.shape == (16, 13, 96) and up.proposed.shape == (16, 12, 96)
    assert np.allclose(up.amounts[:8, 0], STARTS[0]) and np.allclose(up.amounts[8:, 0], STARTS[1])
    assert up.scores.value[:, -1].mean() > walk.scores.value[:, -1].mean()
    assert up.scores.value[:, -1].mean() > up.scores.value[:, 0].mean()


def test_same_seed_same_climb(model):
    one, other, third = (climber(model, seed=seed).climb(STARTS, OWN) for seed in (3, 3, 4))
    assert np.array_equal(one.amounts, other.amounts) and np.array_equal(one.z, other.z)
    assert not np.array_equal(one.amounts, third.amounts)


def test_compounds_hold_what_is_asked_and_stay_in_the_family(model):
    request = Request(forbidden=frozenset({"Tl", "Hg", "Pb", "Bi"}), required=frozenset({"O"}))
    settings = replace(SETTINGS, trajectories=6, steps=5)
    met = climber(model, settings, request).climb(STARTS[:1], OWN[:1])
    legal = met.proposed[np.isfinite(met.values)]
    forbidden = [ATOMIC_NUMBER[s] - 1 for s in ("Tl", "Hg", "Pb", "Bi")]
    assert not (legal[:, forbidden] > 0).any() and (legal[:, ATOMIC_NUMBER["O"] - 1] > 0).all()
    own = climber(model).climb(STARTS, OWN)
    held = own.amounts[:3, 1:].reshape(-1, 96)
    assert (families_of(held) == "cuprates").mean() > 0.9


def test_every_family_is_open_where_it_is_allowed(model):
    settings = replace(SETTINGS, trajectories=12, steps=6, families="any", family_share=1.0, gradient_share=0.0)
    met = climber(model, settings).climb(STARTS[1:], OWN[1:])
    assert len(set(families_of(met.proposed.reshape(-1, 96)))) > 1


def test_a_start_that_cannot_be_written_is_named(model):
    nine = to_vector(parse_formula("LaBaSrCaYNdSmGdCuO7"))[None].astype(np.float32)
    with pytest.raises(InputError, match="the generator cannot write"):
        climber(model).climb(nine, conditions(nine, np.array([30.0])))


def test_resampling_gives_copies_by_weight_and_leaves_equals_alone(model):
    climb = climber(model, replace(SETTINGS, trajectories=4, steps=2, hot_k=10.0, cold_k=1.0))

    def state(values):
        n = len(values)
        scores = Scores(*(np.array(values, dtype=np.float64) for _ in range(4)))
        marks = torch.arange(n, dtype=torch.float64)[:, None].expand(n, 33).clone()
        return _State(marks, torch.zeros((n, 2), dtype=torch.long), np.zeros((n, 96)), np.zeros(n), scores)

    equal = state([5.0] * 8)
    climb._resample(equal, 0)
    assert equal.z[:, 0].tolist() == list(range(8))
    best = state([0.0, 0.0, 500.0, 0.0, 0.0, 500.0, 0.0, 0.0])
    climb._resample(best, 0)
    assert best.z[:, 0].tolist() == [2.0] * 4 + [5.0] * 4, "no trajectory is copied to another start"


def test_gradient_is_that_of_finite_differences_and_calls_are_counted():
    raised = objective(distance_weight=0.0)
    raised.ensemble.double()
    # In double precision, since differences of single ones are noise.
    amounts = STARTS.astype(np.float64)

    def value(rows):
        with torch.no_grad():
            tc, spread = raised.ensemble(torch.from_numpy(rows))
        return (tc - spread).numpy()

    raised.ensemble.float()
    slope = raised.gradient(STARTS)
    raised.ensemble.double()
    assert raised.calls == GRADIENT_CALLS * len(STARTS)
    for row, place in ((0, ATOMIC_NUMBER["Cu"] - 1), (1, ATOMIC_NUMBER["Mg"] - 1)):
        up, down = amounts.copy(), amounts.copy()
        up[row, place] += 1e-4
        down[row, place] -= 1e-4
        expected = (value(up) - value(down))[row] / 2e-4
        assert slope[row, place] == pytest.approx(expected, rel=2e-3, abs=1e-4)
    assert not slope[STARTS == 0].any()


def test_objective_takes_off_disagreement_and_distance():
    far = np.zeros((1, 96), dtype=np.float32)
    far[0, ATOMIC_NUMBER["Au"] - 1] = 1.0
    plain, whole = objective(spread_weight=0.0, distance_weight=0.0)(far), objective()(far)
    assert whole.distance[0] == pytest.approx(1.0, abs=1e-6)
    assert whole.value[0] == pytest.approx(plain.tc_k[0] - plain.spread_k[0] - 100.0 * 0.9, abs=1e-3)
    assert objective()(STARTS).distance == pytest.approx(0.0, abs=1e-6)
    assert objective()(np.zeros((1, 96), dtype=np.float32)).value[0] == -np.inf
