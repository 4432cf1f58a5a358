"""Rows of different lengths as one long list of slots, in shapes that repeat from batch to batch.

Linear layers see the list, attention a rectangle of rows. Matrix libraries compile a kernel for each new shape, which
takes longer than running it: so the list is filled up to a multiple of STRIDE, and the rectangle is always the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

STRIDE = 256
"""Lists of slots are filled up to a multiple of this."""


class Packing(NamedTuple):
    """Where the slots of blocks of rows stand.

    Attributes:
        shape: (rows, slots) of the rectangle.
        gather: (rows · slots,) entry of the list that stands in each place of the rectangle; None where they are equal.
        scatter: (list,) place of the rectangle that each entry of the list stands in.
        absent: (rows, 1, 1, slots) mask of the places without a slot.
    """

    shape: tuple[int, int]
    gather: Tensor | None = None
    scatter: Tensor | None = None
    absent: Tensor | None = None

    @classmethod
    def of(cls, shapes: Sequence[tuple[int, int]], slots: int, device: torch.device) -> "Packing":
        """Of blocks of (rows, slots); a single block is its own rectangle."""
        if len(shapes) == 1:
            return cls((shapes[0][0], shapes[0][1]))
        length = torch.cat([torch.full((n,), k) for n, k in shapes])
        absent = torch.arange(slots) >= length[:, None]
        scatter = (~absent).flatten().nonzero()[:, 0]
        gather = torch.zeros(absent.numel(), dtype=torch.long).index_copy_(0, scatter, torch.arange(len(scatter)))
        spare = -len(scatter) % STRIDE
        scatter = functional.pad(scatter, (0, spare))
        parts = (gather, scatter, absent[:, None, None])
        return cls((len(length), slots), *(part.to(device, non_blocking=True) for part in parts))

    def filled(self, entries: Tensor) -> Tensor:
        """The list of entries filled up, with the first one."""
        if self.scatter is None or len(entries) == len(self.scatter):
            return entries
        return torch.cat([entries, entries[:1].expand(len(self.scatter) - len(entries), *entries.shape[1:])])

    def rectangle(self, entries: Tensor) -> Tensor:
        """(list, …) → (rows, slots, …); absent places hold the first entry."""
        whole = entries if self.gather is None else entries.index_select(0, self.gather)
        return whole.unflatten(0, self.shape)

    def listed(self, places: Tensor) -> Tensor:
        """(rows, slots, …) → (list, …), the inverse of `rectangle`."""
        whole = places.flatten(0, 1)
        return whole if self.scatter is None else whole.index_select(0, self.scatter)
