"""What every drawn row must hold: tokens of the first field that must, may or may not stand, and ranges of numbers.

Held by masking: before a token is drawn, what would leave no way to hold the restriction is taken away. With slots in
rising order and numbers that are running sums this is exact, a chain of ranges (Dechter et al., Artif. Intell. 49, 61
(1991): bounds of a chain of differences are found in one pass there and back). What is masked away at a draw is
counted: the product of the shares that were left is the weight that makes a row a draw of the model given the
restriction (sequential importance sampling; Doucet et al. 2001).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

ANYTHING = 2**40
"""Hundredths, or whatever the last digit counts; a bound that binds nothing."""
ANY_SLOTS = (1, 2**10)
"""Fewest and most slots that bind nothing."""
_ROUNDING = 1e-6
"""Of a bound in units of the last digit; more than the rounding of float64, less than a unit."""


@dataclass(frozen=True)
class Ratio:
    """A range of a ratio of two sums over the slots of a row, such as the charge that each of some ions bears.

    −Σ weight · increment / Σ count · increment lies between the least `low` and the greatest `high` of the row's tokens
    that count, in every row that has such tokens, and one of `beside`. Both ends are inequalities that are linear in
    the numbers; what they leave to one slot follows from the widest that the others can reach. Where digits that were
    drawn before leave nothing, the ratio is let go.

    Attributes:
        weight: (v,) of each token; of those that count, where one of `alone` stands beside it.
        count: (v,) 1 for tokens that count, else 0; their weight is 0 then.
        low: (v,) lower end for each token that counts.
        high: (v,) upper end.
        beside: (v,) mask.
        alone: (v,) mask of tokens that count alone where they stand.
    """

    weight: Tensor
    count: Tensor
    low: Tensor
    high: Tensor
    beside: Tensor
    alone: Tensor

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return replace(self, **{name: value.to(device) for name, value in vars(self).items()})

    def narrowed(self, first: Tensor, low: Tensor, high: Tensor, slot: Tensor, opens: Tensor) -> tuple[Tensor, Tensor]:
        """Ranges of numbers in which that of one slot of each row is narrowed.

        Args:
            first: (n, slots) tokens of the first field.
            low: (n, slots) least number of each slot.
            high: (n, slots) greatest.
            slot: (n,) the slot.
            opens: (n, slots) slots that are the first of their class.
        """
        alone = self.alone[first]
        counts = torch.where(alone.any(dim=1, keepdim=True), alone.float(), self.count[first])
        weight = torch.where(counts > 0, 0.0, self.weight[first])
        applies = (counts > 0).any(dim=1) & self.beside[first].any(dim=1)
        end_low = torch.where(counts > 0, self.low[first], torch.inf).amin(dim=1, keepdim=True)
        end_high = torch.where(counts > 0, self.high[first], -torch.inf).amax(dim=1, keepdim=True)
        row, at = torch.arange(len(first), device=first.device), slot
        bottom, top = low[row, at].double(), high[row, at].double()
        for end, sign in ((end_high, 1.0), (end_low, -1.0)):
            own = sign * (weight + torch.where(applies[:, None], end, 0.0) * counts)
            # Numbers are sums within a class: a number's weight is its own token's less that of the next.
            slope = (own - torch.nn.functional.pad(own[:, 1:] * ~opens[:, 1:], (0, 1))).double()
            widest = torch.where(slope > 0, slope * high, slope * low)
            rest, mine = widest.sum(dim=1) - widest[row, at], slope[row, at]
            bound = -rest / torch.where(mine == 0, 1.0, mine)
            bottom = torch.where(mine > 0, bottom.maximum((bound - _ROUNDING).ceil()), bottom)
            top = torch.where(mine < 0, top.minimum((bound + _ROUNDING).floor()), top)
        keep = applies & (bottom <= top)
        low, high = low.clone(), high.clone()
        low[row, at] = torch.where(keep, bottom.long(), low[row, at])
        high[row, at] = torch.where(keep, top.long(), high[row, at])
        return low, high


@dataclass(frozen=True)
class Restriction:
    """Conditions on rows of slots whose first tokens rise, and whose numbers rise within a class.

    Attributes:
        allowed: (v,) tokens of the first field that may stand.
        required: (v,) those that every row has.
        one_of: masks (v,), of each of which a row has at least one.
        apart: pairs of masks (v,); no row has tokens of both.
        slots: fewest and most slots.
        least: (v,) smallest increment of a token's number over the slot before it in its class, in its last digit.
        most: (v,) greatest; or (k, v), one for each kind of row.
        totals: class → least and greatest number of its last slot, beside `shift`.
        shift: (v,) what each token adds to the range of its class where it stands.
        ratio: range of a ratio of sums; None: any.
    """

    allowed: Tensor
    required: Tensor
    one_of: Sequence[Tensor] = ()
    apart: Sequence[tuple[Tensor, Tensor]] = ()
    slots: tuple[int, int] = ANY_SLOTS
    least: Tensor | None = None
    most: Tensor | None = None
    totals: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    shift: Tensor | None = None
    ratio: Ratio | None = None

    @cached_property
    def of_first_field(self) -> bool:
        """Whether it says anything of the first field and of the number of slots, not of numbers alone."""
        every = bool(self.allowed.all()) and not bool(self.required.any()) and not self.one_of and not self.apart
        return not every or self.slots != ANY_SLOTS or bool(self.totals)

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return replace(
            self, **moved, one_of=[mask.to(device) for mask in self.one_of],
            apart=[(one.to(device), other.to(device)) for one, other in self.apart],
            ratio=None if self.ratio is None else self.ratio.to(device),
        )  # fmt: skip

    def lengths(self, slots: int) -> Tensor:
        """(slots,) numbers of slots, from 1, that a row may have."""
        length = torch.arange(1, slots + 1, device=self.allowed.device)
        low, high = max(self.slots[0], int(self.required.sum()), 1), min(self.slots[1], int(self.allowed.sum()))
        return (length >= low) & (length <= high)

    def lengths_in_words(self, slots: int) -> str:
        """Numbers of slots that a row may have, for messages."""
        fit = 1 + self.lengths(slots).nonzero()[:, 0]
        return "no possible number of" if len(fit) == 0 else f"{int(fit[0])} to {int(fit[-1])}"

    def first_tokens(self, value: Tensor, slot: Tensor) -> Tensor:
        """Which tokens may stand in one slot of each row.

        Args:
            value: (n, slots) tokens of the first field; the number of tokens v where hidden.
            slot: (n,) the slot, hidden.

        Returns:
            (n, v) mask; rows of it may be empty where tokens are drawn one by one and the last of a small choice keep
            apart.
        """
        n, v = len(value), len(self.allowed)
        place = torch.arange(value.shape[1], device=value.device)
        known = value < v
        before = torch.where(known & (place < slot[:, None]), place + 1, 0).amax(dim=1) - 1
        after = torch.where(known & (place > slot[:, None]), place, value.shape[1]).amin(dim=1)
        padded = torch.nn.functional.pad(torch.where(known, value, 0), (0, 1))
        low = torch.where(before < 0, -1, padded.gather(1, before.clamp(min=0)[:, None])[:, 0])
        high = torch.where(after == value.shape[1], v, padded.gather(1, after[:, None])[:, 0])
        present = torch.zeros((n, v + 1), dtype=torch.bool, device=value.device)
        present.scatter_(1, torch.where(known, value, v), True)
        present = present[:, :v]
        gap = _Gap(low, high, slot - before - 1, after - slot - 1)
        allowed = self.allowed.expand(n, v)
        for one, other in self.apart:
            allowed = allowed & ~(other & _any(present, one)) & ~(one & _any(present, other))
        fits = self._room(gap, allowed)
        for one, other in self.apart:
            # What a token keeps out is no room for the slots that are still empty.
            for token, kept_out in ((one, other), (other, one)):
                fits = torch.where(token, fits & self._room(gap, allowed & ~kept_out), fits)
        for group in self.one_of:
            fits &= self._holds_one(group, gap, present, allowed, known)
        return fits

    def _room(self, gap: "_Gap", allowed: Tensor) -> Tensor:
        """(n, v) tokens that leave the slots around them enough allowed tokens, and the required ones enough slots."""
        left, right = gap.counts(allowed)
        needed_left, needed_right = gap.counts(self.required.expand_as(allowed))
        inside = allowed & gap.inside(allowed.shape[1])
        return (
            inside & (left >= gap.left[:, None]) & (right >= gap.right[:, None])
            & (needed_left <= gap.left[:, None]) & (needed_right <= gap.right[:, None])
        )  # fmt: skip

    def _holds_one(self, group: Tensor, gap: "_Gap", present: Tensor, allowed: Tensor, known: Tensor) -> Tensor:
        """(n, v) tokens after which a row has, or can still get, one of the group."""
        members = group & allowed
        left, right = gap.counts(members)
        needed_left, needed_right = gap.counts((self.required & ~group).expand_as(allowed))
        near = ((left > 0) & (needed_left < gap.left[:, None])) | ((right > 0) & (needed_right < gap.right[:, None]))
        settled = _any(present, group) | (group & self.required).any()
        return near | group | settled | self._elsewhere(members, gap, present, known)

    def _elsewhere(self, members: Tensor, gap: "_Gap", present: Tensor, known: Tensor) -> Tensor:
        """(n, 1) rows in which another gap than that of the slot has room for one of `members`, beside what it must."""
        n, v = members.shape
        found = torch.zeros((n, 1), dtype=torch.bool, device=members.device)
        edges = torch.nn.functional.pad(known, (1, 1), value=True)
        token = torch.nn.functional.pad(present.long().argsort(dim=1, descending=True, stable=True), (0, 1))
        # The k-th known slot holds the k-th of the present tokens, for both rise.
        rank = known.long().cumsum(dim=1)
        for start in range(known.shape[1]):
            opens = edges[:, start] & ~known[:, start]
            later = torch.arange(start, known.shape[1], device=known.device)
            end = torch.where(known[:, start:], later, known.shape[1]).amin(dim=1)
            number = rank[:, start]
            low = torch.where(number > 0, token.gather(1, (number - 1).clamp(min=0)[:, None])[:, 0], -1)
            high = torch.where(end < known.shape[1], token.gather(1, number[:, None])[:, 0], v)
            other = low != gap.low
            tokens = torch.arange(v, device=known.device)
            inside = (tokens > low[:, None]) & (tokens < high[:, None])
            needed = (inside & self.required).sum(dim=1)
            room = (inside & members).any(dim=1) & (needed < end - start)
            found |= (opens & other & room)[:, None]
        return found

    def numbers(
        self, first: Tensor, low: Tensor, high: Tensor, classes: Tensor, *, kind: Tensor | None = None,
        slot: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Narrow the ranges of numbers to those that the restriction leaves: exactly, the ratio apart.

        Args:
            first: (n, slots) tokens of the first field, all there.
            low: (n, slots) least number of each slot that its known digits leave.
            high: (n, slots) greatest.
            classes: (v,) class of each token.
            kind: (n,) kind of each row, where `most` differs between them.
            slot: (n,) the slot whose number is to be drawn, which the ratio narrows; none when None.

        Returns:
            Narrowed low and high; low above high where nothing is left.
        """
        own = classes[first]
        opens = torch.nn.functional.pad(own[:, 1:] != own[:, :-1], (1, 0), value=True)
        least = torch.ones_like(low) if self.least is None else self.least[first]
        most = torch.full_like(low, ANYTHING) if self.most is None else self._greatest(first, kind)
        low, high = list(low.unbind(dim=1)), list(high.unbind(dim=1))
        for group, ends in self.totals.items():
            low, high = self._summed(first, own == group, ends, low, high)
        zero = torch.zeros_like(low[0])
        for j in range(len(low)):
            below = zero if j == 0 else torch.where(opens[:, j], zero, low[j - 1])
            above = zero if j == 0 else torch.where(opens[:, j], zero, high[j - 1])
            low[j], high[j] = low[j].maximum(below + least[:, j]), high[j].minimum(above + most[:, j])
        for j in range(len(low) - 1, 0, -1):
            linked = ~opens[:, j]
            low[j - 1] = torch.where(linked, low[j - 1].maximum(low[j] - most[:, j]), low[j - 1])
            high[j - 1] = torch.where(linked, high[j - 1].minimum(high[j] - least[:, j]), high[j - 1])
        ends = torch.stack(low, dim=1), torch.stack(high, dim=1)
        return ends if self.ratio is None or slot is None else self.ratio.narrowed(first, *ends, slot, opens)

    def _greatest(self, first: Tensor, kind: Tensor | None) -> Tensor:
        """(n, slots) greatest increment of each token."""
        most = self.most if self.most.dim() == 2 else self.most[None]
        return most[0, first] if kind is None or len(most) == 1 else most[kind[:, None], first]

    def _summed(
        self, first: Tensor, own: Tensor, ends: tuple[int, int], low: list[Tensor], high: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Ranges with that of the sum of one class, `own` (n, slots), which is the number of its last slot."""
        shift = 0 if self.shift is None else (self.shift[first] * own).sum(dim=1)
        last = own & torch.nn.functional.pad(~own[:, 1:], (0, 1), value=True)
        low = [torch.where(last[:, j], at.clamp(min=ends[0] + shift), at) for j, at in enumerate(low)]
        high = [torch.where(last[:, j], at.clamp(max=ends[1] + shift), at) for j, at in enumerate(high)]
        return low, high


@dataclass(frozen=True)
class _Gap:
    """The empty slots around one slot of each row: the known tokens at their ends, and how many they are, all (n,)."""

    low: Tensor
    high: Tensor
    left: Tensor
    right: Tensor

    def inside(self, v: int) -> Tensor:
        """(n, v) tokens between the ends."""
        token = torch.arange(v, device=self.low.device)
        return (token > self.low[:, None]) & (token < self.high[:, None])

    def counts(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(n, v) mask → for each token (n, v), how many of the mask lie between the lower end and it, and above it."""
        inside = (mask & self.inside(mask.shape[1])).long()
        up_to = inside.cumsum(dim=1)
        return up_to - inside, up_to[:, -1:] - up_to


def _any(present: Tensor, mask: Tensor) -> Tensor:
    """(n, 1) rows that have a token of the mask."""
    return (present & mask).any(dim=1, keepdim=True)
