"""Many starts at once: positions, their random streams, what is scored, what stands there."""

from functools import partial

import numpy as np
import pytest
import torch

from superdrift.superconductors.drift import trajectories
from superdrift.superconductors.drift.checkpoint import LatentModel
from superdrift.superconductors.drift.denoiser import DigitDenoiser
from superdrift.superconductors.drift.landscape import Landscape, Landscapes, slope, tc_landscapes
from superdrift.superconductors.drift.predictor import TcPredictor
from superdrift.superconductors.drift.trajectories import read_positions, run_trajectories, start_positions
from superdrift.superconductors.drift.vae import Vae
from superdrift.superconductors.encoding.digits import to_digits
from superdrift.superconductors.settings import ClimbSettings

SLUGS = ["a", "b", "c"]


def settings(**changes):
    chosen = {
        "trajectories": 2, "steps": 5, "directions": 8, "radius": 0.5, "learning_rate": 0.1, "start_from": "posterior",
        "denoise": "both", "gradient": "zeroth", "walk_step": None, "start_tolerance": 0.05,
    }  # fmt: skip
    return ClimbSettings(**chosen | changes)


def bowl(counted=None):
    """A smooth landscape over R^4 whose compositions are an amount of hydrogen alone."""

    def decode(z):
        if counted is not None:
            counted.append(len(z))
        return torch.nn.functional.pad((z.square().sum(dim=1, keepdim=True)), (0, 95))

    one = Landscape(decode, lambda amounts: 10 - amounts[:, 0])
    return Landscapes(one, one, one, partial(slope, lambda z: 10 - z.square().sum(dim=1)))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    denoiser = DigitDenoiser(
        integers=12, width=16, depth=1, times=100, noise_level=0.3, denoising_steps=2, noise_seed=1
    )  # fmt: skip
    predictor = TcPredictor(network="convolutional", width=16, depth=2, dropout=0.0, scale_k=10.0, integers=12)
    return LatentModel(Vae(latent=4, width=32, depth=1, integers=12), denoiser.eval(), predictor.eval())


@pytest.fixture(scope="module")
def digits():
    amounts = np.zeros((3, 96), dtype=np.float32)
    amounts[0, [7, 28, 38, 55]] = 7, 3, 1, 2
    amounts[1, [4, 11]] = 2, 1
    amounts[2, [7, 28, 37, 56]] = 4, 1, 0.15, 1.85
    return torch.from_numpy(to_digits(amounts))


def test_positions_have_a_place_for_every_start_trajectory_and_step():
    starts = torch.randn((3, 2, 4), dtype=torch.float64)
    paths = run_trajectories(bowl(), starts, SLUGS, settings(), seed=1)
    for path in paths:
        assert path.shape == (3, 2, 6, 4)
        assert torch.equal(path[:, :, 0], starts)
    found = read_positions(bowl(), paths.climb)
    assert found.amounts.shape == (3, 2, 6, 96) and found.tc_climbed_k.shape == (3, 2, 6)
    assert found.tc_undenoised_k is None
    assert (found.tc_climbed_k[..., -1] > found.tc_climbed_k[..., 0]).all()


@pytest.mark.parametrize("denoise", ["none", "both", "published"])
def test_a_start_alone_is_the_same_as_in_company(model, digits, denoise):
    chosen, landscapes = settings(denoise=denoise), tc_landscapes(model, denoise=denoise)

    def run(rows):
        slugs = [SLUGS[row] for row in rows]
        starts = start_positions(model.vae, digits[rows], slugs, chosen, seed=1)
        return run_trajectories(landscapes, starts, slugs, chosen, seed=1)

    together = run([0, 1, 2])
    for row in range(3):
        for all_of, one in zip(together, run([row]), strict=True):
            assert torch.allclose(all_of[row], one[0], atol=1e-12)


