"""What may stand in a slot beside the others, where slots are ordered and their numbers rise.

Rows of running sums have an order: tokens of the first field rise from slot to slot, empty slots (token 0) come last,
and within a class of tokens the numbers that the further fields write, most significant digit first, rise too. Whatever
is filled already thus bounds what may follow. The bounds enter training and sampling alike, so that no probability
falls on a row that stands for nothing; with one token drawn at a time every row drawn is legal.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


class Rising:
    """Legal tokens of every slot, given the tokens that are there.

    Args:
        vocabulary: how many tokens each field has; a hidden token of field f is `vocabulary[f]`.
        classes: class of each token of the first field; that of token 0, an empty slot, does not matter.
    """

    def __init__(self, vocabulary: Sequence[int], classes: Sequence[int]) -> None:
        self.vocabulary, self.classes = tuple(vocabulary), tuple(classes)
        self._class = torch.tensor([*classes, -1])

    def legal(self, x: Tensor) -> list[Tensor]:
        """(n, slots, fields) tokens → for each field the mask (n, slots, vocabulary[f]) of the tokens that may stand.

        A digit's mask counts on all fields before it being there in the whole row, as the stages of the process make
        sure; where they are not, it says nothing.
        """
        if self._class.device != x.device:
            self._class = self._class.to(x.device)
        masks = [self._elements(x[..., 0])]
        group = self._class[x[..., 0]]
        zero = torch.ones_like(group, dtype=torch.bool)  # all digits so far are 0
        for f in range(1, x.shape[-1]):
            lower, upper = self._bounds(x[..., f], group, f, zero)
            token = torch.arange(self.vocabulary[f], device=x.device)
            masks.append((token >= lower[..., None]) & (token <= upper[..., None]))
            group = group * (self.vocabulary[f] + 1) + x[..., f]
            zero = zero & (x[..., f] == 0)
        return masks

    def _elements(self, value: Tensor) -> Tensor:
        """Mask of the first field: rising with room for the slots between, and nothing after an empty slot."""
        size, slots = self.vocabulary[0], value.shape[1]
        place = torch.arange(slots, device=value.device)
        filled, empty = (value > 0) & (value < size), value == 0
        low = _shifted(torch.where(filled, value - place, 1).cummax(dim=1).values, 1).clamp(min=1) + place
        high = torch.where(filled, value - place, size - 1).flip(1).cummin(dim=1).values.flip(1)
        high = (_shifted(high.flip(1), size - 1).flip(1) + place).clamp(max=size - 1)
        token = torch.arange(size, device=value.device)
        may = (token >= low[..., None]) & (token <= high[..., None])
        may &= ~_shifted(empty.long().cummax(dim=1).values, 0).bool()[..., None]
        may[..., 0] = ~_shifted(filled.long().flip(1).cummax(dim=1).values, 0).flip(1).bool()
        return may

    def _bounds(self, value: Tensor, group: Tensor, f: int, zero: Tensor) -> tuple[Tensor, Tensor]:
        """Least and greatest digit of field f, from the slots that agree with a slot in all digits before it."""
        size, slots = self.vocabulary[f], value.shape[1]
        strict = f == len(self.vocabulary) - 1
        same = group[:, :, None] == group[:, None, :]  # (n, slot, other)
        known = (value < size)[:, None, :] & same
        place = torch.arange(slots, device=value.device)
        step = (place[:, None] - place[None, :]) * int(strict)  # the last digit has to rise by one per slot
        earlier, later = place[:, None] > place[None, :], place[:, None] < place[None, :]
        lower = torch.where(known & earlier, value[:, None, :] + step, 0).amax(dim=2)
        upper = torch.where(known & later, value[:, None, :] + step, size - 1).amin(dim=2)
        if strict:
            lower = torch.maximum(lower, (same & earlier).sum(dim=2) + zero.long())
            upper = torch.minimum(upper, size - 1 - (same & later).sum(dim=2))
        return lower, upper


def _shifted(values: Tensor, first: int) -> Tensor:
    """(n, slots) values moved on by one slot, the first filled in."""
    return torch.cat([values.new_full((len(values), 1), first), values[:, :-1]], dim=1)
