"""Coordinates of rows: normal for draws of the model, lossless, and as informative as the row is surprising."""

import math

import pytest
import torch
from test_masked import JOINT, ExactPair, ExactSlots, fields, slots
from torch import Generator, nn

from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.quantile_latent import RARE, QuantileLatent
from superdrift.diffusion.restriction import Restriction

MODELS = [(fields(), ExactPair()), (slots(), ExactSlots())]
CHI2_8 = 26.1
"""0.1 % quantile of chi² with 8 degrees of freedom."""
NONE = torch.zeros((1, 0), dtype=torch.long)
"""Conditions of a process that has none."""


class Even(nn.Module):
    """All tokens are equally likely."""

    def forward(self, x, asked):
        """Flat."""
        del x
        return [torch.zeros((len(asked[0]), 3))]


def latent(process, denoiser, **more):
    return QuantileLatent(process, denoiser, [0.0] * len(process.vocabulary), **more)


def pairs(process, n, seed):
    """(n, slots, fields) draws of the joint."""
    flat = torch.multinomial(JOINT.flatten(), n, replacement=True, generator=Generator().manual_seed(seed))
    return torch.stack([flat // 3, flat % 3], dim=1).reshape(n, process.slots, len(process.vocabulary))


@pytest.mark.parametrize(("process", "denoiser"), MODELS)
def test_normal_coordinates_are_draws_of_the_model(process, denoiser):
    n, space = 40_000, latent(process, denoiser)
    z = torch.randn((n, space.dimensions), generator=Generator().manual_seed(1), dtype=torch.float64)
    z[:, 0] = 0  # both processes have one number of slots, but for the rare ones
    x = space.decode(z, NONE.expand(n, -1)).flatten(1)
    expected = n * JOINT.flatten()
    assert float(((torch.bincount(x[:, 0] * 3 + x[:, 1], minlength=9) - expected) ** 2 / expected).sum()) < CHI2_8


@pytest.mark.parametrize(("process", "denoiser"), MODELS)
def test_rows_have_coordinates_that_give_them_again_and_are_normal_over_the_data(process, denoiser):
    n, space = 20_000, latent(process, denoiser)
    x_0, conditions = pairs(process, n, 2), NONE.expand(n, -1)
    for generator in (None, Generator().manual_seed(3)):
        codes = space.encode(x_0, conditions, generator)
        assert torch.equal(space.decode(codes.z, conditions), x_0)
    tokens = codes.z[:, 1:]
    assert float(tokens.mean(dim=0).abs().max()) < 4 / math.sqrt(n)
    assert float((tokens.var(dim=0) - 1).abs().max()) < 4 * math.sqrt(2 / n)
    assert abs(float(torch.corrcoef(tokens.T)[0, 1])) < 4 / math.sqrt(n), (
        "what the tokens share is in the map, not in z"
    )


@pytest.mark.parametrize(("process", "denoiser"), MODELS)
def test_coordinates_tell_as_much_of_a_row_as_it_is_surprising(process, denoiser):
    x_0 = pairs(process, 500, 4)
    nats = latent(process, denoiser).encode(x_0, NONE.expand(500, -1)).nats[:, 1:].sum(dim=1)
    flat = x_0.flatten(1)
    torch.testing.assert_close(nats, -JOINT.double()[flat[:, 0], flat[:, 1]].log(), atol=1e-6, rtol=1e-6)


def test_tokens_that_sampling_leaves_out_are_rare_and_not_lost():
    process, n = fields(), 9
    space = QuantileLatent(process, ExactPair(), [0.0, 0.12])
    x_0 = torch.cartesian_prod(torch.arange(3), torch.arange(3))[:, None]
    conditions = NONE.expand(n, -1)
    codes = space.encode(x_0, conditions)
    assert torch.equal(space.decode(codes.z, conditions), x_0)
    given = JOINT / JOINT.sum(dim=1, keepdim=True)
    left_out = (given < 0.12 * given.amax(dim=1, keepdim=True)).flatten()
    assert left_out.any() and not left_out.all()
    assert (codes.nats[left_out, 2] >= -math.log(RARE) - 1e-9).all()
    assert (codes.nats[~left_out, 2] < 5).all()


def restricted(allowed):
    return Restriction(allowed=torch.tensor(allowed), required=torch.zeros(3, dtype=torch.bool))


def test_a_restriction_holds_everywhere_and_what_is_usual_nearly_everywhere():
    process, denoiser, n = fields(), ExactPair(), 30_000
    z = torch.randn((n, 3), generator=Generator().manual_seed(6), dtype=torch.float64)
    z[:3, 1] = 6.0
    hard = latent(process, denoiser, restriction=restricted([True, False, True]))
    assert not (hard.decode(z, NONE.expand(n, -1))[:, 0, 0] == 1).any()
    soft = latent(process, denoiser, usually=restricted([True, False, True]))
    first = soft.decode(z, NONE.expand(n, -1))[:, 0, 0]
    assert (first[:3] == 1).all() and int((first[3:] == 1).sum()) < 20
    x_0 = torch.tensor([[[1, 2]], [[0, 1]]])
    assert torch.equal(soft.decode(soft.encode(x_0, NONE.expand(2, -1)).z, NONE.expand(2, -1)), x_0)


def test_any_number_of_slots_and_any_condition_have_coordinates():
    process = MaskedDiffusion(slots=2, vocabulary=(3,), conditions=(2,))
    process.fit(torch.zeros((5, 2, 2), dtype=torch.long))  # two slots and the first class alone
    space = QuantileLatent(process, Even(), [0.0])
    x_0 = torch.tensor([[[1], [2]], [[0], [-1]]]).repeat(3, 1, 1)
    told = torch.tensor([0, 0, 1, 1, 2, 2])[:, None]
    codes = space.encode(x_0, told)
    assert torch.equal(space.decode(codes.z, told)[..., :1], x_0) and codes.nats.isfinite().all()
    assert codes.nats[1, 0] > -math.log(RARE), "one slot is rare in the first class"
    assert float(codes.nats[3, 0]) == pytest.approx(math.log(2)), "and as good as two in the other, which no row has"
