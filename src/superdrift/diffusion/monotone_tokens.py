"""What may stand in a slot beside the others, where slots are ordered and their numbers rise.

Rows of running sums have an order: tokens of the first field rise from slot to slot, and within a class of tokens the
numbers that the further fields write, most significant digit first, rise too. Whatever is filled already thus bounds
what may follow. The bounds enter training and sampling alike, so that no probability falls on a row that stands for
nothing; with one token drawn at a time every row drawn is legal.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


class MonotoneTokens:
    """Bounds of the token of every slot, given the tokens that are there.

    Args:
        vocabulary: how many tokens each field has; a hidden token of field f is `vocabulary[f]`.
        classes: class of each token of the first field.
    """

    def __init__(self, vocabulary: Sequence[int], classes: Sequence[int]) -> None:
        self.vocabulary, self.classes = tuple(vocabulary), tuple(classes)
        self._class = torch.tensor([*classes, -1])

    def bounds(self, x: Tensor, f: int) -> tuple[Tensor, Tensor]:
        """(n, slots, fields) tokens → least and greatest token of field f that may stand in each slot, (n, slots).

        All fields before f must be filled in the whole row; the bounds of absent slots mean nothing.
        """
        if f == 0:
            return self._first_field(x[..., 0])
        if self._class.device != x.device:
            self._class = self._class.to(x.device)
        group = self._class[x[..., 0]]
        zero = torch.ones_like(group, dtype=torch.bool)  # all digits so far are 0
        for g in range(1, f):
            group = group * (self.vocabulary[g] + 1) + x[..., g]
            zero &= x[..., g] == 0
        return self._digits(x[..., f], torch.where(x[..., 0] >= 0, group, -1), f, zero)

    def _first_field(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Bounds of the first field: rising, with room for the slots between."""
        size, place = self.vocabulary[0], torch.arange(value.shape[1], device=value.device)
        known, rank = (value >= 0) & (value < size), value - place
        room = size - (value >= 0).sum(dim=1, keepdim=True)
        low = torch.where(known, rank, 0).cummax(dim=1).values
        high = torch.where(known, rank, room).flip(1).cummin(dim=1).values.flip(1)
        # A slot's own token does not bind it: shifted by one, so that only its neighbours do.
        low = torch.cat([torch.zeros_like(room), low[:, :-1]], dim=1)
        high = torch.cat([high[:, 1:], room], dim=1).minimum(room)
        return low + place, high + place

    def _digits(self, value: Tensor, group: Tensor, f: int, zero: Tensor) -> tuple[Tensor, Tensor]:
        """Bounds of field f, from the slots that agree with a slot in class and in all digits before it."""
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
