"""Masked diffusion with exact conditionals: the loss is the entropy, the sampler returns the joint distribution."""

import math

import pytest
import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.masked import MaskedDiffusion, blocks, lengths
from superdrift.diffusion.restriction import Restriction
from superdrift.diffusion.samplers import ancestral, unmask, usual_rows

JOINT = torch.tensor([[0.30, 0.02, 0.03], [0.01, 0.24, 0.05], [0.05, 0.10, 0.20]])
"""p(a, b) of two correlated tokens of three values each."""
AS_LEARNED = {"temperature": 1.0, "min_p": 0.0, "element_temperature": 1.0, "element_min_p": 0.0}


class ExactPair(nn.Module):
    """Exact conditionals of a pair of fields of one slot: p(a), and p(b | a)."""

    def forward(self, x: list[Tensor], asked: list[Tensor | None]) -> list[Tensor | None]:
        """Exact, or as scripted."""
        tokens = torch.cat([block.flatten(0, 1) for block in x])
        of_a = JOINT.sum(1).log().expand(len(tokens), 3)
        of_b = (JOINT / JOINT.sum(1, keepdim=True)).log()[tokens[:, 0].clamp(max=2)]
        return [None if rows is None else found[rows] for found, rows in zip((of_a, of_b), asked, strict=True)]


class ExactSlots(nn.Module):
    """Exact conditionals of a pair of slots of one field: p(a | b) where b is known, else the marginal; and back."""

    def forward(self, x: list[Tensor], asked: list[Tensor | None]) -> list[Tensor | None]:
        """Exact, or as scripted."""
        (block,) = x
        a, b = block[:, 0, 0], block[:, 1, 0]
        of_a = torch.cat([JOINT / JOINT.sum(0), JOINT.sum(1, keepdim=True)], dim=1).T[b]
        of_b = torch.cat([JOINT / JOINT.sum(1, keepdim=True), JOINT.sum(0, keepdim=True)])[a]
        return [torch.stack([of_a, of_b], dim=1).log().flatten(0, 1)[asked[0]]]


def fields() -> MaskedDiffusion:
    return MaskedDiffusion(slots=1, vocabulary=(3, 3))


def slots() -> MaskedDiffusion:
    process = MaskedDiffusion(slots=2, vocabulary=(3,))
    process.fit(torch.zeros((5, 2, 1), dtype=torch.long))
    return process


@pytest.mark.parametrize("sampler", [unmask, ancestral])
@pytest.mark.parametrize(("process", "denoiser"), [(fields(), ExactPair()), (slots(), ExactSlots())])
def test_sampler_with_exact_conditionals_returns_the_joint(process, denoiser, sampler):
    n = 40_000
    options = AS_LEARNED if sampler is unmask else {"steps": process.steps}
    x = sampler(process, denoiser, samples=n, **options, generator=Generator().manual_seed(5)).flatten(1)
    counts = torch.bincount(x[:, 0] * 3 + x[:, 1], minlength=9)
    expected = n * JOINT.flatten()
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    assert chi2 < 26.1  # 0.1 % quantile of chi² with 8 degrees of freedom


