"""Legal tokens: every real row is, no illegal one is, and drawing one token at a time never gets stuck."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from superdrift.diffusion.masked import MaskedDiffusion
from superdrift.diffusion.monotone_tokens import MonotoneTokens
from superdrift.diffusion.restriction import Restriction
from superdrift.diffusion.samplers import unmask
from superdrift.superconductors.encoding import tokens as codec
from superdrift.superconductors.encoding.encodings import TOKENS

ROWS = st.lists(
    st.dictionaries(st.integers(0, 95), st.integers(1, 900), min_size=1, max_size=8), min_size=1, max_size=6
)
MONOTONE = MonotoneTokens(codec.VOCABULARY, codec.CLASSES)
HIDDEN = torch.tensor(codec.VOCABULARY)
AS_LEARNED = {"temperature": 1.0, "min_p": 0.0, "element_temperature": 1.0, "element_min_p": 0.0}


def tokens_of(compounds):
    amounts = np.zeros((len(compounds), 96))
    for row, compound in zip(amounts, compounds, strict=True):
        row[list(compound)] = np.array(list(compound.values())) / 100
    return torch.from_numpy(codec.to_tokens(amounts))


def guesses(scale):
    """A denoiser that guesses wildly; most guesses are illegal."""
    sharp = Generator().manual_seed(5)

    def denoise(_, asked):
        return [
            None if slots is None else scale * torch.randn(len(slots), size, generator=sharp)
            for size, slots in zip(codec.VOCABULARY, asked, strict=True)
        ]

    return denoise


@given(ROWS, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_real_rows_are_legal_whatever_is_hidden(compounds, seed):
    x_0 = tokens_of(compounds)
    present = x_0[..., :1] >= 0
    field = int(torch.randint(4, (1,), generator=Generator().manual_seed(seed)))
    hide = torch.rand(x_0.shape, generator=Generator().manual_seed(seed)) < 0.5
    fields = torch.arange(4)
    x = torch.where(present & ((fields > field) | ((fields == field) & hide)), HIDDEN, x_0)
    lower, upper = MONOTONE.bounds(x, field)
    own = x_0[..., field]
    assert ((lower <= own) & (own <= upper) | ~present[..., 0]).all()


def test_what_is_illegal():
    x = HIDDEN.expand(1, 6, 4).clone()
    x[0, 2, 0] = 10
    lower, upper = MONOTONE.bounds(x, 0)
    assert lower[0].tolist() == [0, 1, 2, 11, 12, 13]  # room for the slots between
    assert upper[0].tolist() == [8, 9, 92, 93, 94, 95]
    x = tokens_of([{38: 100, 55: 200, 28: 300, 7: 691}])
    x[0, 1, 1] = HIDDEN[1]  # the second cation's sum lies between the first's and the third's
    lower, upper = MONOTONE.bounds(x, 1)
    assert (lower[0, 1], upper[0, 1]) == (2, 6)


def test_drawing_one_token_at_a_time_gives_compositions_only():
    process = MaskedDiffusion(**TOKENS.process_data)
    ninth = torch.arange(96) % 9 == 0
    for restriction in (None, Restriction(allowed=ninth, required=torch.zeros(96, dtype=torch.bool))):
        x = unmask(
            process,
            guesses(6.0),
            samples=400,
            **AS_LEARNED,
            generator=Generator().manual_seed(1),
            restriction=restriction,
        )
        amounts = codec.from_tokens(x.numpy())
        assert (amounts >= 0).all() and (amounts > 0).any(axis=1).all()
        np.testing.assert_array_equal(codec.to_tokens(amounts), x.numpy())


def test_loss_is_finite_and_counts_legal_tokens_only():
    process, free = MaskedDiffusion(**TOKENS.process_data), MaskedDiffusion(**{**TOKENS.process_data, "classes": None})
    x_0 = tokens_of([{38: 100, 55: 200, 28: 300, 7: 691}] * 64)
    level = torch.rand(64, generator=Generator().manual_seed(0))
    losses = process.losses(guesses(0.0), x_0, level, Generator().manual_seed(1))
    unbound = free.losses(guesses(0.0), x_0, level, Generator().manual_seed(1))
    assert torch.isfinite(losses).all()
    assert (losses <= unbound + 1e-3).all() and losses.mean() < unbound.mean()
