"""What rows must hold: masks against every possible completion, draws against rejection of free ones."""

from itertools import combinations, pairwise, product

import pytest
import torch
from torch import Generator, Tensor, nn

from superdrift.diffusion.filling import Choice, Filling
from superdrift.diffusion.masked import MaskedDiffusion, lengths
from superdrift.diffusion.restriction import Ratio, Restriction
from superdrift.diffusion.samplers import guided, unmask
from superdrift.run.errors import InputError

TOKENS, CLASSES = 7, (0, 0, 0, 0, 1, 1, 1)
AS_LEARNED = {"temperature": 1.0, "min_p": 0.0, "element_temperature": 1.0, "element_min_p": 0.0}


def mask(*tokens: int) -> Tensor:
    chosen = torch.zeros(TOKENS, dtype=torch.bool)
    chosen[list(tokens)] = True
    return chosen


def restriction(**options) -> Restriction:
    return Restriction(**{"allowed": mask(*range(TOKENS)), "required": mask(), **options})


RESTRICTIONS = {
    "allowed": restriction(allowed=mask(0, 2, 3, 5, 6)),
    "required": restriction(required=mask(1, 5)),
    "both": restriction(allowed=mask(0, 1, 2, 4, 5), required=mask(1, 4)),
    "one of": restriction(one_of=[mask(0, 4)], required=mask(2)),
    "one of some required": restriction(one_of=[mask(0, 4)], required=mask(4)),
}
APART = {
    "apart": restriction(apart=[(mask(1), mask(4, 5))]),
    "apart, one of": restriction(apart=[(mask(1), mask(4))], one_of=[mask(3, 4)]),
}


def holds(row: tuple[int, ...], given: Restriction) -> bool:
    present = mask(*row)
    return bool(
        (present <= given.allowed).all()
        and (given.required <= present).all()
        and all((present & group).any() for group in given.one_of)
        and not any((present & one).any() and (present & other).any() for one, other in given.apart)
    )


@pytest.mark.parametrize("slots", [2, 4])
@pytest.mark.parametrize("name", [*RESTRICTIONS, *APART])
def test_a_token_may_stand_where_a_row_can_be_completed_with_it(name, slots):
    given = {**RESTRICTIONS, **APART}[name]
    rows = [row for row in combinations(range(TOKENS), slots) if holds(row, given)]
    assert rows
    for shown in product((False, True), repeat=slots):
        for slot in (place for place in range(slots) if not shown[place]):
            for row in rows:
                known = tuple(token if seen else TOKENS for token, seen in zip(row, shown, strict=True))
                found = given.first_tokens(torch.tensor([known]), torch.tensor([slot]))[0]
                completions = {
                    other[slot]
                    for other in rows
                    if all(other[place] == known[place] for place in range(slots) if shown[place])
                }
                may = set(found.nonzero()[:, 0].tolist())
                assert completions <= may
                if name not in APART:  # of those, what is impossible may be seen later, and is never drawn
                    assert may == completions


@pytest.mark.parametrize(
    ("least", "most", "total"),
    [
        ([1] * TOKENS, [99] * TOKENS, None),
        ([1, 3, 1, 1, 1, 2, 1], [99, 3, 2, 99, 4, 2, 99], None),
        ([1, 2, 1, 1, 1, 1, 1], [99, 2, 5, 4, 99, 3, 99], (3, 4)),
    ],
)
def test_ranges_of_numbers_are_those_of_all_possible_rows(least, most, total):
    least, most = torch.tensor(least), torch.tensor(most)
    shift = torch.where(mask(1), least, 0)
    given = restriction(least=least, most=most, totals={} if total is None else {0: total}, shift=shift)
    generator = Generator().manual_seed(3)
    for _ in range(60):
        length = int(torch.randint(1, 5, (), generator=generator))
        first = torch.randperm(TOKENS, generator=generator)[:length].sort().values
        low = torch.randint(0, 6, (length,), generator=generator)
        high = low + torch.randint(0, 5, (length,), generator=generator)
        possible = [
            row
            for row in product(*(range(a, b + 1) for a, b in zip(low.tolist(), high.tolist(), strict=True)))
            if fits(first.tolist(), row, given)
        ]
        narrow, wide = given.numbers(first[None], low[None], high[None], torch.tensor(CLASSES))
        if possible:
            numbers = torch.tensor(possible)
            assert narrow[0].tolist() == numbers.amin(dim=0).tolist()
            assert wide[0].tolist() == numbers.amax(dim=0).tolist()
        else:
            assert (narrow > wide).any()


