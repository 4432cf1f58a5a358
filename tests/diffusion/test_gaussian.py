"""Gaussian diffusion against closed forms: corruption, loss, and sampling with the exact score."""

import math

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.samplers import ancestral

STEPS = 200


class ExactNoise(nn.Module):
    """The expected noise given x_t where the data is N(mean, deviation²) in every entry."""

    def __init__(self, process: GaussianDiffusion, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.alpha_bar, self.mean, self.deviation = process.alpha_bar, mean, deviation

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        """Exact, or as scripted."""
        alpha_bar = self.alpha_bar[t][:, None]
        variance = alpha_bar * self.deviation**2 + 1 - alpha_bar
        return (1 - alpha_bar).sqrt() * (x_t - alpha_bar.sqrt() * self.mean) / variance


def test_corruption_has_the_variance_of_the_process():
    process = GaussianDiffusion(shape=(2,), steps=STEPS)
    n, t = 40_000, 70
    x_0 = torch.tensor([3.0, -1.0]).expand(n, 2)
    noise = torch.randn(n, 2, generator=Generator().manual_seed(0))
    x_t = process.noised(x_0, torch.full((n,), t), noise)
    alpha_bar = float(process.alpha_bar[t])
    torch.testing.assert_close(x_t.mean(0), math.sqrt(alpha_bar) * x_0[0], atol=0.02, rtol=0)
    torch.testing.assert_close(x_t.std(0), torch.full((2,), math.sqrt(1 - alpha_bar)), atol=0.02, rtol=0)


def test_ancestral_sampling_with_the_exact_score_returns_mean_and_deviation():
    process = GaussianDiffusion(shape=(3,), steps=STEPS)
    mean, deviation = torch.tensor([0.0, 7.0, -2.0]), torch.tensor([1.0, 0.5, 2.0])
    n = 20_000
    x_0 = ancestral(
        process, ExactNoise(process, mean, deviation), samples=n, steps=STEPS, generator=Generator().manual_seed(1)
    )
    error = deviation / math.sqrt(n)
    assert ((x_0.mean(0) - mean).abs() < 4 * error).all()
    # sigma_t² = beta_t is exact for unit variance only (Ho et al. 2020, section 3.2): elsewhere a bias of order 1/T.
    torch.testing.assert_close(x_0.std(0), deviation, rtol=0.04, atol=0)


def test_unit_variance_is_returned_without_bias():
    process = GaussianDiffusion(shape=(1,), steps=50)
    exact = ExactNoise(process, torch.zeros(1), torch.ones(1))
    n = 40_000
    x_0 = ancestral(process, exact, samples=n, steps=50, generator=Generator().manual_seed(2))
    # The last step adds no noise, so what is missing is beta_1.
    assert abs(float(x_0.var()) - (1 - float(process.beta[1]))) < 4 * math.sqrt(2 / n)


def test_loss_of_the_exact_score_is_the_posterior_variance_of_the_noise():
    process = GaussianDiffusion(shape=(4,), steps=STEPS)
    exact = ExactNoise(process, torch.zeros(4), torch.ones(4))
    n, t = 20_000, 50
    x_0 = torch.randn(n, 4, generator=Generator().manual_seed(3))
    level = torch.full((n,), (t - 0.5) / STEPS)
    losses = process.losses(exact, x_0, level, Generator().manual_seed(4))
    assert losses.shape == (n,)
    # Var(epsilon | x_t) = alpha_bar for unit-variance data.
    assert abs(float(losses.mean()) - float(process.alpha_bar[t])) < 0.02


def test_data_of_any_shape():
    process = GaussianDiffusion(shape=(3, 5), steps=10)
    zero = lambda x_t, t: torch.zeros_like(x_t)  # noqa: E731
    assert ancestral(process, zero, samples=2, steps=10, generator=Generator().manual_seed(0)).shape == (2, 3, 5)
    assert process.losses(zero, torch.zeros(2, 3, 5), torch.rand(2), Generator().manual_seed(0)).shape == (2,)


def test_a_jump_with_the_true_noise_lands_on_the_same_datum_with_less_of_it():
    process = GaussianDiffusion(shape=(4,), steps=50)
    x_0, epsilon = torch.randn(7, 4), torch.randn(7, 4)
    at = {t: process.noised(x_0, torch.full((7,), t), epsilon) for t in (30, 12)}
    assert torch.allclose(process.jump(at[30], epsilon, 30, 12), at[12], atol=1e-5)
    assert torch.allclose(process.jump(at[30], epsilon, 30, 0), x_0, atol=1e-5)
