"""Legal tokens: every real row is, no illegal one is, and drawing one token at a time never gets stuck."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from superdrift.composition import codec
from superdrift.diffusion.processes.masked import MaskedProcess
from superdrift.diffusion.processes.rising import Rising
from superdrift.diffusion.samplers import unmask

ROWS = st.lists(
    st.dictionaries(st.integers(0, 95), st.integers(1, 900), min_size=1, max_size=8), min_size=1, max_size=6
)
RISING = Rising(codec.VOCABULARY, codec.CLASSES)
HIDDEN = torch.tensor(codec.VOCABULARY)


def tokens_of(compounds):
    amounts = np.zeros((len(compounds), 96))
    for row, compound in zip(amounts, compounds, strict=True):
        row[list(compound)] = np.array(list(compound.values())) / 100
    return torch.from_numpy(codec.to_tokens(amounts))


@given(ROWS, st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_real_rows_are_legal_whatever_is_hidden(compounds, seed):
    x_0 = tokens_of(compounds)
    stage = int(torch.randint(4, (1,), generator=Generator().manual_seed(seed)))
    hide = torch.rand(x_0.shape, generator=Generator().manual_seed(seed)) < 0.5
    fields = torch.arange(4)
    x = torch.where((fields > stage) | ((fields == stage) & hide), HIDDEN, x_0)
    own = torch.gather(RISING.legal(x)[stage], 2, x_0[..., stage : stage + 1])[..., 0]
    assert (own | ((x_0[..., 0] == 0) & (stage > 0))).all()


def test_what_is_illegal():
    x = HIDDEN.expand(1, 8, 4).clone()
    x[0, 2, 0] = 10
    elements = RISING.legal(x)[0][0]
    assert elements[0].nonzero().ravel().tolist() == list(range(1, 9))  # room for the slot between; not empty
    assert elements[1].nonzero().ravel().tolist() == list(range(2, 10))
    assert elements[3].nonzero().ravel().tolist() == [0, *range(11, 97)]
    x[0, 4, 0] = 0
    assert RISING.legal(x)[0][0][5:].sum(dim=-1).tolist() == [1, 1, 1]  # nothing follows an empty slot
    x = tokens_of([{38: 100, 55: 200, 28: 300, 7: 691}])
    x[0, 1, 1] = HIDDEN[1]  # the second cation's sum lies between the first's and the third's
    assert RISING.legal(x)[1][0, 1].nonzero().ravel().tolist() == [2, 3, 4, 5, 6]


def test_drawing_one_token_at_a_time_gives_compositions_only():
    process = MaskedProcess(slots=8, vocabulary=codec.VOCABULARY, stages=(0, 1, 2, 3), empty=True, rising=codec.CLASSES)
    sharp = Generator().manual_seed(5)

    def denoiser(x):  # wild guesses, most of them illegal
        return [6 * torch.randn(*x.shape[:2], size, generator=sharp) for size in codec.VOCABULARY]

    x = unmask(process, denoiser, samples=400, steps=32, temperature=1.0, generator=Generator().manual_seed(1))
    amounts = codec.from_tokens(x.numpy())
    filled = (amounts != 0).any(axis=1)
    assert (amounts >= 0).all()
    assert filled.mean() > 0.9
    np.testing.assert_array_equal(codec.to_tokens(amounts[filled]), x.numpy()[filled])


def test_loss_is_finite_and_counts_legal_tokens_only():
    process = MaskedProcess(slots=8, vocabulary=codec.VOCABULARY, stages=(0, 1, 2, 3), empty=True, rising=codec.CLASSES)
    x_0 = tokens_of([{38: 100, 55: 200, 28: 300, 7: 691}] * 64)

    def uniform(x):
        return [torch.zeros(*x.shape[:2], size) for size in codec.VOCABULARY]

    level = torch.rand(64, generator=Generator().manual_seed(0))
    free = MaskedProcess(slots=8, vocabulary=codec.VOCABULARY, stages=(0, 1, 2, 3), empty=True)
    losses = process.losses(uniform, x_0, level, Generator().manual_seed(1))
    assert torch.isfinite(losses).all()
    assert (losses <= free.losses(uniform, x_0, level, Generator().manual_seed(1)) + 1e-3).all()
    assert losses.mean() < free.losses(uniform, x_0, level, Generator().manual_seed(1)).mean()