def fits(first: list[int], numbers: tuple[int, ...], given: Restriction) -> bool:
    for place, token in enumerate(first):
        opens = place == 0 or CLASSES[first[place - 1]] != CLASSES[token]
        increment = numbers[place] - (0 if opens else numbers[place - 1])
        if not int(given.least[token]) <= increment <= int(given.most[token]):
            return False
    cations = [place for place, token in enumerate(first) if CLASSES[token] == 0]
    if not given.totals or not cations:
        return True
    shift = sum(int(given.shift[first[place]]) for place in cations)
    return given.totals[0][0] <= numbers[cations[-1]] - shift <= given.totals[0][1]


class Neighbourly(nn.Module):
    """Logits of a slot that depend on what is known around it, on the conditions, and on the place."""

    def __init__(self, process: MaskedDiffusion) -> None:
        super().__init__()
        generator = Generator().manual_seed(5)
        sizes = process.vocabulary
        width = sum(size + 1 for size in sizes) + sum(size + 1 for size in process.conditions) + process.slots
        self.weights = [torch.randn((width, size), generator=generator) * 0.7 for size in sizes]
        self.sizes, self.slots = [*sizes, *process.conditions], process.slots

    def forward(self, x: list[Tensor], asked: list[Tensor | None]) -> list[Tensor | None]:
        """Of one block."""
        (block,) = x
        hot = [nn.functional.one_hot(block[..., f], size + 1) for f, size in enumerate(self.sizes)]
        around = torch.cat(hot, dim=2).float().sum(dim=1, keepdim=True).expand(-1, block.shape[1], -1)
        place = torch.eye(self.slots)[: block.shape[1]].expand(len(block), -1, -1)
        seen = torch.cat([around, place], dim=2).flatten(0, 1)
        return [None if rows is None else seen[rows] @ weight for rows, weight in zip(asked, self.weights, strict=True)]


def process(conditions: tuple[int, ...] = ()) -> MaskedDiffusion:
    made = MaskedDiffusion(slots=4, vocabulary=(TOKENS, 3, 5), classes=CLASSES, conditions=conditions, forgotten=0.1)
    made.shares.copy_(torch.rand(made.shares.shape, generator=Generator().manual_seed(9)))
    return made


@pytest.mark.parametrize(
    "given",
    [
        restriction(required=mask(2), allowed=mask(0, 1, 2, 4, 6)),
        restriction(one_of=[mask(0, 4)], apart=[(mask(1), mask(4, 5))], slots=(2, 3)),
    ],
)
def test_rows_that_hold_it_are_drawn_as_often_as_by_rejection(given):
    made, n = process(), 40_000
    denoiser = Neighbourly(made)
    free = unmask(made, denoiser, samples=3 * n, **AS_LEARNED, generator=Generator().manual_seed(1))
    kept = [row for row in rows_of(free) if given.slots[0] <= len(row) <= given.slots[1] and holds(row, given)]
    drawn = rows_of(
        unmask(made, denoiser, samples=n, **AS_LEARNED, generator=Generator().manual_seed(2), restriction=given)
    )
    assert all(holds(row, given) and given.slots[0] <= len(row) <= given.slots[1] for row in drawn)
    assert len(kept) > 2000
    names = sorted(set(kept) | set(drawn))
    ours, theirs = (torch.tensor([float(rows.count(name)) for name in names]) for rows in (drawn, kept))
    pooled = (ours + theirs) / (ours.sum() + theirs.sum())
    common = pooled > 0.002
    expected = theirs / theirs.sum()
    # Rows that are drawn again from one draw vary by up to twice as much as independent ones.
    deviation = (pooled * (1 / len(kept) + 2 / n)).sqrt()
    assert ((ours / ours.sum() - expected).abs() < 4.5 * deviation)[common].all()


def rows_of(x: Tensor) -> list[tuple[int, ...]]:
    return [tuple(token for token in row if token >= 0) for row in x[..., 0].tolist()]


def test_numbers_hold_in_every_row_that_is_drawn():
    made = process()
    least, most = torch.ones(TOKENS, dtype=torch.long), torch.full((TOKENS,), 15)
    least[2], most[2] = 3, 3
    most[0] = 2
    given = restriction(required=mask(2), least=least, most=most, totals={0: (2, 3)}, shift=torch.where(mask(2), 3, 0))
    x = unmask(
        made, Neighbourly(made), samples=3000, **AS_LEARNED, generator=Generator().manual_seed(4), restriction=given
    )
    for row in x.tolist():
        there = [slot for slot in row if slot[0] >= 0]
        assert fits([slot[0] for slot in there], tuple(slot[1] * 5 + slot[2] for slot in there), given)
    assert len({tuple(map(tuple, row)) for row in x.tolist()}) > 20


