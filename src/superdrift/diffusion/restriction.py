"""What every drawn row must hold: tokens of the first field that must, may or may not stand, and ranges of numbers.

Held by masking: before a token is drawn, what would leave no way to hold the restriction is taken away. With slots in
rising order and numbers that are running sums this is exact, a chain of ranges (Dechter et al., Artif. Intell. 49, 61
(1991): bounds of a chain of differences are found in one pass there and back). What is masked away at a draw is
counted: the product of the shares that were left is the weight that makes a row a draw of the model given the
restriction (sequential importance sampling; Doucet et al. 2001).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

ANYTHING = 2**40
"""Hundredths, or whatever the last digit counts; a bound that binds nothing."""


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
        most: (v,) greatest.
        total: least and greatest number of the last slot of class 0, beside `shift`; None: any.
        shift: (v,) what each token of class 0 adds to that range where it stands.
    """

    allowed: Tensor
    required: Tensor
    one_of: Sequence[Tensor] = ()
    apart: Sequence[tuple[Tensor, Tensor]] = ()
    slots: tuple[int, int] = (1, 2**10)
    least: Tensor | None = None
    most: Tensor | None = None
    total: tuple[int, int] | None = None
    shift: Tensor | None = None

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return replace(
            self, **moved, one_of=[mask.to(device) for mask in self.one_of],
            apart=[(one.to(device), other.to(device)) for one, other in self.apart],
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
        if bool((group & self.required).any()):
            return torch.ones_like(allowed)
        members = group & allowed
        left, right = gap.counts(members)
        needed_left, needed_right = gap.counts((self.required & ~group).expand_as(allowed))
        near = ((left > 0) & (needed_left < gap.left[:, None])) | ((right > 0) & (needed_right < gap.right[:, None]))
        return near | group | _any(present, group) | self._elsewhere(members, gap, present, known)

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
            if not bool(opens.any()):
                continue
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

    def numbers(self, first: Tensor, low: Tensor, high: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Narrow the ranges of numbers to those that the restriction leaves, exactly.

        Args:
            first: (n, slots) tokens of the first field, all there.
            low: (n, slots) least number of each slot that its known digits leave.
            high: (n, slots) greatest.
            classes: (v,) class of each token.

        Returns:
            Narrowed low and high; low above high where nothing is left.
        """
        kind = classes[first]
        opens = torch.nn.functional.pad(kind[:, 1:] != kind[:, :-1], (1, 0), value=True)
        least = torch.ones_like(low) if self.least is None else self.least[first]
        most = torch.full_like(low, ANYTHING) if self.most is None else self.most[first]
        low, high = list(low.unbind(dim=1)), list(high.unbind(dim=1))
        if self.total is not None:
            low, high = self._summed(first, kind, low, high)
        zero = torch.zeros_like(low[0])
        for j in range(len(low)):
            below = zero if j == 0 else torch.where(opens[:, j], zero, low[j - 1])
            above = zero if j == 0 else torch.where(opens[:, j], zero, high[j - 1])
            low[j], high[j] = low[j].maximum(below + least[:, j]), high[j].minimum(above + most[:, j])
        for j in range(len(low) - 1, 0, -1):
            linked = ~opens[:, j]
            low[j - 1] = torch.where(linked, low[j - 1].maximum(low[j] - most[:, j]), low[j - 1])
            high[j - 1] = torch.where(linked, high[j - 1].minimum(high[j] - least[:, j]), high[j - 1])
        return torch.stack(low, dim=1), torch.stack(high, dim=1)

    def _summed(
        self, first: Tensor, kind: Tensor, low: list[Tensor], high: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Ranges with that of the sum of class 0, which is the number of its last slot."""
        bottom, top = self.total or (0, ANYTHING)
        own = torch.zeros_like(first) if self.shift is None else self.shift[first]
        shift = (own * (kind == 0)).sum(dim=1)
        last = (kind == 0) & torch.nn.functional.pad(kind[:, 1:] != 0, (0, 1), value=True)
        low = [torch.where(last[:, j], at.maximum(bottom + shift), at) for j, at in enumerate(low)]
        high = [torch.where(last[:, j], at.minimum(top + shift), at) for j, at in enumerate(high)]
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
