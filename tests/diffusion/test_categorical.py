"""Absorbing diffusion of categories with exact conditionals: the loss is the entropy, samples have the distribution."""

import math

import pytest
import torch
from torch import Generator, Tensor

from superdrift.diffusion.categorical import CategoricalDiffusion
from superdrift.diffusion.samplers import ancestral

JOINT = torch.tensor([[0.30, 0.02, 0.03], [0.01, 0.24, 0.05], [0.05, 0.10, 0.20]])
"""p(a, b) of two correlated entries of three values each."""
SHARES = torch.tensor([0.5, 0.2, 0.3])


def independent(x_t: Tensor, t: Tensor) -> Tensor:
    """The same distribution for every entry, whatever is known."""
    return SHARES.log().expand(*x_t.shape, 3)


def exact_pair(x_t: Tensor, t: Tensor) -> Tensor:
    """p(a | b) where b is known, else the marginal; and back."""
    of_a = torch.cat([JOINT / JOINT.sum(0), JOINT.sum(1, keepdim=True)], dim=1).T[x_t[:, 1]]
    of_b = torch.cat([JOINT / JOINT.sum(1, keepdim=True), JOINT.sum(0, keepdim=True)])[x_t[:, 0]]
    return torch.stack([of_a, of_b], dim=1).log()


def test_corruption_hides_the_share_of_the_schedule():
    process, n = CategoricalDiffusion(shape=(2, 3), classes=3, steps=50), 20_000
    x_0 = torch.randint(3, (n, 2, 3), generator=Generator().manual_seed(0))
    (x_t, t), (_, hidden, _) = process.corrupt(x_0, torch.full((n,), 0.31), Generator().manual_seed(1))
    assert (t == 16).all() and ((x_t == 3) == hidden).all() and (x_t[~hidden] == x_0[~hidden]).all()
    assert float(hidden.float().mean()) == pytest.approx(16 / 50, abs=0.01)
    assert process.alpha[[0, -1]].tolist() == [1, 0]


def test_sampling_independent_entries_is_exact():
    process, n = CategoricalDiffusion(shape=(2,), classes=3, steps=7), 20_000
    x = ancestral(process, independent, samples=n, steps=7, generator=Generator().manual_seed(2))
    counts, expected = torch.bincount(x[:, 0] * 3 + x[:, 1], minlength=9), n * torch.outer(SHARES, SHARES).flatten()
    assert float(((counts - expected) ** 2 / expected).sum()) < 26.1  # 0.1 % quantile of chi² with 8 degrees of freedom


def test_sampling_with_exact_conditionals_returns_the_joint():
    process, n = CategoricalDiffusion(shape=(2,), classes=3, steps=200), 8_000
    x = ancestral(process, exact_pair, samples=n, steps=200, generator=Generator().manual_seed(3))
    shares = torch.bincount(x[:, 0] * 3 + x[:, 1], minlength=9) / n
    # Both entries fall into one step, and are then drawn as if independent, once in T times.
    torch.testing.assert_close(shares, JOINT.flatten(), atol=4 * 0.5 / math.sqrt(n), rtol=0)


@pytest.mark.parametrize("steps", [5, 100])
def test_loss_of_independent_entries_is_their_entropy(steps):
    process, n = CategoricalDiffusion(shape=(4,), classes=3, steps=steps), 40_000
    generator = Generator().manual_seed(4)
    x_0 = torch.multinomial(SHARES, 4 * n, replacement=True, generator=generator).reshape(n, 4)
    losses = process.losses(independent, x_0, torch.rand(n, generator=generator), generator)
    entropy = -4 * float((SHARES * SHARES.log()).sum())
    assert losses.shape == (n,) and abs(float(losses.mean()) - entropy) < 4 * float(losses.std()) / math.sqrt(n)


def test_loss_of_exact_conditionals_is_the_joint_entropy():
    process, n = CategoricalDiffusion(shape=(2,), classes=3, steps=1000), 40_000
    generator = Generator().manual_seed(5)
    flat = torch.multinomial(JOINT.flatten(), n, replacement=True, generator=generator)
    x_0, level = torch.stack([flat // 3, flat % 3], dim=1), torch.rand(n, generator=generator)
    losses = process.losses(exact_pair, x_0, level, generator)
    entropy = -float((JOINT * JOINT.log()).sum())
    assert abs(float(losses.mean()) - entropy) < 4 * float(losses.std()) / math.sqrt(n)
