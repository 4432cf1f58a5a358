"""Wrapped diffusion against closed forms: score, normalisation, loss, and sampling with the exact score."""

import math

import pytest
import torch
from torch import Generator, Tensor

from superdrift.diffusion.samplers import ancestral
from superdrift.diffusion.wrapped import WrappedDiffusion, wrapped_score

STEPS = 200


def exact_score(process: WrappedDiffusion, mean: Tensor, deviation: Tensor):
    """The normalised score at t where the data is wrapped normal in every entry."""

    def denoiser(x_t: Tensor, t: Tensor) -> Tensor:
        sigma = (process.sigma[t][:, None].square() + deviation.square()).sqrt()
        score = wrapped_score(x_t - mean, sigma.expand_as(x_t), images=process.images)
        return score / process.score_norm[t][:, None]

    return denoiser


def resultant(x: Tensor) -> tuple[Tensor, Tensor]:
    """Circular mean in [0, 1), and mean resultant length, of each column."""
    mean = torch.exp(2j * math.pi * x).mean(dim=0)
    return (mean.angle() / (2 * math.pi)).remainder(1), mean.abs()


@pytest.mark.parametrize("sigma", [0.01, 0.1, 0.3, 0.6])
def test_score_is_the_derivative_of_the_log_density(sigma):
    d = torch.linspace(-1.3, 1.3, 41, dtype=torch.float64, requires_grad=True)
    images = torch.arange(-20, 21)
    log_density = torch.logsumexp(-(d[:, None] + images).square() / (2 * sigma**2), dim=1)
    (expected,) = torch.autograd.grad(log_density.sum(), d)
    score = wrapped_score(d.detach(), torch.full_like(d, sigma), images=6)
    torch.testing.assert_close(score, expected, atol=1e-6, rtol=1e-6)


def test_sigma_is_geometric_and_the_target_has_unit_variance():
    process = WrappedDiffusion(shape=(1,), steps=STEPS)
    assert process.sigma[[0, 1, -1]].tolist() == pytest.approx([0, 0.005, 0.5])
    ratios = process.sigma[2:] / process.sigma[1:-1]
    torch.testing.assert_close(ratios, ratios[:1].expand_as(ratios), rtol=1e-4, atol=0)
    assert float(process.score_norm[1] * process.sigma[1]) == pytest.approx(1, rel=1e-4)  # a normal distribution
    n = 40_000
    for level in (0.0, 0.5, 0.8, 0.99):
        target = process.corrupt(torch.rand(n, 1), torch.full((n,), level), Generator().manual_seed(0)).target
        assert float(target.square().mean()) == pytest.approx(1, abs=0.04)


def test_corruption_stays_on_the_torus_and_ends_uniform():
    process = WrappedDiffusion(shape=(2,), steps=STEPS)
    n = 40_000
    x_0 = torch.tensor([0.02, 0.7]).expand(n, 2)
    (x_t, t), _ = process.corrupt(x_0, torch.full((n,), 0.5), Generator().manual_seed(1))
    assert (t == 101).all() and (x_t >= 0).all() and (x_t < 1).all()
    mean, length = resultant(x_t)
    torch.testing.assert_close(mean, x_0[0], atol=0.002, rtol=0)
    expected = math.exp(-2 * math.pi**2 * float(process.sigma[101]) ** 2)
    torch.testing.assert_close(length, torch.full((2,), expected), atol=0.01, rtol=0)
    (x_t, _), _ = process.corrupt(x_0, torch.full((n,), 0.999), Generator().manual_seed(2))
    assert (resultant(x_t)[1] < 0.03).all()


@pytest.mark.parametrize("corrections", [0, 1])
def test_sampling_with_the_exact_score_returns_mean_and_deviation(corrections):
    process = WrappedDiffusion(shape=(3,), steps=STEPS, corrections=corrections, correction=0.1)
    mean, deviation = torch.tensor([0.01, 0.5, 0.8]), torch.tensor([0.05, 0.02, 0.15])
    n = 8_000
    x_0 = ancestral(
        process, exact_score(process, mean, deviation), samples=n, steps=STEPS, generator=Generator().manual_seed(3)
    )
    assert (x_0 >= 0).all() and (x_0 < 1).all()
    found, length = resultant(x_0)
    apart = (found - mean + 0.5).remainder(1) - 0.5
    assert (apart.abs() < 5 * deviation / math.sqrt(n)).all()
    # For a wrapped normal distribution the resultant length is exp(−2π² s²).
    torch.testing.assert_close((-length.log() / (2 * math.pi**2)).sqrt(), deviation, rtol=0.05, atol=0)


def test_loss_of_the_exact_score_of_uniform_data_is_one():
    process = WrappedDiffusion(shape=(4,), steps=STEPS)
    n = 20_000
    x_0, level = torch.rand(n, 4), (torch.arange(n) + 0.5) / n
    losses = process.losses(lambda x_t, t: torch.zeros_like(x_t), x_0, level, Generator().manual_seed(4))
    assert losses.shape == (n,) and float(losses.mean()) == pytest.approx(1, abs=0.02)


def test_loss_is_least_for_the_exact_score():
    process = WrappedDiffusion(shape=(1,), steps=STEPS)
    mean, deviation = torch.tensor([0.3]), torch.tensor([0.1])
    exact, n = exact_score(process, mean, deviation), 20_000
    x_0 = (mean + deviation * torch.randn(n, 1, generator=Generator().manual_seed(5))).remainder(1)
    level = (torch.arange(n) + 0.5) / n
    scales = [0.8, 1.0, 1.2]
    losses = [
        float(process.losses(lambda x, t, k=k: k * exact(x, t), x_0, level, Generator().manual_seed(6)).mean())
        for k in scales
    ]
    assert losses[1] < min(losses[0], losses[2])
