"""Denoisers: sizes as published, shapes, and the preconditioning of the fast one."""

import torch
from torch import Generator

from superdrift.diffusion.denoisers import DENOISERS
from superdrift.diffusion.denoisers.mlp import ResidualMlp
from superdrift.diffusion.denoisers.slot_transformer import SlotTransformer
from superdrift.diffusion.denoisers.unet1d import Unet1d
from superdrift.diffusion.schedule import cosine


def test_unet_has_the_published_number_of_parameters():
    unet = Unet1d(shape=(96,), steps=1000, width=48, multipliers=(1, 2, 3, 6))
    assert round(sum(p.numel() for p in unet.parameters()) / 1e6, 2) == 5.57  # published: 5.56 million


def test_unet_keeps_the_shape_and_sees_the_time():
    unet = Unet1d(shape=(96,), steps=1000, width=8, multipliers=(1, 2, 3)).eval()
    x_t = torch.randn(2, 96, generator=Generator().manual_seed(0))
    with torch.no_grad():
        early, late = unet(x_t, torch.tensor([10, 10])), unet(x_t, torch.tensor([900, 900]))
    assert early.shape == (2, 96)
    assert not torch.allclose(early, late)


def test_untrained_mlp_is_nearly_the_gaussian_guess():
    mlp = ResidualMlp(shape=(4,), steps=100, width=16, depth=2)
    data = torch.randn(5000, 4, generator=Generator().manual_seed(0)) * torch.tensor([1.0, 2.0, 0.5, 0.0]) + 3
    mlp.fit(data)
    torch.testing.assert_close(mlp.mean, data.mean(0))
    torch.nn.init.zeros_(mlp.last[1].weight)
    torch.nn.init.zeros_(mlp.last[1].bias)
    x_t, t = torch.randn(7, 4), torch.full((7,), 40)
    alpha_bar = cosine(100).alpha_bar[40]
    variance = alpha_bar * mlp.deviation**2 + 1 - alpha_bar
    guess = (1 - alpha_bar).sqrt() * (x_t - alpha_bar.sqrt() * mlp.mean) / variance
    torch.testing.assert_close(mlp(x_t, t), guess)


def test_slot_transformer_gives_logits_for_every_field():
    net = SlotTransformer(slots=8, vocabulary=(97, 100, 10, 10), width=16, depth=1, heads=2, dropout=0.0)
    x = torch.tensor([97, 100, 10, 10]).expand(3, 8, 4)
    assert [tuple(logits.shape) for logits in net(x)] == [(3, 8, 97), (3, 8, 100), (3, 8, 10), (3, 8, 10)]


def test_every_denoiser_names_its_process():
    assert {name: cls.process for name, cls in DENOISERS.items()} == {
        "mlp": "gaussian", "unet1d": "gaussian", "slot_transformer": "masked",
    }  # fmt: skip
