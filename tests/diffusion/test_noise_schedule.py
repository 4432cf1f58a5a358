"""The cosine schedule against its formula, and the identities between its coefficients."""

import math

import torch

from superdrift.diffusion.noise_schedule import LARGEST_BETA, cosine


def test_alpha_bar_follows_nichol_and_dhariwal():
    schedule = cosine(1000)
    for t in (1, 10, 250, 500, 900, 990):
        f = [math.cos((u / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2 for u in (t, 0)]
        assert math.isclose(float(schedule.alpha_bar[t]), f[0] / f[1], rel_tol=2e-5)


def test_alpha_bar_is_the_product_of_one_minus_beta():
    schedule = cosine(1000)
    assert len(schedule.beta) == len(schedule.alpha_bar) == 1001
    assert float(schedule.alpha_bar[0]) == 1 and float(schedule.beta[0]) == 0
    torch.testing.assert_close(
        (1 - schedule.beta.double()).cumprod(0).float(), schedule.alpha_bar, rtol=1e-4, atol=1e-9
    )


def test_betas_rise_and_are_clipped():
    beta = cosine(1000).beta
    assert (beta[1:] > 0).all() and (beta.diff() >= 0).all()
    assert math.isclose(float(beta.max()), LARGEST_BETA, rel_tol=1e-6)
