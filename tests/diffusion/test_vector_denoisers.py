"""Denoisers of vectors: sizes as published, shapes, and the preconditioner on its own."""

import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.denoisers import DENOISERS
from superdrift.diffusion.denoisers.mlp import preconditioned_mlp
from superdrift.diffusion.denoisers.unet1d import Unet1d
from superdrift.diffusion.gaussian import GaussianDiffusion
from superdrift.diffusion.noise_schedule import cosine
from superdrift.diffusion.preconditioning import GaussianPreconditioner


def test_unet_has_the_published_number_of_parameters():
    unet = Unet1d(shape=(96,), width=48, multipliers=(1, 2, 3, 6))
    assert round(sum(p.numel() for p in unet.parameters()) / 1e6, 2) == 5.57  # published: 5.56 million


def test_unet_keeps_the_shape_and_sees_the_time():
    unet = Unet1d(shape=(96,), width=8, multipliers=(1, 2, 3)).eval()
    x_t = torch.randn(2, 96, generator=Generator().manual_seed(0))
    with torch.no_grad():
        early, late = unet(x_t, torch.tensor([10, 10])), unet(x_t, torch.tensor([900, 900]))
    assert early.shape == (2, 96)
    assert not torch.allclose(early, late)


def test_untrained_mlp_is_nearly_the_gaussian_guess():
    alpha_bar = cosine(100).alpha_bar
    mlp = preconditioned_mlp(shape=(4,), alpha_bar=alpha_bar, least_deviation=1.0, width=16, depth=2)
    data = torch.randn(5000, 4, generator=Generator().manual_seed(0)) * torch.tensor([1.0, 2.0, 0.5, 0.0]) + 3
    mlp.fit(data)
    torch.testing.assert_close(mlp.mean, data.mean(0))
    torch.nn.init.zeros_(mlp.network.last[1].weight)
    torch.nn.init.zeros_(mlp.network.last[1].bias)
    x_t, t = torch.randn(7, 4), torch.full((7,), 40)
    alpha_bar = alpha_bar[40]
    variance = alpha_bar * mlp.deviation**2 + 1 - alpha_bar
    guess = (1 - alpha_bar).sqrt() * (x_t - alpha_bar.sqrt() * mlp.mean) / variance
    torch.testing.assert_close(mlp(x_t, t), guess)


class Seen(nn.Module):
    """Keeps what it is given, and predicts nothing."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Zeros."""
        self.x = x
        return torch.zeros_like(x)


def test_any_network_sees_unit_variance_whatever_the_shape_and_scale_of_the_data():
    process, seen = GaussianDiffusion(shape=(2, 3), steps=50), Seen()
    denoiser = GaussianPreconditioner(seen, shape=(2, 3), alpha_bar=process.alpha_bar, least_deviation=0.1)
    data = 5 + 3 * torch.randn(20_000, 2, 3, generator=Generator().manual_seed(1))
    denoiser.fit(data)
    losses = process.losses(denoiser, data, torch.full((len(data),), 0.4), Generator().manual_seed(2))
    torch.testing.assert_close(seen.x.std(dim=0), torch.ones(2, 3), atol=0.03, rtol=0)
    # The Gaussian guess is exact here: what is left is Var(epsilon | x_t) = a² s² / (a² s² + b²).
    signal = 9 * float(process.alpha_bar[21])
    assert abs(float(losses.mean()) - signal / (signal + 1 - float(process.alpha_bar[21]))) < 0.02


def test_the_preconditioner_shares_the_schedule_of_the_process():
    process = GaussianDiffusion(shape=(4,), steps=50)
    options = {"width": 8, "depth": 1, "least_deviation": 1.0}
    assert DENOISERS["mlp"].build(**process.denoiser_arguments, **options).alpha_bar is process.alpha_bar