@pytest.mark.parametrize(("process", "denoiser"), [(fields(), ExactPair()), (slots(), ExactSlots())])
def test_loss_of_the_exact_model_is_the_entropy(process, denoiser):
    n = 60_000
    flat = torch.multinomial(JOINT.flatten(), n, replacement=True, generator=Generator().manual_seed(7))
    pairs = torch.stack([flat // 3, flat % 3], dim=1)
    x_0 = pairs.reshape(n, process.slots, len(process.vocabulary))
    level = (torch.arange(n) + 0.5) / n
    losses = process.losses(denoiser, x_0, level[torch.randperm(n)], Generator().manual_seed(8))
    entropy = -float((JOINT * JOINT.log()).sum())
    assert abs(float(losses.mean()) - entropy) < 4 * float(losses.std()) / math.sqrt(n)


class Independent(nn.Module):
    """The same marginals for every slot, whatever is known."""

    def __init__(self, shares: list[Tensor]) -> None:
        super().__init__()
        self.shares = shares

    def forward(self, x: list[Tensor], asked: list[Tensor | None]) -> list[Tensor | None]:
        """Exact, or as scripted."""
        return [
            None if slots is None else share.log().expand(len(slots), len(share))
            for share, slots in zip(self.shares, asked, strict=True)
        ]


FIRST, SECOND = torch.tensor([0.4, 0.1, 0.2, 0.0, 0.3]), torch.tensor([0.2, 0.5, 0.3])


@pytest.mark.parametrize("sampler", [unmask, ancestral])
def test_lengths_and_tokens_keep_their_marginals(sampler):
    process = MaskedDiffusion(slots=4, vocabulary=(5, 3))
    rows = torch.zeros((10, 4, 2), dtype=torch.long)
    rows[:3, 1:] = -1  # three rows of one slot, five of three, two of four
    rows[3:8, 3:] = -1
    process.fit(rows)
    torch.testing.assert_close(process.shares, torch.tensor([0.3, 0.0, 0.5, 0.2]))
    n = 8_000
    done = []
    options = AS_LEARNED if sampler is unmask else {"steps": process.steps}
    x = sampler(
        process, Independent([FIRST, SECOND]), samples=n, **options, generator=Generator().manual_seed(9),
        advance=done.append,
    )  # fmt: skip
    assert (
        sum(done) == pytest.approx(n) and (lengths(x[: n // 2]).float().mean() - lengths(x).float().mean()).abs() < 0.1
    )
    torch.testing.assert_close(lengths(x).bincount(minlength=5)[1:] / n, process.shares, atol=0.015, rtol=0)
    assert ((x == -1).all(dim=2) == (x == -1).any(dim=2)).all()
    for field, share in enumerate((FIRST, SECOND)):
        drawn = x[..., field][x[..., field] >= 0]
        torch.testing.assert_close(drawn.bincount(minlength=len(share)) / len(drawn), share, atol=0.015, rtol=0)


def test_forbidden_tokens_are_never_drawn_and_rows_are_no_longer_than_tokens_allowed():
    process = MaskedDiffusion(slots=4, vocabulary=(5, 5), classes=(0, 0, 0, 0, 0))
    denoiser = Independent([torch.full((5,), 0.2), torch.full((5,), 0.2)])
    allowed = torch.tensor([True, False, True, False, True])
    x = unmask(
        process,
        denoiser,
        samples=500,
        **AS_LEARNED,
        generator=Generator().manual_seed(10),
        restriction=Restriction(allowed=allowed, required=torch.zeros(5, dtype=torch.bool)),
    )
    assert set(x[..., 0].flatten().tolist()) == {-1, 0, 2, 4}
    assert lengths(x).max() == 3
    assert (x[lengths(x) == 3][:, :3, 0] == torch.tensor([0, 2, 4])).all()


def test_corruption_hides_field_after_field():
    process = MaskedDiffusion(slots=3, vocabulary=(5, 3, 3))
    x_0 = torch.tensor([[2, 1, 2], [4, 0, 1], [-1, -1, -1]]).expand(3000, 3, 3)
    x, following = process.hide(x_0, torch.rand(3000), Generator().manual_seed(11))
    hidden = x == process.hidden
    assert (following <= hidden).all() and not hidden[:, 2].any()
    assert (following.any(dim=1).sum(dim=1) == 1).all(), "only the fields of one stage are scored"
    field = following.any(dim=1).int().argmax(dim=1)
    for f in range(3):
        rows = field == f
        assert abs(int(rows.sum()) - 1000) < 120
        assert hidden[rows][:, :2, f + 1 :].all() and not hidden[rows][:, :2, :f].any()
        assert abs(float(following[rows].sum(dim=(1, 2)).float().mean()) - 1.5) < 0.1  # both slots or one


def test_blocks_hold_the_rows_of_one_length():
    x = torch.tensor([[[7], [-1], [-1]], [[1], [2], [-1]], [[3], [4], [-1]]])
    assert [block.tolist() for block in blocks(x, lengths(x))] == [[[[7]]], [[[1], [2]], [[3], [4]]]]


def test_temperature_and_cutoff_act_on_their_own_fields():
    process, share = MaskedDiffusion(slots=1, vocabulary=(2, 2)), torch.tensor([0.8, 0.2])

    def shares_of_one(**changed):
        x = unmask(
            process, Independent([share, share]), samples=20_000, **{**AS_LEARNED, **changed},
            generator=Generator().manual_seed(12),
        )  # fmt: skip
        return x[:, 0].float().mean(dim=0)

    torch.testing.assert_close(shares_of_one(temperature=0.5), torch.tensor([0.2, 0.04 / 0.68]), atol=0.012, rtol=0)
    hot = shares_of_one(element_temperature=2.0, keep_frequencies=False)
    torch.testing.assert_close(hot, torch.tensor([1 / 3, 0.2]), atol=0.012, rtol=0)
    kept = shares_of_one(element_temperature=2.0)
    torch.testing.assert_close(kept, torch.tensor([0.2, 0.2]), atol=0.012, rtol=0)
    once = usual_rows(
        process, Independent([share, share]), samples=20_000, element_min_p=0.0, generator=Generator().manual_seed(2)
    )
    kept = shares_of_one(element_temperature=2.0, usual=once)
    torch.testing.assert_close(kept, torch.tensor([0.2, 0.2]), atol=0.015, rtol=0)
    torch.testing.assert_close(shares_of_one(min_p=0.3), torch.tensor([0.2, 0.0]), atol=0.012, rtol=0)
    torch.testing.assert_close(shares_of_one(element_min_p=0.2), torch.tensor([0.2, 0.2]), atol=0.012, rtol=0)