def test_starts_that_do_not_fit_at_once_are_run_in_turn(monkeypatch):
    starts = torch.randn((3, 2, 4), dtype=torch.float64)
    sizes = []
    whole = run_trajectories(bowl(sizes), starts, SLUGS, settings(), seed=1)
    assert sizes == [3 * 2 * 9] * 5
    monkeypatch.setattr(trajectories, "POSITIONS_AT_ONCE", 2 * 9 + 1)
    sizes.clear()
    parts = run_trajectories(bowl(sizes), starts, SLUGS, settings(), seed=1)
    assert sizes == [2 * 9] * 15
    assert all(torch.allclose(one, other, atol=1e-12) for one, other in zip(whole, parts, strict=True))


def test_trajectories_start_from_draws_of_the_posterior_or_all_from_its_mean(model, digits):
    mean = start_positions(model.vae, digits, SLUGS, settings(start_from="mean"), seed=1)
    assert torch.equal(mean, model.vae.encode(digits)[:, None].expand(3, 2, 4))
    drawn = start_positions(model.vae, digits, SLUGS, settings(trajectories=400), seed=1)
    assert torch.allclose(drawn[:, :2], start_positions(model.vae, digits, SLUGS, settings(), seed=1), atol=1e-12)
    assert len(drawn.flatten(0, 1).unique(dim=0)) == 1200
    _, log_variance = model.vae.posterior(digits)
    assert torch.allclose(drawn.mean(dim=1), mean[:, 0], atol=0.3)
    assert torch.allclose(drawn.std(dim=1), torch.exp(0.5 * log_variance) / model.vae.spread, rtol=0.2)


def test_the_walk_steps_as_far_as_the_climb_or_as_told():
    starts = torch.randn((1, 2, 4), dtype=torch.float64)
    fair = run_trajectories(bowl(), starts, ["a"], settings(), seed=1)
    lengths = [path.diff(dim=2).norm(dim=3) for path in fair]
    assert torch.allclose(*lengths)
    short = run_trajectories(bowl(), starts, ["a"], settings(walk_step=0.1), seed=1)
    assert torch.equal(short.climb, fair.climb)
    assert torch.allclose(short.walk.diff(dim=2).norm(dim=3), torch.tensor(0.1, dtype=torch.float64))


def test_the_undenoised_tc_is_read_where_something_is_denoised(model, digits):
    z = 2 * torch.randn((3, 4, 4), dtype=torch.float64)
    raw = read_positions(tc_landscapes(model, denoise="none"), z)
    assert raw.tc_undenoised_k is None
    for denoise in ("both", "published"):
        found = read_positions(tc_landscapes(model, denoise=denoise), z)
        assert torch.equal(found.tc_undenoised_k, raw.tc_climbed_k)


def test_an_exact_climb_draws_nothing_and_goes_straight_up():
    starts = torch.randn((3, 2, 4), dtype=torch.float64)
    chosen, sizes = settings(gradient="exact", steps=20), []
    one, other = (run_trajectories(bowl(sizes), starts, SLUGS, chosen, seed=seed) for seed in (1, 2))
    assert torch.equal(one.climb, other.climb) and not torch.equal(one.walk, other.walk)
    assert not sizes
    assert torch.allclose(one.climb[:, :, 1] - starts, -0.1 * starts.sign(), atol=1e-6)


@pytest.mark.parametrize("network", ["convolutional", "residual"])
def test_the_exact_gradient_is_that_of_tc_at_the_soft_decoding(model, network):
    predictor = TcPredictor(network=network, width=16, depth=2, dropout=0.0, scale_k=10.0, integers=12).eval()
    gradient = tc_landscapes(model._replace(predictor=predictor), denoise="both").gradient
    z, delta = torch.randn((3, 4), dtype=torch.float64), 1e-5 * torch.eye(4, dtype=torch.float64)

    def tc(points):
        return predictor.soft(model.vae.soften(points))

    with torch.no_grad():
        found = gradient(z)
        differences = torch.stack([(tc(z + step) - tc(z - step)) / 2e-5 for step in delta], dim=1)
    assert torch.allclose(found, differences, rtol=1e-4, atol=1e-7)
    assert not found.requires_grad and all(p.grad is None for p in predictor.parameters())
