"""The denoiser of tokens: asked slots, rows apart from one another, charges counted."""

import numpy as np
import pytest
import torch

from superdrift.composition.formula import parse_formula
from superdrift.composition.vector import to_vector
from superdrift.diffusion.masked import blocks, lengths
from superdrift.superconductors.encoding.encodings import TOKENS
from superdrift.superconductors.generation.charge_counting import (
    KNOTS,
    LOWEST,
    STEP,
    ChargeCount,
    interpolated,
    valence,
)
from superdrift.superconductors.generation.slot_transformer import SlotTransformer


def slot_transformer(**changed):
    told = {**TOKENS.process_data, **TOKENS.denoiser_data, **changed}
    return SlotTransformer(**told, width=16, depth=2, heads=2, dropout=0.0).eval()


def tokens_of(*formulas):
    return TOKENS.encode(np.stack([to_vector(parse_formula(text)) for text in formulas]))


@pytest.mark.parametrize("changed", [{}, {"charges": None, "redox": None}])
def test_slot_transformer_gives_logits_of_the_asked_slots(changed):
    net, x = slot_transformer(**changed), tokens_of("CuO", "NbN", "YBa2Cu3O7")
    logits = net(blocks(x, lengths(x)), [torch.arange(3), None, torch.tensor([7]), None])
    assert [None if part is None else tuple(part.shape) for part in logits] == [(3, 96), None, (1, 10), None]


def test_rows_do_not_see_one_another():
    net, x = slot_transformer(), tokens_of("CuO", "YBa2Cu3O7", "La1.85Sr0.15CuO4")
    for profile in net.profiles:
        torch.nn.init.normal_(profile.weight)
    together = net(blocks(x, lengths(x)), [None, None, torch.arange(6, 10), None])[2]
    alone = net([x[2:, :4]], [None, None, torch.arange(4), None])[2]
    torch.testing.assert_close(together, alone)


def test_charges_are_counted_from_the_known_digits():
    told = {name: value for name, value in TOKENS.process_data.items() if name != "slots"}
    count = ChargeCount(**told, **TOKENS.denoiser_data)
    x = tokens_of("YBa2Cu3O6.91")[:, :4]
    totals, slopes = count(x)
    torch.testing.assert_close(totals, torch.tensor([[3 + 4 - 2 * 6.91, 3.0]]))
    assert abs(float(valence(*totals[0])) * STEP + LOWEST - 6.82 / 3) < 1e-4
    # one more Ba in the first sum takes the place of an Y, one more atom in the last cation's sum is a Cu
    assert slopes[0].tolist() == [[-1, 0], [3, -1], [0, 1], [-2, 0]]
    x[0, 3, 2:] = torch.tensor([10, 10])  # of the oxygen only the 6 is known
    torch.testing.assert_close(count(x)[0], torch.tensor([[3 + 4 - 2 * 6.0, 3.0]]))


def test_profiles_are_read_between_knots():
    values = torch.arange(KNOTS, dtype=torch.float32)[None]
    steps = torch.tensor([[0.0, 1.25, 40.5]])
    torch.testing.assert_close(interpolated(values, steps), steps)
    assert valence(torch.tensor(-100.0), torch.tensor(0.0)) < KNOTS - 1  # off the grid counts as its end