@pytest.mark.parametrize("min_p", [0.0, 0.1])
def test_numbers_that_hold_it_are_drawn_as_often_as_by_rejection(min_p):
    made, n = process(), 20_000
    denoiser, generator = Neighbourly(made), Generator().manual_seed(6)
    most = torch.tensor([5, 4, 5, 6, 9, 5, 4])
    given = restriction(least=torch.ones(TOKENS, dtype=torch.long), most=most)
    first, choices = [0, 2, 4], [Choice(1.0, min_p)] * 2
    rows = made.all_hidden(torch.zeros((n, 0), dtype=torch.long), len(first)).clone()
    rows[..., 0] = torch.tensor(first)
    free, held = rows.repeat(4, 1, 1), rows.clone()
    Filling(made, denoiser, generator, None).fill(free, choices, start=1)
    Filling(made, denoiser, generator, given).fill_numbers(held, choices, rounds=8)
    wanted = [numbers for numbers in numbers_of(free) if fits(first, numbers, given)]
    found = numbers_of(held)
    assert all(fits(first, numbers, given) for numbers in found)
    assert 0.1 < len(wanted) / len(free) < 0.5
    worst = []
    for numbers in set(wanted):
        share, expected = found.count(numbers) / n, wanted.count(numbers) / len(wanted)
        worst.append(abs(share - expected) / (expected * (1 / n + 1 / len(wanted))) ** 0.5)
    assert len(worst) > 10
    assert max(worst) < 4.5


def numbers_of(x: Tensor) -> list[tuple[int, ...]]:
    return [tuple(numbers) for numbers in (x[..., 1] * 5 + x[..., 2]).tolist()]


RATIO = Ratio(
    weight=torch.tensor([2.0, 2.0, 3.0, 1.0, -2.0, -2.0, -1.0]), count=mask(1, 2).float(),
    low=torch.tensor([0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0]), high=torch.tensor([0.0, 2.5, 4.0, 0.0, 0.0, 0.0, 0.0]),
    beside=mask(4, 5), alone=mask(1),
)  # fmt: skip
"""Token 1 bears 1 to 2.5 and counts alone, token 2 bears 2 to 4 where it counts, beside anions 4 and 5."""


def borne(first: list[int], numbers: list[int]) -> tuple[float, float, float] | None:
    """What each of the counted tokens bears, and the ends of its range; None where the ratio does not apply."""
    if not {4, 5} & set(first) or not {1, 2} & set(first):
        return None
    counted = [1] if 1 in first else [2]
    rest = count = 0.0
    for place, token in enumerate(first):
        opens = place == 0 or CLASSES[first[place - 1]] != CLASSES[token]
        increment = numbers[place] - (0 if opens else numbers[place - 1])
        count += increment * (token in counted)
        rest += increment * (0 if token in counted else float(RATIO.weight[token]))
    return -rest / count, float(RATIO.low[counted[0]]), float(RATIO.high[counted[0]])


def test_a_ratio_takes_no_number_away_that_could_do():
    generator = Generator().manual_seed(3)
    taken = 0
    for _ in range(240):
        length = int(torch.randint(2, 5, (), generator=generator))
        first = torch.randperm(TOKENS, generator=generator)[:length].sort().values
        low = torch.arange(1, length + 1) + torch.randint(0, 3, (length,), generator=generator)
        high = low + torch.randint(0, 5, (length,), generator=generator)
        slot = torch.randint(0, length, (1,), generator=generator)
        kinds = [CLASSES[token] for token in first.tolist()]
        opens = torch.tensor([[True, *(one != other for one, other in pairwise(kinds))]])
        narrow, wide = RATIO.narrowed(first[None], low[None], high[None], slot, opens)
        others = torch.arange(length) != slot
        assert (narrow[0] == low)[others].all() and (wide[0] == high)[others].all()
        could = set()
        for row in product(*(range(a, b + 1) for a, b in zip(low.tolist(), high.tolist(), strict=True))):
            found = rises(row, opens[0].tolist()) and borne(first.tolist(), row)
            if found is None or (found and found[1] - 1e-9 <= found[0] <= found[2] + 1e-9):
                could.add(row[int(slot)])
        left = set(range(int(narrow[0, slot]), int(wide[0, slot]) + 1))
        assert could <= left
        taken += int(high[slot] - low[slot] + 1) - len(left)
    assert taken > 20


