"""The zeroth-order climb and its control walk, on objectives whose answer is known."""

import numpy as np
import pytest
import torch

from superdrift.superconductors.drift.climb import climb, gradient_estimate, step_lengths, unit_directions, walk

CENTRE = torch.tensor([1.0, -0.5, 0.25, 0.0, 2.0], dtype=torch.float64)


def streams(count, name=0):
    return [np.random.default_rng([name, t]) for t in range(count)]


def hill(z):
    return -((z - CENTRE) ** 2).sum(dim=1)


def climbed(objective, starts, *, chosen=None, **changes):
    arguments = {"steps": 200, "directions": 20, "radius": 0.3, "learning_rate": 0.05} | changes
    rows = range(len(starts)) if chosen is None else chosen
    mine = [streams(len(starts))[t] for t in rows]
    return climb(objective, starts[list(rows)], mine, **arguments)


def test_directions_have_length_one_and_no_preferred_sense():
    drawn = unit_directions(streams(1), 20000, 3)[0]
    assert torch.allclose(drawn.norm(dim=1), torch.ones(20000, dtype=torch.float64))
    assert drawn.mean(dim=0).abs().max() < 0.02


def test_estimate_of_a_linear_objective_is_unbiased_and_scaled_in_units_of_the_slope():
    slope = torch.tensor([3.0, -1.0, 0.0, 0.5], dtype=torch.float64)
    directions = unit_directions(streams(1), 40000, 4)
    estimate = gradient_estimate(lambda z: z @ slope, torch.ones((1, 4), dtype=torch.float64), directions, radius=0.5)
    assert torch.allclose(estimate[0], slope, atol=0.06)


def test_estimate_points_along_the_gradient_of_a_smooth_objective():
    z = torch.zeros((8, 5), dtype=torch.float64)
    estimate = gradient_estimate(hill, z, unit_directions(streams(8), 300, 5), radius=0.1)
    gradient = 2 * CENTRE
    cosine = torch.nn.functional.cosine_similarity(estimate, gradient[None], dim=1)
    assert cosine.min() > 0.95


def test_estimate_sees_through_plateaus():
    """Stairs have no gradient anywhere; averaged over the ball they have the slope of the ramp below them."""
    directions = unit_directions(streams(1), 60000, 2)
    estimate = gradient_estimate(
        lambda z: torch.floor(4 * z[:, 0]), torch.full((1, 2), 0.12, dtype=torch.float64), directions, radius=1.0
    )
    assert estimate[0, 0] == pytest.approx(4.0, rel=0.05)
    assert abs(float(estimate[0, 1])) < 0.15


def test_the_climb_reaches_the_top():
    positions = climbed(hill, torch.zeros((4, 5), dtype=torch.float64))
    assert positions.shape == (4, 201, 5)
    assert (positions[:, -1] - CENTRE).norm(dim=1).max() < 0.25
    assert (hill(positions[:, -1]) > hill(positions[:, 0]) + 4).all()


def test_one_call_for_all_trajectories_equals_one_after_another():
    starts = torch.linspace(-1, 1, 15, dtype=torch.float64).view(3, 5)
    together = climbed(hill, starts, steps=25)
    alone = torch.cat([climbed(hill, starts, chosen=[t], steps=25) for t in range(3)])
    assert torch.allclose(together, alone, atol=1e-12)
    assert not torch.allclose(together[0], together[1])


def test_one_network_call_a_step():
    sizes = []

    def counted(z):
        sizes.append(len(z))
        return hill(z)

    climbed(counted, torch.zeros((6, 5), dtype=torch.float64), steps=3, directions=10)
    assert sizes == [6 * 11] * 3


def test_the_same_streams_give_the_same_climb_and_others_another():
    starts = torch.zeros((2, 5), dtype=torch.float64)
    assert torch.equal(climbed(hill, starts, steps=5), climbed(hill, starts, steps=5))
    other = climb(hill, starts, streams(2, name=9), steps=5, directions=20, radius=0.3, learning_rate=0.05)
    assert not torch.equal(climbed(hill, starts, steps=5), other)


def test_the_walk_takes_the_climbs_step_lengths_in_other_directions():
    up = climbed(hill, torch.zeros((3, 5), dtype=torch.float64), steps=40)
    control = walk(up[:, 0], step_lengths(up), streams(3, name=1))
    assert torch.equal(control[:, 0], up[:, 0])
    assert torch.allclose(step_lengths(control), step_lengths(up), atol=1e-12)
    assert step_lengths(up).std() > 0.001
    cosine = torch.nn.functional.cosine_similarity(control.diff(dim=1), up.diff(dim=1), dim=2)
    assert cosine.abs().mean() < 0.6
    assert hill(control[:, -1]).mean() < hill(up[:, -1]).mean()


def test_where_two_functions_are_read_the_estimate_holds_their_difference():
    """The published form: Tc(z) of one decoder, Tc(z + u) of another; each call asks for its own positions only."""
    z, directions = torch.ones((3, 5), dtype=torch.float64), unit_directions(streams(3), 12, 5)
    sizes = []

    def lower(points):
        sizes.append(len(points))
        return hill(points) - 7

    one = gradient_estimate(hill, z, directions, radius=0.5)
    other = gradient_estimate(hill, z, directions, radius=0.5, here=lower)
    shift = 5 / (12 * 0.5) * 7 * directions.sum(dim=1)
    assert torch.allclose(other, one + shift)
    assert sizes == [3]
