"""The masked process with exact conditionals: the loss is the entropy, the sampler returns the joint distribution."""

import math

import pytest
import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.processes.masked import MaskedProcess
from superdrift.diffusion.samplers import unmask

JOINT = torch.tensor([[0.30, 0.02, 0.03], [0.01, 0.24, 0.05], [0.05, 0.10, 0.20]])
"""p(a, b) of two correlated tokens of three values each."""


class ExactPair(nn.Module):
    """Exact conditionals of the pair: p(a | b) where b is known, else the marginal; and the other way round."""

    def forward(self, x: Tensor) -> list[Tensor]:
        """Exact, or as scripted."""
        a, b = x[:, 0, 0], x[:, 0, 1]
        of_a = torch.cat([JOINT / JOINT.sum(0), JOINT.sum(1, keepdim=True)], dim=1).T[b]
        of_b = torch.cat([JOINT / JOINT.sum(1, keepdim=True), JOINT.sum(0, keepdim=True)])[a]
        return [of_a.log()[:, None], of_b.log()[:, None]]


def pair(stages: tuple[int, int]) -> MaskedProcess:
    return MaskedProcess(slots=1, vocabulary=(3, 3), stages=stages, empty=False)


@pytest.mark.parametrize("stages", [(0, 0), (0, 1), (1, 0)])
def test_sampler_with_exact_conditionals_returns_the_joint(stages):
    n = 40_000
    x = unmask(pair(stages), ExactPair(), samples=n, steps=2, temperature=1.0, generator=Generator().manual_seed(5))
    counts = torch.bincount(x[:, 0, 0] * 3 + x[:, 0, 1], minlength=9)
    expected = n * JOINT.flatten()
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    assert chi2 < 26.1  # 0.1 % quantile of chi² with 8 degrees of freedom


def test_one_step_draws_the_pair_as_if_independent():
    n = 40_000
    x = unmask(pair((0, 0)), ExactPair(), samples=n, steps=1, temperature=1.0, generator=Generator().manual_seed(6))
    counts = torch.bincount(x[:, 0, 0] * 3 + x[:, 0, 1], minlength=9).float() / n
    torch.testing.assert_close(counts.reshape(3, 3), JOINT.sum(1)[:, None] * JOINT.sum(0), atol=0.01, rtol=0)


@pytest.mark.parametrize("stages", [(0, 0), (0, 1), (1, 0)])
def test_loss_of_the_exact_model_is_the_entropy(stages):
    n = 60_000
    flat = torch.multinomial(JOINT.flatten(), n, replacement=True, generator=Generator().manual_seed(7))
    x_0 = torch.stack([flat // 3, flat % 3], dim=1)[:, None]
    level = (torch.arange(n) + 0.5) / n
    losses = pair(stages).losses(ExactPair(), x_0, level[torch.randperm(n)], Generator().manual_seed(8))
    entropy = -float((JOINT * JOINT.log()).sum())
    assert abs(float(losses.mean()) - entropy) < 4 * float(losses.std()) / math.sqrt(n)


class Independent(nn.Module):
    """The same marginals for every slot, whatever is known."""

    def __init__(self, shares: list[Tensor]) -> None:
        super().__init__()
        self.shares = shares

    def forward(self, x: Tensor) -> list[Tensor]:
        """Exact, or as scripted."""
        return [share.log().expand(*x.shape[:2], len(share)) for share in self.shares]


@pytest.mark.parametrize("steps", [32, 7, 1])
def test_independent_tokens_keep_their_marginals_at_any_number_of_steps(steps):
    process = MaskedProcess(slots=4, vocabulary=(5, 3), stages=(0, 1), empty=True)
    first, second = torch.tensor([0.4, 0.1, 0.2, 0.0, 0.3]), torch.tensor([0.2, 0.5, 0.3])
    n = 8_000
    x = unmask(
        process, Independent([first, second]), samples=n, steps=steps, temperature=1.0,
        generator=Generator().manual_seed(9),
    )  # fmt: skip
    assert not process.is_hidden(x).any()
    empty = x[..., 0] == 0
    assert (x[..., 1][empty] == 0).all()
    torch.testing.assert_close(x[..., 0].flatten().bincount(minlength=5) / (4 * n), first, atol=0.015, rtol=0)
    filled = x[..., 1][~empty]
    torch.testing.assert_close(filled.bincount(minlength=3) / len(filled), second, atol=0.015, rtol=0)


def test_forbidden_tokens_are_never_drawn():
    process = MaskedProcess(slots=4, vocabulary=(5, 3), stages=(0, 1), empty=True)
    allowed = torch.tensor([True, False, True, True, True])
    x = unmask(
        process, Independent([torch.full((5,), 0.2), torch.full((3,), 1 / 3)]), samples=500, steps=8,
        temperature=1.0, generator=Generator().manual_seed(10), allowed=allowed,
    )  # fmt: skip
    assert set(x[..., 0].flatten().tolist()) == {0, 2, 3, 4}


def test_corruption_hides_the_further_fields_of_undecided_slots_and_scores_one_stage():
    process = MaskedProcess(slots=3, vocabulary=(5, 3, 3), stages=(0, 1, 2), empty=True)
    x_0 = torch.tensor([[2, 1, 2], [4, 0, 1], [0, 0, 0]]).expand(3000, 3, 3)
    x, following, total = process.corrupt(x_0, torch.rand(3000), Generator().manual_seed(11))
    assert (total == 7).all()  # three elements, two digits each of two slots that are not empty
    hidden = process.is_hidden(x)
    assert (hidden[..., 1:][hidden[..., 0]]).all(), "an empty slot would show before its element is known"
    assert (following <= hidden).all()
    assert (following.any(dim=1).sum(dim=1) == 1).all(), "only the fields of one stage are scored"
    assert not following[:, 2, 1:].any(), "the digits of an empty slot carry no information"


def test_temperature_sharpens_all_but_the_first_field():
    process = MaskedProcess(slots=1, vocabulary=(2, 2), stages=(0, 1), empty=False)
    share = torch.tensor([0.8, 0.2])
    x = unmask(
        process, Independent([share, share]), samples=20_000, steps=2, temperature=0.5,
        generator=Generator().manual_seed(12),
    )  # fmt: skip
    assert abs(float((x[:, 0, 0] == 1).float().mean()) - 0.2) < 0.015
    assert abs(float((x[:, 0, 1] == 1).float().mean()) - 0.04 / 0.68) < 0.01
