"""Inpainting: what stays does, and what is drawn follows the model given it, against every possible row."""

from itertools import combinations, pairwise, product

import pytest
import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.filling import Choice
from superdrift.diffusion.inpainting import inpaint, renoise
from superdrift.diffusion.masked import MaskedDiffusion, lengths
from superdrift.diffusion.restriction import Restriction

TOKENS, CLASSES, NUMBERS = 5, (0, 0, 0, 1, 1), 6
AS_LEARNED = [Choice(1.0, 0.0)] * 2
STRENGTH = torch.randn(TOKENS, generator=Generator().manual_seed(1))
LIKING = torch.randn(TOKENS, NUMBERS, generator=Generator().manual_seed(2))


def rows_of(slots: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every legal row: rising tokens; numbers from 1 that rise within a class."""
    found = []
    for first in combinations(range(TOKENS), slots):
        for numbers in product(range(1, NUMBERS), repeat=slots):
            same = [CLASSES[a] == CLASSES[b] for a, b in pairwise(first)]
            if all(m > n or not linked for (n, m), linked in zip(pairwise(numbers), same, strict=True)):
                found.append((first, numbers))
    return found


def score(row: tuple[tuple[int, ...], tuple[int, ...]]) -> Tensor:
    """Logarithm of a joint density of tokens and numbers, but for its constant."""
    return sum(STRENGTH[token] + 1.5 * LIKING[token, number] for token, number in zip(*row, strict=True))


class Exact(nn.Module):
    """Exact conditionals of the joint density, from a list of all rows."""

    def forward(self, x: list[Tensor], asked: list[Tensor | None]) -> list[Tensor | None]:
        """Logits of the asked slots."""
        (block,) = x
        slots = block.shape[1]
        rows = torch.tensor(rows_of(slots)).transpose(1, 2)  # (rows, slots, fields)
        weight = torch.stack([score(row) for row in rows_of(slots)]).exp()
        found = list[Tensor | None]()
        for f, flat in enumerate(asked):
            if flat is None:
                found.append(None)
                continue
            known, slot = block[flat // slots], flat % slots
            hidden = known == torch.tensor([TOKENS, NUMBERS])
            fits = ((rows[None] == known[:, None]) | hidden[:, None]).all(dim=(2, 3)) * weight
            shares = torch.zeros(len(flat), TOKENS if f == 0 else NUMBERS)
            shares.scatter_add_(1, rows[:, slot, f].T, fits)
            found.append(shares.clamp(min=1e-20).log())
        return found


def process() -> MaskedDiffusion:
    return MaskedDiffusion(slots=3, vocabulary=(TOKENS, NUMBERS), classes=CLASSES)


def mask(*tokens: int) -> Tensor:
    chosen = torch.zeros(TOKENS, dtype=torch.bool)
    chosen[list(tokens)] = True
    return chosen


KEPT, AMOUNT = 1, 2
HELD = Restriction(
    allowed=mask(*range(TOKENS)), required=mask(KEPT), one_of=[mask(0, 3)], slots=(2, 3), totals={0: (2, 4)},
    least=torch.where(mask(KEPT), AMOUNT, 1), most=torch.where(mask(KEPT), AMOUNT, 99),
)  # fmt: skip
LENGTHS = torch.tensor([0.0, 0.4, 0.6])


def holds(row: tuple[tuple[int, ...], tuple[int, ...]]) -> bool:
    first, numbers = row
    if KEPT not in first or not {0, 3} & set(first):
        return False
    place = first.index(KEPT)
    own = numbers[place] - (numbers[place - 1] if place else 0)
    cations = [number for token, number in zip(*row, strict=True) if CLASSES[token] == 0]
    return own == AMOUNT and 2 <= cations[-1] <= 4


def drawn(samples: int, *, distinct: bool, restriction: Restriction = HELD) -> Tensor | None:
    return inpaint(
        process(), Exact(), torch.tensor([KEPT]), conditions=torch.zeros(0, dtype=torch.long), lengths=LENGTHS,
        samples=samples, choices=AS_LEARNED, restriction=restriction, distinct=distinct,
        generator=Generator().manual_seed(5),
    )  # fmt: skip


def as_row(x: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    present = x[x[:, 0] >= 0]
    return tuple(present[:, 0].tolist()), tuple(present[:, 1].tolist())


def test_rows_follow_the_joint_distribution_given_what_stays():
    expected = {}
    for slots in (2, 3):
        every = {row: float(score(row).exp()) for row in rows_of(slots)}
        total = sum(every.values())
        expected |= {row: float(LENGTHS[slots - 1]) * w / total for row, w in every.items() if holds(row)}
    n = 3000
    x = drawn(n, distinct=False)
    found = [as_row(row) for row in x]
    assert set(found) <= expected.keys() and set(lengths(x).tolist()) == {2, 3}
    mass = sum(expected.values())
    for row, share in expected.items():
        assert abs(found.count(row) / n - share / mass) < 0.03  # three deviations of a share of a third


def test_distinct_rows_come_once_while_there_are_others():
    possible = sum(holds(row) for slots in (2, 3) for row in rows_of(slots))
    found = [as_row(row) for row in drawn(8, distinct=True)]
    assert len(set(found)) == 8 < possible and all(map(holds, found))
    many = [as_row(row) for row in drawn(5 * possible, distinct=True)]
    assert len(many) == 5 * possible and len(set(many)) > 0.8 * possible


@pytest.mark.parametrize(
    "impossible",
    [
        Restriction(allowed=mask(1, 2), required=mask(1), slots=(3, 3)),
        Restriction(allowed=mask(0, 1, 2), required=mask(1), slots=(2, 3), totals={0: (50, 60)}),
    ],
)
def test_what_no_row_holds_gives_none(impossible):
    assert drawn(20, distinct=False, restriction=impossible) is None


@pytest.mark.parametrize(("depth", "stays"), [(0.25, "all but one number"), (0.75, "a token"), (1.0, "nothing")])
def test_renoising_hides_what_the_process_would_have_hidden(depth, stays):
    reference = torch.tensor([[0, 1], [1, 3]])
    x = renoise(
        process(), Exact(), reference, depth=depth, samples=400, choices=AS_LEARNED, restriction=None,
        generator=Generator().manual_seed(7),
    )  # fmt: skip
    assert x.shape == (400, 2, 2) and {as_row(row) for row in x} <= set(rows_of(2))
    same = x == reference
    if stays == "all but one number":
        assert same[..., 0].all() and same[..., 1].any(dim=1).all() and not same[..., 1].all(dim=1).all()
    else:
        assert same[..., 0].any(dim=1).all() == (stays == "a token")
    assert len({as_row(row) for row in x}) > 5 * depth


def test_renoising_everything_is_a_draw_of_the_model():
    x = renoise(
        process(), Exact(), torch.tensor([[0, 1], [1, 3]]), depth=1.0, samples=3000, choices=AS_LEARNED,
        restriction=None, generator=Generator().manual_seed(8),
    )  # fmt: skip
    shares = {row: float(score(row).exp()) for row in rows_of(2)}
    found = [as_row(row) for row in x]
    for row, share in shares.items():
        assert abs(found.count(row) / 3000 - share / sum(shares.values())) < 0.03