def rises(row: tuple[int, ...], opens: list[bool]) -> bool:
    return all(start or row[place] > row[place - 1] for place, start in enumerate(opens))


def test_a_ratio_holds_in_nearly_all_rows():
    made = process()
    shares = []
    for ratio in (None, RATIO):
        given, generator = restriction(ratio=ratio), Generator().manual_seed(4)
        x = unmask(made, Neighbourly(made), samples=4000, **AS_LEARNED, generator=generator, restriction=given)
        found = [
            borne([slot[0] for slot in there], [slot[1] * 5 + slot[2] for slot in there])
            for row in x.tolist()
            for there in [[slot for slot in row if slot[0] >= 0]]
        ]
        held = [low - 1e-9 <= value <= high + 1e-9 for value, low, high in filter(None, found)]
        assert len(held) > 1000
        shares.append(sum(held) / len(held))
    assert shares[0] < 0.6 and shares[1] > 0.8, shares


def test_what_no_row_can_hold_is_told():
    made = process()
    given = restriction(most=torch.full((TOKENS,), 1), totals={0: (9, 9)}, required=mask(0))
    options = {"samples": 100, **AS_LEARNED, "generator": Generator().manual_seed(4)}
    with pytest.raises(InputError, match="none of 400 rows that were drawn holds what is asked for"):
        unmask(made, Neighbourly(made), **options, restriction=given)


def test_conditions_come_with_their_shares_and_can_be_chosen():
    made = process(conditions=(2, 3))
    n = 30_000
    x = unmask(made, Neighbourly(made), samples=n, **AS_LEARNED, generator=Generator().manual_seed(6))
    cell = (x[:, 0, 3] * 3 + x[:, 0, 4]) * 4 + lengths(x) - 1
    shares = (made.shares / made.shares.sum()).flatten()
    assert ((cell.bincount(minlength=24) / n - shares).abs() < 4.5 * (shares / n).sqrt()).all()
    among = torch.zeros(2, 3, 4)
    among[1, 2] = 1
    x = unmask(made, Neighbourly(made), samples=500, **AS_LEARNED, generator=Generator().manual_seed(6), among=among)
    assert (x[:, 0, 3] == 1).all() and (x[:, 0, 4] == 2).all()
    assert (x[..., 3:][x[..., 0] < 0] == -1).all()


def test_fit_counts_conditions_and_lengths():
    made = process(conditions=(2, 3))
    x_0 = torch.full((4, 4, 5), -1)
    x_0[:, 0] = torch.tensor([0, 1, 1, 1, 2])
    x_0[0, 1] = torch.tensor([4, 1, 1, 1, 2])
    made.fit(x_0)
    assert made.shares[1, 2].tolist() == [0.75, 0.25, 0, 0] and float(made.shares.sum()) == 1


def test_conditions_are_forgotten_each_for_itself():
    made = process(conditions=(2, 3))
    x_0 = torch.tensor([[0, 1, 1, 1, 2], [4, 1, 1, 1, 2], [-1] * 5, [-1] * 5]).expand(20_000, 4, 5)
    x, _ = made.hide(x_0, torch.rand(20_000), Generator().manual_seed(11))
    unknown = x[:, 0, 3:] == made.unknown
    assert (x[:, 0, 3:] == x[:, 1, 3:]).all() and (x[:, 2:] == -1).all()
    assert abs(float(unknown[:, 0].float().mean()) - 0.1) < 0.01
    assert abs(float(unknown.all(dim=1).float().mean()) - 0.01) < 0.004


def test_guidance_moves_logits_away_from_those_without_conditions():
    made = process(conditions=(2, 3))
    denoiser = Neighbourly(made)
    block = made.all_hidden(torch.tensor([[1, 2], [0, 1]]), 3)
    free = block.clone()
    free[..., 3:] = made.unknown
    asked = [torch.tensor([0, 5]), None, None]
    (with_them, _, _), (without, _, _) = denoiser([block], asked), denoiser([free], asked)
    pushed, rest, _ = guided(denoiser, made, 1.5)([block], asked)
    assert rest is None
    torch.testing.assert_close(pushed, with_them + 1.5 * (with_them - without))
